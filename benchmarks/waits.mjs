// How long programs wait for plans: what a first result, a new length, a new size of batch and a first step
// cost, on one thread, in a process of its own.
//   pnpm build && node benchmarks/waits.mjs CASE [NUMBER]
// CASE: one of `cases`; NUMBER: of steps.
import { createServer } from "node:http";
import { Worker } from "node:worker_threads";
import { compile, gradients, random, takeAlongAxis, tensor, threads } from "@nabla/autograd";
import * as nn from "@nabla/nn";
import { numbers } from "./works.mjs";

const { dense, sequential } = nn;
const now = () => performance.now();
const shown = (milliseconds) => `${milliseconds.toPrecision(3)} ms`;
const drawn = (...shape) =>
  tensor(
    numbers(
      shape.reduce((a, b) => a * b),
      shape[0] + 1,
    ),
    { shape },
  ).realize();

/** The same order in each process. */
const shuffled = (count) => {
  const keys = numbers(count, 7);
  return [...keys.keys()].sort((i, j) => keys[i] - keys[j]);
};
const part = (times, share) => [...times].sort((a, b) => a - b)[Math.floor(share * times.length)];

/** Lotka and Volterra's equations, by steps of scalars, with the gradient by rates and start. */
function rungeKutta(steps) {
  const begin = now();
  const rates = [1.1, 0.4, 0.1, 0.4].map((rate) => tensor(rate));
  const start = [tensor(10), tensor(5)];
  const [births, losses, gains, deaths] = rates;
  const slope = (x, y) => {
    const meetings = x.mul(y);
    return [births.mul(x).sub(losses.mul(meetings)), gains.mul(meetings).sub(deaths.mul(y))];
  };
  const h = 0.01;
  let [x, y] = start;
  for (let i = 0; i < steps; i++) {
    const k1 = slope(x, y);
    const k2 = slope(x.add(k1[0].mul(h / 2)), y.add(k1[1].mul(h / 2)));
    const k3 = slope(x.add(k2[0].mul(h / 2)), y.add(k2[1].mul(h / 2)));
    const k4 = slope(x.add(k3[0].mul(h)), y.add(k3[1].mul(h)));
    const change = (j) =>
      k1[j]
        .add(k2[j].mul(2))
        .add(k3[j].mul(2))
        .add(k4[j])
        .mul(h / 6);
    [x, y] = [x.add(change(0)), y.add(change(1))];
  }
  const cost = x.mul(y);
  for (const g of gradients(cost, [...rates, ...start])) g.itemSync();
  cost.itemSync();
  return now() - begin;
}

/** Milliseconds of a step of REINFORCE for each length of an episode, and the same padded to the longest. */
function lengths(isCompiled) {
  const longest = 178;
  const model = sequential(dense(4, 32), nn.tanh, dense(32, 2));
  const optimizer = nn.adam(model.parameters());
  const plain = (states, actions, returns) => {
    const chances = takeAlongAxis(model.forward(states).logSoftmax(), actions, 1);
    const cost = chances.squeeze(1).mul(returns).mean().neg();
    cost.backward();
    optimizer.step();
    return cost;
  };
  const step = isCompiled ? compile(plain) : plain;
  const episode = (length) => [
    drawn(length, 4),
    tensor(new Int32Array(length), { shape: [length, 1] }).realize(),
    drawn(length),
  ];
  const all = (given) => {
    const begin = now();
    for (const one of given) step(...one).itemSync();
    return now() - begin;
  };
  const padded = Array.from({ length: longest }, () => episode(longest));
  const own = shuffled(longest).map((length) => episode(length + 1));
  step(...episode(longest)).itemSync();
  return { padded: all(padded), lengths: all(own), again: all(own) };
}

/** Percentiles of the times of predictions of one image, and of 1 to 64 of them, after warming up. */
function server(isCompiled) {
  const requests = 3000;
  const model = sequential(dense(784, 128), nn.relu, dense(128, 10));
  const plain = (x) => model.forward(x).softmax();
  const predict = isCompiled ? compile(plain) : plain;
  const images = numbers(784 * 64, 1);
  const timed = (size) => {
    const begin = now();
    predict(tensor(images.slice(0, 784 * size), { shape: [size, 784] })).dataSync();
    return now() - begin;
  };
  const sizes = Array.from({ length: requests / 64 + 1 }, () => shuffled(64)).flat();
  const parts = (times) => [0.5, 0.99, 0.999].map((share) => part(times, share).toPrecision(3));
  const cold = sizes.slice(0, 200).map((size) => timed(size + 1));
  for (const size of sizes) timed(size + 1);
  for (let i = 0; i < requests; i++) timed(1);
  const single = Array.from({ length: requests }, () => timed(1));
  const mixed = sizes.map((size) => timed(size + 1));
  const largest = Array.from({ length: 500 }, () => timed(64));
  return {
    "first 200": parts(cold),
    single: parts(single),
    "1 to 64": parts(mixed),
    "64 each": parts(largest),
  };
}

/** Clients on a thread of their own, each with one request for one image at a time. */
const clients = `
  const { Agent, request } = require("node:http");
  const { parentPort, workerData: { port, count, each } } = require("node:worker_threads");
  const agent = new Agent({ keepAlive: true, maxSockets: count });
  const body = Buffer.from(new Float32Array(784).fill(0.5).buffer);
  const ask = () =>
    new Promise((resolve, reject) => {
      const begin = performance.now();
      const asked = request({ port, host: "127.0.0.1", agent, method: "POST" }, (response) => {
        response.resume().on("end", () => resolve(performance.now() - begin));
      });
      asked.on("error", reject).end(body);
    });
  const one = async () => {
    const times = [];
    for (let i = 0; i < each; i++) times.push(await ask());
    return times;
  };
  Promise.all(Array.from({ length: count }, one)).then((all) => parentPort.postMessage(all.flat()));
`;

/**
 * Percentiles of the times that `count` clients of a server in this process wait for a prediction: each
 * image predicted alone, or all those together, 1 to `count`, that have come meanwhile.
 */
async function http(count) {
  const model = sequential(dense(784, 128), nn.relu, dense(128, 10));
  const sizes = new Set();
  const predict = (images) => {
    sizes.add(images.length);
    const x = new Float32Array(784 * images.length);
    for (const [i, image] of images.entries()) x.set(image, 784 * i);
    const chances = model.forward(tensor(x, { shape: [images.length, 784] })).softmax();
    const all = chances.dataSync();
    return images.map((_, i) => all.subarray(10 * i, 10 * (i + 1)));
  };
  let isTogether = false;
  let waiting = [];
  const answerAll = () => {
    const asked = waiting;
    waiting = [];
    const answers = predict(asked.map(({ image }) => image));
    for (const [i, { response }] of asked.entries()) response.end(JSON.stringify([...answers[i]]));
  };
  const server = createServer((request, response) => {
    const parts = [];
    request.on("data", (part) => parts.push(part));
    request.on("end", () => {
      const image = new Float32Array(Uint8Array.from(Buffer.concat(parts)).buffer);
      if (!isTogether) response.end(JSON.stringify([...predict([image])[0]]));
      else if (waiting.push({ image, response }) === 1) setImmediate(answerAll);
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address();
  const times = (each) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(clients, { eval: true, workerData: { port, count, each } });
      worker.once("message", resolve).once("error", reject);
    });
  const parts = (all) => [0.5, 0.99, 0.999].map((share) => part(all, share).toPrecision(3));
  const results = {};
  for (const [name, each] of [
    ["first", 50],
    ["later", 300],
  ]) {
    for (isTogether of [false, true]) {
      sizes.clear();
      const milliseconds = parts(await times(each));
      results[`${name}, ${isTogether ? "together" : "alone"}`] = {
        milliseconds,
        sizes: sizes.size,
      };
    }
  }
  return results;
}

const small = () => ({
  batch: 32,
  real: drawn(32, 784),
  generator: sequential(dense(64, 128), nn.relu, dense(128, 784), nn.tanh),
  critic: sequential(dense(784, 128), (x) => x.leakyRelu(0.2), dense(128, 1)),
});
const doubling = { stride: 2, padding: 1 };
/** Images of 28 x 28, by convolutions of stride 2. */
const ofImages = () => ({
  batch: 64,
  real: drawn(64, 1, 28, 28),
  generator: sequential(
    dense(64, 128 * 7 * 7),
    nn.relu,
    (x) => x.reshape([-1, 128, 7, 7]),
    nn.convolutionTranspose2d(128, 64, 4, doubling),
    nn.relu,
    nn.convolutionTranspose2d(64, 1, 4, doubling),
    nn.tanh,
  ),
  critic: sequential(
    nn.convolution2d(1, 64, 4, doubling),
    (x) => x.leakyRelu(0.2),
    nn.convolution2d(64, 128, 4, doubling),
    (x) => x.leakyRelu(0.2),
    nn.flatten(),
    dense(128 * 7 * 7, 1),
  ),
});

/**
 * The layers, batch and optimiser of TensorFlow.js's example mnist-acgan: convolutions of 3 x 3 and
 * transposed ones of 5 x 5, 200 images for the critic in a step, and 100 for the generator.
 */
const ofExample = () => {
  const widened = { stride: 2, padding: 2, outputPadding: 1 };
  const halved = { stride: 2, padding: 1 };
  const even = { padding: 1 };
  const leaky = (x) => x.leakyRelu(0.2);
  return {
    batch: 100,
    optimizer: { learningRate: 2e-4, beta1: 0.5 },
    real: drawn(100, 1, 28, 28),
    generator: sequential(
      dense(64, 384 * 3 * 3),
      nn.relu,
      (x) => x.reshape([-1, 384, 3, 3]),
      nn.convolutionTranspose2d(384, 192, 5),
      nn.relu,
      nn.convolutionTranspose2d(192, 96, 5, widened),
      nn.relu,
      nn.convolutionTranspose2d(96, 1, 5, widened),
      nn.tanh,
    ),
    critic: sequential(
      nn.convolution2d(1, 32, 3, halved),
      leaky,
      nn.convolution2d(32, 64, 3, even),
      leaky,
      nn.convolution2d(64, 128, 3, halved),
      leaky,
      nn.convolution2d(128, 256, 3, even),
      leaky,
      nn.flatten(),
      dense(256 * 7 * 7, 1),
    ),
  };
};

/** The first step and the median of `count` later ones of two networks against each other. */
function gan(networks, isCompiled, count) {
  const begin = now();
  const { batch, real, generator, critic, optimizer } = networks();
  const [ofGenerator, ofCritic] = [generator, critic].map((one) =>
    nn.adam(one.parameters(), optimizer),
  );
  const plain = (real) => {
    const made = generator.forward(random.normal([batch, 64]));
    const told = critic
      .forward(real)
      .neg()
      .softplus()
      .mean()
      .add(critic.forward(made.stopGradient()).softplus().mean());
    told.backward();
    ofCritic.step();
    const fooled = critic.forward(made).neg().softplus().mean();
    fooled.backward();
    ofGenerator.step();
    return [told, fooled];
  };
  const step = isCompiled ? compile(plain) : plain;
  const times = [];
  for (let i = 0, last = begin; i <= count; i++, last = now()) {
    for (const cost of step(real)) cost.itemSync();
    times.push(now() - last);
  }
  const [first, ...later] = times;
  return { first, second: later[0], later: part(later, 0.5) };
}

/** The first step of a GRU of 8 units with its gradient. */
function gru(steps) {
  const x = drawn(1, steps, 8);
  const begin = now();
  const layer = nn.gru(8, 8);
  const cost = layer.forward(x).square().mean();
  const parameters = layer.parameters().map((one) => one.parameter ?? one);
  for (const g of gradients(cost, parameters)) g.dataSync();
  return now() - begin;
}

/** The least microseconds of a time step of LSTM(16, 32), forward and back, at a batch of 16. */
function lstm(steps) {
  const layer = nn.lstm(16, 32);
  const optimizer = nn.sgd(layer.parameters(), { learningRate: 0.01 });
  const step = compile((x) => {
    const cost = layer.forward(x).square().mean();
    cost.backward();
    optimizer.step();
    return cost;
  });
  const x = drawn(16, steps, 16);
  const time = () => {
    const begin = now();
    step(x).itemSync();
    return now() - begin;
  };
  for (let i = 0; i < 200; i++) time();
  const times = Array.from({ length: 200 }, time);
  return (1000 * part(times, 0)) / steps;
}

const cases = {
  rk4: (steps = 1000) => shown(rungeKutta(steps)),
  lengths: () => lengths(false),
  "lengths-compiled": () => lengths(true),
  server: () => server(false),
  "server-compiled": () => server(true),
  gan: () => gan(small, false, 100),
  "gan-compiled": () => gan(small, true, 100),
  "gan-images": () => gan(ofImages, false, 8),
  "gan-images-compiled": () => gan(ofImages, true, 8),
  "gan-example": () => gan(ofExample, false, 8),
  "gan-example-compiled": () => gan(ofExample, true, 8),
  http: (count = 64) => http(count),
  gru: (steps = 100) => shown(gru(steps)),
  lstm: (steps = 10) => `${lstm(steps).toPrecision(3)} µs a time step`,
};
const [name, count] = process.argv.slice(2);
if (!cases[name]) throw new Error(`no case ${name}: expected ${Object.keys(cases).join(", ")}`);
threads(1);
console.log(name, await cases[name](count === undefined ? undefined : Number(count)));
process.exit();
