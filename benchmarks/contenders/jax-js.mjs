// jax-js, whose functions are compiled, on its WebAssembly back end.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { numbers, oneHotLabels, steps, weights } from "../works.mjs";
import { serve } from "./serve.mjs";

const require = createRequire(new URL("../peers/package.json", import.meta.url));
const jax = await import(pathToFileURL(require.resolve("@jax-js/jax")).href);
const { init, defaultDevice, numpy: np, nn, jit, grad, valueAndGrad } = jax;
await init("wasm");
defaultDevice("wasm");
const matrix = (data, shape) => np.array(data).reshape(shape);

async function step({ sizes, cost, optimizer, learningRate, batch }) {
  if (optimizer === "adam") return undefined;
  const layers = sizes.length - 1;
  let parameters = sizes
    .slice(1)
    .flatMap((outputs, i) => [
      matrix(weights(sizes[i], outputs, i), [sizes[i], outputs]),
      np.zeros([outputs]),
    ]);
  const x = matrix(numbers(batch * sizes[0], 100), [batch, sizes[0]]);
  const y = matrix(oneHotLabels(batch), [batch, 10]);
  const costOf = (p, inputs, targets) => {
    let h = inputs;
    for (let i = 0; i < layers; i++) {
      h = np.matmul(h, p[2 * i]).add(p[2 * i + 1]);
      if (cost === "quadratic") h = nn.sigmoid(h);
      else if (i < layers - 1) h = nn.relu(h);
    }
    if (cost === "quadratic") return np.sum(np.square(h.sub(targets))).div(batch);
    return np.sum(nn.logSoftmax(h, -1).mul(targets)).mul(-1 / batch);
  };
  const compiled = jit((p, inputs, targets) => {
    const own = p.map((t) => t.ref);
    const [value, gradients] = valueAndGrad(costOf)(own, inputs, targets);
    return [value, p.map((t, i) => t.sub(gradients[i].mul(learningRate)))];
  });
  const run = async () => {
    const [value, next] = compiled(parameters, x.ref, y.ref);
    parameters = next;
    return (await value.data())[0];
  };
  return { run, first: await run() };
}

const isRead = (work) => work.endsWith("read");

/** Reads the array, which disposes of it, or waits until it is there, and disposes of it. */
async function used(array, reads) {
  if (reads) return array.data();
  await array.blockUntilReady();
  array.dispose();
}

async function product(n, reads) {
  const [a, b] = [1, 2].map((seed) => matrix(numbers(n * n, seed), [n, n]));
  const multiply = () => np.matmul(a.ref, b.ref);
  const values = await multiply().data();
  const first = values.slice(0, n).reduce((sum, value) => sum + value, 0);
  return { run: () => used(multiply(), reads), first };
}

async function elementwise(isGradient, reads) {
  const x = np.array(numbers(1_000_000, 1));
  const f = (t) => np.sum(np.tanh(t.ref.mul(2).add(1)).mul(nn.sigmoid(t)));
  const compiled = jit(isGradient ? grad(f) : f);
  const first = (await compiled(x.ref).data()).reduce((sum, value) => sum + value, 0);
  return { run: () => used(compiled(x.ref), reads), first };
}

async function scalars() {
  const f = (s) => {
    let y = s.ref;
    for (let i = 0; i < 7; i++) y = np.tanh(y.mul(s.ref).add(s.ref));
    s.dispose();
    return y;
  };
  const compiled = jit(grad(f));
  const s = np.array(0.5);
  const run = () => compiled(s.ref).data();
  return { run, first: (await run())[0] };
}

await serve(async (work) => {
  if (work in steps) return step(steps[work]);
  if (work.startsWith("W5")) return product(Number.parseInt(work.slice(3), 10), isRead(work));
  if (work.startsWith("W6")) return elementwise(work.includes("gradient"), isRead(work));
  return work === "W7" ? scalars() : undefined;
});
