// Trains a network to tell words apart, and shows which part of a recording it listens to.
import { manualSeed } from "@nabla/autograd";
import { dependence, listener, train } from "./keywords.ts";
import { recordings, words } from "./words.ts";

manualSeed(1);
const model = listener(24);
const heldOut = recordings(120, 7);
let right = 0;
let epoch = 0;
for await (right of train(model, recordings(600, 3), heldOut, 8)) {
  console.log(`epoch ${++epoch}: ${(100 * right).toFixed(1)} % of ${words.length} words`);
}

const bars = " ▁▂▃▄▅▆▇█";
const some = recordings(words.length, 11);
const sums = dependence(model, some).reshape([words.length, 64, 32]).sum(2).arraySync();
(sums as number[][]).forEach((row, i) => {
  const most = Math.max(...row);
  const drawn = row.map((x) => bars[Math.round((8 * x) / most)]).join("");
  console.log(`${words[i]} |${drawn}| begins at ${Math.floor(some.begins[i]! / 32)} of 64`);
});
if (right < 0.95) {
  console.error("that is not what it should be");
  process.exitCode = 1;
}
