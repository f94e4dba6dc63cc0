// nabla, as built. Arguments: "compiled", "uncompiled" or "native" (compiled, and as C once the system's
// compiler is done), and the number of threads.
import {
  compile,
  conv2d,
  convTranspose2d,
  grad,
  gradients,
  maxPool,
  parameter,
  realize,
  tensor,
  threads,
} from "@nabla/autograd";
import {
  adam,
  crossEntropy,
  dense,
  fit,
  quadraticCost,
  relu,
  sequential,
  sgd,
  sigmoid,
} from "@nabla/nn";
import {
  convolutional,
  kernels,
  labels,
  numbers,
  oneHotLabels,
  predictions,
  scaled,
  sequences,
  steps,
  transposed,
  weights,
} from "../works.mjs";
import { sequenceStep } from "./sequences.mjs";
import { serve } from "./serve.mjs";

const [mode, count] = process.argv.slice(2);
threads(Number(count));
if (mode === "native") await import("@nabla/native");
const isCompiled = mode !== "uncompiled";
const prepared = (f) => (isCompiled ? compile(f) : f);
const matrix = (data, shape) => tensor(data, { shape });

const isRead = (work) => work.endsWith("read");

function network({ sizes, cost }) {
  const layers = sizes.slice(1).flatMap((outputs, i) => {
    const layer = dense(sizes[i], outputs);
    layer.weight.assign(matrix(weights(sizes[i], outputs, i), [sizes[i], outputs]));
    if (cost === "quadratic") return [layer, sigmoid];
    return i < sizes.length - 2 ? [layer, relu] : [layer];
  });
  return sequential(...layers);
}

function step({ sizes, cost, optimizer, learningRate, batch }) {
  const model = network({ sizes, cost });
  const options = { learningRate };
  const optimise =
    optimizer === "adam" ? adam(model.parameters(), options) : sgd(model.parameters(), options);
  const x = matrix(numbers(batch * sizes[0], 100), [batch, sizes[0]]).realize();
  const y = matrix(oneHotLabels(batch), [batch, 10]).realize();
  const costOf = cost === "quadratic" ? quadraticCost : crossEntropy;
  const run = prepared(() => {
    const value = costOf(model.forward(x), y);
    value.backward();
    optimise.step();
    return value;
  });
  return { run, first: run().itemSync(), isSync: true };
}

/** Computes tensors that go to where the last ones were, or are read as arrays each time. */
function repeated(results, isRead, firstOf) {
  const first = results().reduce((sum, x) => sum + firstOf(x).itemSync(), 0);
  if (isRead) {
    const compiled = prepared(results);
    return { run: () => compiled().map((x) => x.dataSync()), first, isSync: true };
  }
  const places = results().map((x) => parameter(x));
  const assign = () => results().forEach((x, i) => places[i].assign(x));
  const assignNow = () => {
    assign();
    realize(...places);
  };
  return { run: isCompiled ? compile(assign) : assignNow, first, isSync: true };
}

function product(n, isRead) {
  const [a, b] = [1, 2].map((seed) => matrix(numbers(n * n, seed), [n, n]).realize());
  return repeated(
    () => [a.matmul(b)],
    isRead,
    (c) => c.slice(0, 0, 1).sum(),
  );
}

function elementwise(isGradient, isRead) {
  const x = tensor(numbers(1_000_000, 1)).realize();
  const f = (t) => t.mul(2).add(1).tanh().mul(t.sigmoid()).sum();
  return repeated(
    () => [isGradient ? grad(f)(x) : f(x)],
    isRead,
    (y) => y.sum(),
  );
}

function scalars() {
  const f = (s) => {
    let y = s;
    for (let i = 0; i < 7; i++) y = y.mul(s).add(s).tanh();
    return y;
  };
  const g = prepared(grad(f));
  const s = tensor(0.5);
  const run = () => g(s).realize();
  return { run, first: run().itemSync(), isSync: true };
}

function epoch() {
  const bytes = Uint8Array.from(numbers(60_000 * 784, 5), (x) => (x + 0.5) * 256);
  const inputs = tensor(bytes, { shape: [60_000, 784] });
  const targets = matrix(oneHotLabels(60_000), [60_000, 10]);
  const dataset = { inputs, targets };
  const inner = network(steps.W1);
  const model = {
    forward: (x) => inner.forward(x.cast("float32").div(255)),
    parameters: () => inner.parameters(),
  };
  const optimizer = sgd(model.parameters(), { learningRate: 3 });
  const options = {
    cost: quadraticCost,
    optimizer,
    epochs: 1,
    batchSize: 100,
    compiled: isCompiled,
  };
  const run = async () => {
    let last;
    for await (const report of fit(model, dataset, options)) last = report;
    return last.cost;
  };
  return { run };
}

function convolutions() {
  const { image, channels, window, pool, features, learningRate, batch } = convolutional;
  const layers = channels.slice(1).map((outputs, i) => {
    const shape = [outputs, channels[i], window, window];
    return {
      kernel: parameter(matrix(kernels(channels[i], outputs, window, i), shape)),
      bias: parameter(matrix(new Float32Array(outputs), [outputs, 1, 1])),
    };
  });
  const last = dense(features, 10);
  last.weight.assign(matrix(weights(features, 10, 2), [features, 10]));
  const all = [...layers.flatMap(({ kernel, bias }) => [kernel, bias]), ...last.parameters()];
  const optimizer = sgd(all, { learningRate });
  const size = batch * image * image;
  const x = matrix(numbers(size, 100), [batch, 1, image, image]).realize();
  const y = tensor(labels(batch)).realize();
  const run = prepared(() => {
    const maps = layers.reduce(
      (h, { kernel, bias }) => maxPool(conv2d(h, kernel).add(bias).relu(), pool),
      x,
    );
    const cost = crossEntropy(last.forward(maps.reshape([batch, features])), y);
    cost.backward();
    optimizer.step();
    return cost;
  });
  return { run, first: run().itemSync(), isSync: true };
}

function transposedConvolution(isGradient) {
  const { image, channels, window, stride, padding, batch } = transposed;
  const [inputs, outputs] = channels;
  const size = batch * inputs * image * image;
  const x = matrix(numbers(size, 100), [batch, inputs, image, image]).realize();
  const data = kernels(outputs, inputs, window, 0);
  const kernel = matrix(data, [inputs, outputs, window, window]).realize();
  const f = (a, b) => convTranspose2d(a, b, { stride, padding });
  const results = isGradient
    ? () => gradients(f(x, kernel).square().sum(), [x, kernel])
    : () => [f(x, kernel)];
  return repeated(results, false, (y) => y.square().mean());
}

/** The scores of one example, which is given and read as an array. */
function prediction() {
  const { sizes, cost } = steps[predictions.network];
  const model = network({ sizes, cost });
  const forward = prepared((x) => model.forward(x));
  const image = numbers(sizes[0], 100);
  const run = () => forward(matrix(image, [1, sizes[0]])).dataSync();
  return { run, first: run()[0], isSync: true };
}

await serve(async (work) => {
  if (work in steps) return step(steps[work]);
  if (work in scaled) return step(scaled[work]);
  if (work.startsWith("W5")) return product(Number.parseInt(work.slice(3), 10), isRead(work));
  if (work.startsWith("W6")) return elementwise(work.includes("gradient"), isRead(work));
  if (work === "W14") return prediction();
  if (work === "W7") return scalars();
  if (work in sequences) return sequenceStep(work, prepared);
  if (work.startsWith("W15")) return transposedConvolution(work.endsWith("gradient"));
  return work === "W8" ? epoch() : convolutions();
});
