// TensorFlow.js on its WebAssembly back end, with vectors.
import { createRequire } from "node:module";
import path from "node:path";
import { numbers, oneHotLabels, steps, weights } from "../works.mjs";
import { serve } from "./serve.mjs";

// It says on standard output how it feels about Node.
console.log = ((log) => (text) => {
  if (typeof text === "string" && text.startsWith("{")) log(text);
})(console.log);
const require = createRequire(new URL("../peers/package.json", import.meta.url));
const tf = require("@tensorflow/tfjs");
const wasm = require("@tensorflow/tfjs-backend-wasm");
const folder = path.dirname(require.resolve("@tensorflow/tfjs-backend-wasm/package.json"));
wasm.setWasmPaths(`${folder}/dist/`);
await tf.setBackend("wasm");
await tf.ready();

function step({ sizes, cost, optimizer, learningRate, batch }) {
  const ws = sizes
    .slice(1)
    .map((outputs, i) =>
      tf.variable(tf.tensor2d(weights(sizes[i], outputs, i), [sizes[i], outputs])),
    );
  const bs = sizes.slice(1).map((outputs) => tf.variable(tf.zeros([outputs])));
  const x = tf.tensor2d(numbers(batch * sizes[0], 100), [batch, sizes[0]]);
  const y = tf.tensor2d(oneHotLabels(batch), [batch, 10]);
  const optimise = optimizer === "adam" ? tf.train.adam(learningRate) : tf.train.sgd(learningRate);
  const costOf = () => {
    let h = x;
    ws.forEach((w, i) => {
      h = h.matMul(w).add(bs[i]);
      if (cost === "quadratic") h = h.sigmoid();
      else if (i < ws.length - 1) h = h.relu();
    });
    if (cost === "quadratic") return h.sub(y).square().sum(1).mean();
    return tf.losses.softmaxCrossEntropy(y, h);
  };
  const first = optimise.minimize(costOf, true).dataSync()[0];
  return { run: () => void optimise.minimize(costOf), first, isSync: true };
}

const isRead = (work) => work.endsWith("read");

function product(n, reads) {
  const [a, b] = [1, 2].map((seed) => tf.tensor2d(numbers(n * n, seed), [n, n]));
  const first = a.matMul(b).slice([0, 0], [1, n]).sum().dataSync()[0];
  const run = () => {
    const c = a.matMul(b);
    if (reads) c.dataSync();
    c.dispose();
  };
  return { run, first, isSync: true };
}

function elementwise(isGradient, reads) {
  const x = tf.tensor1d(numbers(1_000_000, 1));
  const f = (t) => t.mul(2).add(1).tanh().mul(t.sigmoid()).sum();
  const g = isGradient ? tf.grad(f) : f;
  const run = () =>
    tf.tidy(() => {
      const y = g(x);
      if (reads) y.dataSync();
    });
  return { run, first: tf.tidy(() => g(x).sum().dataSync()[0]), isSync: true };
}

function scalars() {
  const g = tf.grad((s) => {
    let y = s;
    for (let i = 0; i < 7; i++) y = y.mul(s).add(s).tanh();
    return y;
  });
  const s = tf.scalar(0.5);
  const run = () => tf.tidy(() => g(s).dataSync()[0]);
  return { run, first: run(), isSync: true };
}

await serve((work) => {
  if (work in steps) return step(steps[work]);
  if (work.startsWith("W5")) return product(Number.parseInt(work.slice(3), 10), isRead(work));
  if (work.startsWith("W6")) return elementwise(work.includes("gradient"), isRead(work));
  return work === "W7" ? scalars() : undefined;
});
