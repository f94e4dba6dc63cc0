// Fine-tunes a transformer on sentences with new names, a fifth as much text as it was trained on: all
// of its weights, and by changes of rank 1, a hundredth as many parameters (`lora`). Validation text
// chooses the learning rate and the epoch of each; the comparison is on test text that chose nothing.
import { manualSeed } from "@nabla/autograd";
import { crossEntropy, type Layer, lora, measure } from "@nabla/nn";
import { adapt, copyOf, sizeOf } from "./adaptation.ts";
import { characterTransformer } from "./model.ts";
import { alphabet, others } from "./text.ts";
import { train, windows } from "./training.ts";

const places = 64;
const sizes = { characters: alphabet.length, places, features: 128, heads: 4 };
manualSeed(1);
const model = characterTransformer(sizes);
const usual = [windows(2000, places, 1), windows(200, places, 2)] as const;
for await (const { epoch, validationCost } of train(model, ...usual, 6)) {
  console.log(`usual sentences, epoch ${epoch}: ${validationCost.toFixed(4)}`);
}

const data = windows(400, places, 3, others);
const validation = windows(200, places, 4, others);
const test = windows(1000, places, 5, others);
const costOf = async (one: Layer) =>
  (await measure(one, { inputs: test.inputs, targets: test.targets }, { crossEntropy }))
    .crossEntropy;
console.log(`new names, untaught: ${(await costOf(model)).toFixed(4)}`);
console.log(`no model can get below ${test.least.toFixed(4)}`);

/** Trains once for each rate; of the best on validation text, its parameters and its cost on the test. */
async function taught(what: string, made: () => Layer, rates: readonly number[]) {
  const found: { readonly chosenBy: number; readonly size: number; readonly cost: number }[] = [];
  for (const learningRate of rates) {
    manualSeed(1);
    const one = made();
    const costs: number[] = [];
    for await (const { validationCost } of adapt(one, data, validation, {
      epochs: 16,
      learningRate,
    })) {
      if (validationCost !== undefined) costs.push(validationCost);
    }
    const chosenBy = Math.min(...costs);
    const best = `best after epoch ${costs.indexOf(chosenBy) + 1}: ${chosenBy.toFixed(4)}`;
    console.log(`${what}, rate ${learningRate}: ${best}, after all: ${costs.at(-1)!.toFixed(4)}`);
    found.push({ chosenBy, size: sizeOf(one), cost: await costOf(one) });
  }
  return found.reduce((best, other) => (other.chosenBy < best.chosenBy ? other : best));
}

const all = await taught("all weights", () => copyOf(model, sizes), [0.000125, 0.00025, 0.0005]);
const changes = await taught(
  "rank 1",
  () => lora(copyOf(model, sizes), { rank: 1 }),
  [0.02, 0.04, 0.08],
);
const [share, more] = [changes.size / all.size, changes.cost / all.cost - 1];
console.log(`test sentences, ${all.size} weights learnt: ${all.cost.toFixed(4)}`);
console.log(`${changes.size} numbers, ${(100 * share).toFixed(2)} %: ${changes.cost.toFixed(4)}`);
console.log(`which is ${(100 * more).toFixed(1)} % more`);
if (!(more < 0.02 && share < 0.0105)) {
  console.error("the changes do not reach the cost of all weights within 2 %");
  process.exitCode = 1;
}
