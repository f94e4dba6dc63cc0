// Trains a gated recurrent unit on sequences of 30 steps until it adds well.
import { manualSeed } from "@nabla/autograd";
import { adder, sums, train } from "./adding.ts";

const time = 30;
/** Always to say 1 costs 1/6, the variance of the sum of two numbers. */
const wanted = 0.005;

manualSeed(1);
const model = adder(32);
let reached = false;
for await (const { epoch, error } of train(model, sums(5000, time, 1), sums(500, time, 9), 15)) {
  console.log(`epoch ${epoch}: mean squared error ${error.toFixed(5)}`);
  reached = error < wanted;
  if (reached) break;
}
const { inputs, targets } = sums(3, time, 20);
console.log("wanted", targets.flatten().arraySync());
console.log("got   ", model.forward(inputs).flatten().arraySync());
if (!reached) {
  console.error(`the mean squared error did not get below ${wanted}`);
  process.exitCode = 1;
}
