// Two networks that learn what belongs together: a date and how it is written, and the halves of a digit.
import { writeFileSync } from "node:fs";
import { manualSeed } from "@nabla/autograd";
import { loadMnist } from "@nabla/mnist-demo";
import { adam, collated, fit, progressLine } from "@nabla/nn";
import { batchOf, costOf, dates, rewriter, rewritten } from "./dates.ts";
import { shaded, svgOf } from "./pictures.ts";
import { halvesOf, trainingBy, twoTowers } from "./two-towers.ts";

let isFound = true;
/** Says what has been reached. */
function check(what: string, reached: number, least: number): void {
  console.log(`${what}: ${reached.toPrecision(3)}`);
  if (reached >= least) return;
  console.error(`that is not what it should be: ${least} or more`);
  isFound = false;
}

manualSeed(1);
const model = rewriter(32);
for await (const report of fit(model, collated(dates(2000, 1), { size: 50, collate: batchOf }), {
  batchCost: (own, batch) => costOf(own, batch),
  optimizer: adam(model.parameters(), { learningRate: 0.01 }),
  epochs: 8,
})) {
  console.log(progressLine(report));
}
const others = dates(200, 2);
const { texts, attention } = rewritten(
  model,
  others.map(({ given }) => given),
);
const right = others.filter(({ wanted }, i) => wanted === texts[i]).length;
check("share of new dates that are written right", right / others.length, 0.95);
const picture = { given: others[0]!.given, written: texts[0]!, weights: attention[0]! };
console.log(shaded(picture));
const [, , file] = process.argv;
if (file) writeFileSync(file, svgOf(picture));

const { train, test } = await loadMnist();
const digits = halvesOf(train.images.slice(0, 0, 10_000));
const towers = twoTowers(392, 128, 32);
const optimizer = adam(towers.parameters(), { learningRate: 0.003 });
const among = 100;
let found = 0;
const validation = halvesOf(test.images.slice(0, 0, 2000));
for await (const report of fit(towers, digits, trainingBy(optimizer, validation, among))) {
  console.log(progressLine(report));
  found = report.metrics?.found ?? found;
}
check(`share of lower halves that are found, among ${among}`, found, 0.3);
if (!isFound) process.exitCode = 1;
