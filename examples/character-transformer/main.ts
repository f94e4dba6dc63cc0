// Trains a small transformer on sentences until it foretells them almost as well as can be, then
// lets it write.
import { manualSeed } from "@nabla/autograd";
import { summary } from "@nabla/nn";
import { characterTransformer } from "./model.ts";
import { alphabet } from "./text.ts";
import { train, windows, write } from "./training.ts";

const places = 64;
/** How near the cost must come to the least that there can be, in nats a character. */
const wanted = 0.03;

manualSeed(1);
const sizes = { characters: alphabet.length, places, features: 128, heads: 4 };
const model = characterTransformer(sizes);
console.log(summary(model, [1, places], { dtype: "int32" }));

const [data, validation] = [windows(2000, places, 1), windows(200, places, 2)];
console.log(`no model can get below ${validation.least.toFixed(4)} nats a character`);
let reached = false;
for await (const { epoch, cost, validationCost } of train(model, data, validation, 10)) {
  console.log(
    `epoch ${epoch}: cost ${cost.toFixed(4)}, of new sentences ${validationCost.toFixed(4)}`,
  );
  reached = validationCost < validation.least + wanted;
  if (reached) break;
}
console.log(await write(model, "anna ", 200, places));
if (!reached) {
  console.error(`the cost did not come within ${wanted} of the least`);
  process.exitCode = 1;
}
