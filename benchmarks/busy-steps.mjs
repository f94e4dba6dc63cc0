// Steps of training an LSTM, as built: a process of its own for busy.ts. Arguments: the number of threads, and of
// steps. It prints the milliseconds that they took, without the first, which plans.
import { compile, tensor, threads } from "@nabla/autograd";
import { crossEntropy, dense, lstm, sgd } from "@nabla/nn";
import { numbers } from "./works.mjs";

const [count, steps] = process.argv.slice(2).map(Number);
threads(count);
const [batch, times, features, hidden, classes] = [64, 16, 32, 96, 10];
const recurrent = lstm(features, hidden);
const output = dense(hidden, classes);
const optimizer = sgd([...recurrent.parameters(), ...output.parameters()], { learningRate: 0.1 });
const x = tensor(numbers(batch * times * features, 1), {
  shape: [batch, times, features],
}).realize();
const y = tensor(Int32Array.from({ length: batch }, (_, i) => i % classes)).realize();
const step = compile(() => {
  const cost = crossEntropy(
    output.forward(recurrent.forward(x).slice(1, -1).reshape([batch, hidden])),
    y,
  );
  cost.backward();
  optimizer.step();
  return cost;
});
step().itemSync();
const start = performance.now();
// As a loop of one's own has it: other things get their turn between steps.
for (let i = 1; i < steps; i++) await step().item();
console.log(performance.now() - start);
