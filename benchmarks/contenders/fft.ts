// Times Fourier transforms by nabla: fft.ts wasm|native THREADS, asked by lines of ../fft.ts.
import { createInterface } from "node:readline";
import { compile, gradients, realize, type Tensor, tensor, threads } from "@nabla/autograd";
import { fft, fft2, irfft, rfft, squaredMagnitude } from "@nabla/signal";

const [device, count] = process.argv.slice(2);
const native = device === "native" ? (await import("@nabla/native")).native : undefined;
threads(Number(count));

/** Sines of whole numbers. */
function drawn(shape: number[]): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  const values = Float32Array.from({ length: size }, (_, i) => Math.sin(i % 1009));
  return tensor(values, { shape });
}

const works: Readonly<Record<string, (x: Tensor) => readonly Tensor[]>> = {
  fft: (x) => Object.values(fft({ real: x, imaginary: x.flip(-1) })),
  rfft: (x) => Object.values(rfft(x)),
  irfft: (x) => [irfft({ real: x, imaginary: x.flip(-1) })],
  fft2: (x) => Object.values(fft2({ real: x, imaginary: x.flip(-1) })),
  gradient: (x) => gradients(squaredMagnitude(rfft(x)).sum(), [x]),
};

const warmUp = 1500; // milliseconds

const prepared = new Map<string, () => Promise<Tensor>>();

async function prepare(work: string): Promise<() => Promise<Tensor>> {
  const [kind, ...shape] = work.split(" ");
  const x = drawn(shape.map(Number)).realize();
  const run = compile((one: Tensor) => works[kind!]!(one));
  const call = async () => {
    const results = run(x);
    realize(...results);
    return results[0]!;
  };
  // V8 replaces its first code by optimised code after some calls, in the background.
  for (const end = performance.now() + warmUp; performance.now() < end; ) {
    await call();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await native?.ready();
  return call;
}

for await (const line of createInterface({ input: process.stdin })) {
  const { work } = JSON.parse(line) as { readonly work: string };
  const call = prepared.get(work) ?? (await prepare(work));
  prepared.set(work, call);
  let [best, first] = [Number.POSITIVE_INFINITY, Number.NaN];
  for (let i = 0; i < 3; i++) {
    const begin = performance.now();
    const y = await call();
    best = Math.min(best, performance.now() - begin);
    if (!(first === first)) first = y.reshape([y.size]).at(1).itemSync();
  }
  console.log(JSON.stringify({ milliseconds: best, first }));
}
