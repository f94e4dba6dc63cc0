// What it costs to know at which line an operation was written: stacks taken by a step of the seed's network that is
// not compiled, what one takes, and the step.
//   pnpm build && node benchmarks/lines.mjs
const { captureStackTrace } = Error;
let stacks = 0;
let inStacks = 0;
Error.captureStackTrace = (holder) => {
  const start = performance.now();
  captureStackTrace(holder);
  stacks++;
  inStacks += performance.now() - start;
};
const { tensor, threads } = await import("@nabla/autograd");
const { dense, quadraticCost, sequential, sgd, sigmoid } = await import("@nabla/nn");
const { numbers, oneHotLabels } = await import("./works.mjs");

threads(1);
const model = sequential(
  ...[dense(784, 16), sigmoid, dense(16, 16), sigmoid, dense(16, 10), sigmoid],
);
const optimizer = sgd(model.parameters(), { learningRate: 0.01 });
const x = tensor(numbers(78_400, 100), { shape: [100, 784] }).realize();
const y = tensor(oneHotLabels(100), { shape: [100, 10] }).realize();

function microsecondsOf(count) {
  const start = performance.now();
  for (let i = 0; i < count; i++) {
    quadraticCost(model.forward(x), y).backward();
    optimizer.step();
  }
  return ((performance.now() - start) / count) * 1000;
}

microsecondsOf(1000);
[stacks, inStacks] = [0, 0];
const times = Array.from({ length: 20 }, () => microsecondsOf(200)).sort((a, b) => a - b);
console.log(
  `${(stacks / 4000).toFixed(2)} stacks a step, ${((inStacks / stacks) * 1000).toFixed(1)} µs each`,
);
console.log(`a step: ${times[10].toFixed(1)} µs (least ${times[0].toFixed(1)})`);
