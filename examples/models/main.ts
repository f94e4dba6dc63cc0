// Networks as functions of their weights: fifty that learn as one, and one that learns to learn.
import { linspace, manualSeed, random } from "@nabla/autograd";
import { adam, fit, type Model } from "@nabla/nn";
import {
  alone,
  differing,
  disagreement,
  ensembleOf,
  network,
  points,
  together,
} from "./ensemble.ts";
import { learner, tasks } from "./maml.ts";

let isFound = true;
/** Says what has been reached. */
function check(what: string, reached: number, isReached: boolean): void {
  console.log(`${what}: ${reached.toPrecision(3)}`);
  if (isReached) return;
  console.error("that is not what it should be");
  isFound = false;
}

manualSeed(1);
const networks = Array.from({ length: 50 }, () => network(16));
const ensemble = ensembleOf(networks);
const data = points(200);
const how = { epochs: 400, batchSize: 50 };
const optimizerOf = (model: Model) => adam(model.parameters(), { learningRate: 0.01 });
const last = await fit(ensemble, data, together({ ...how, optimizer: optimizerOf(ensemble) }));
// Noise of 0.05 costs 0.0025.
check("mean squared error of a network", last!.cost / 50, last!.cost / 50 < 0.02);
for (const one of networks) await fit(one, data, alone({ ...how, optimizer: optimizerOf(one) }));
const other = differing(ensemble, networks);
check("numbers that are others where each network is trained alone", other, other === 0);
const seen = disagreement(ensemble, linspace(0.6, 1.4, 20).reshape([-1, 1]));
const unseen = disagreement(ensemble, linspace(-0.3, 0.3, 20).reshape([-1, 1]));
check("disagreement where there are data", seen, seen < 0.1);
check("disagreement where there are none, times as much", unseen / seen, unseen > 2 * seen);

const { costsAfter, step } = learner({ hidden: 40, rate: 0.01, learningRate: 0.001 });
const tests = tasks(100, 10, random.key());
const costAfter = (steps: number) => costsAfter(tests, steps).mean().itemSync();
const before = costAfter(1);
for (let i = 1; i <= 5000; i++) {
  const { cost } = await step(tasks(25, 10, random.key()));
  if (i % 1000 === 0) console.log(`step ${i}: cost after adapting ${cost.toFixed(2)}`);
}
check("mean squared error of new sines after one step, untaught", before, before > 2);
check("taught", costAfter(1), costAfter(1) < 1);
check("taught, after ten steps", costAfter(10), costAfter(10) < 0.5);
if (!isFound) process.exitCode = 1;
