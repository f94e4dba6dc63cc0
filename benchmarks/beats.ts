// Training of W4 by `fit`, and by a loop that blocks, with the beats of a timer or of a page's frames counted
// meanwhile. For Node and for pages: timer.ts runs it in both.
import { compile, random, type Tensor, tensor } from "@nabla/autograd";
import {
  adam,
  batches,
  crossEntropy,
  dense,
  fit,
  relu,
  sequential,
  toSafetensors,
} from "@nabla/nn";
import { numbers, oneHotLabels, steps, weights } from "./works.mjs";

const { sizes, learningRate, batch } = steps.W4;
const examples = 20 * batch;
const shuffle = 1;

/** Beats while something went on. */
export interface Beats {
  readonly beats: number;
  /** Those in which nothing was called back. */
  readonly missed: number;
}

/** Starts to call back in each beat, as far as the host lets it; what it gives ends that, and counts. */
export type Metronome = () => () => Beats;

/** What trained by `fit` and what by a loop that blocks, from the same start on the same batches. */
export interface Compared {
  readonly awaited: Beats;
  readonly blocking: Beats;
  readonly steps: number;
  /** What `fit` took. */
  readonly milliseconds: number;
  /** Whether all parameters have the same bits. */
  readonly isSame: boolean;
}

async function counted(metronome: Metronome, work: () => Promise<void>): Promise<Beats> {
  const stop = metronome();
  await work();
  return stop();
}

function trainer() {
  const layers = sizes.slice(1).flatMap((outputs, i) => {
    const layer = dense(sizes[i]!, outputs);
    layer.weight.assign(tensor(weights(sizes[i]!, outputs, i), { shape: [sizes[i]!, outputs] }));
    return i < sizes.length - 2 ? [layer, relu] : [layer];
  });
  const model = sequential(...layers);
  return { model, optimizer: adam(model.parameters(), { learningRate }) };
}

/** Trains twice for some epochs of 20 steps. */
export async function compared(metronome: Metronome, epochs: number): Promise<Compared> {
  const dataset = {
    inputs: tensor(numbers(examples * sizes[0]!, 100), { shape: [examples, sizes[0]!] }),
    targets: tensor(oneHotLabels(examples), { shape: [examples, 10] }),
  };
  const one = trainer();
  const start = performance.now();
  const awaited = await counted(metronome, async () => {
    const { model, optimizer } = one;
    const options = { cost: crossEntropy, optimizer, epochs, batchSize: batch, shuffle };
    for await (const _ of fit(model, dataset, options));
  });
  const milliseconds = performance.now() - start;
  const other = trainer();
  const step = compile((inputs: Tensor, targets: Tensor) => {
    const cost = crossEntropy(other.model.forward(inputs), targets);
    cost.backward();
    other.optimizer.step();
    return cost;
  });
  const blocking = await counted(metronome, async () => {
    for (let epoch = 1; epoch <= epochs; epoch++) {
      const options = { size: batch, shuffle: random.foldIn(shuffle, epoch) };
      for (const { inputs, targets } of batches(dataset, options)) step(inputs, targets);
    }
  });
  const [trained, wanted] = [one, other].map(({ model }) => toSafetensors(model));
  const isSame = trained!.every((byte, i) => byte === wanted![i]);
  return { awaited, blocking, steps: 20 * epochs, milliseconds, isSame };
}

/** A timer that beats 50 times a second, from where it began: what is late does not make the next ones late. */
export const timer: Metronome = () => {
  const period = 20;
  const start = performance.now();
  const seen = new Set<number>();
  let next: ReturnType<typeof setTimeout>;
  const tick = () => {
    const passed = performance.now() - start;
    seen.add(Math.floor(passed / period));
    next = setTimeout(tick, period - (passed % period));
  };
  tick();
  return () => {
    clearTimeout(next);
    const beats = Math.floor((performance.now() - start) / period);
    const kept = [...seen].filter((beat) => beat < beats).length;
    return { beats, missed: beats - kept };
  };
};

interface PageHost {
  requestAnimationFrame(next: (at: number) => void): number;
  cancelAnimationFrame(frame: number): void;
}

/** Frames of a page, 60 a second: where two are further apart, those between are missed. */
export const frames: Metronome = () => {
  const period = 1000 / 60;
  const page = globalThis as unknown as PageHost;
  const start = performance.now();
  let last = start;
  let missed = 0;
  let frame = 0;
  const next = (at: number) => {
    missed += Math.max(0, Math.round((at - last) / period) - 1);
    last = Math.max(at, last);
    frame = page.requestAnimationFrame(next);
  };
  frame = page.requestAnimationFrame(next);
  return () => {
    page.cancelAnimationFrame(frame);
    const end = performance.now();
    missed += Math.floor((end - last) / period);
    return { beats: Math.floor((end - start) / period), missed };
  };
};
