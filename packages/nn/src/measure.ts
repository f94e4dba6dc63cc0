// What a model is worth on a dataset.
import { NablaError, realize } from "@nabla/autograd";
import { batches, type Dataset, exampleCount } from "./batches.ts";
import { kindOf } from "./checks.ts";
import { applyLayer, type Layer } from "./layer.ts";
import type { Metric } from "./metrics.ts";
import { pauseTraining } from "./mode.ts";
import { checkPair, pairOf } from "./pair.ts";

/** Examples that are computed on at a time: bounds the memory that activations take. */
export const measuredAtOnce = 1000;

/**
 * The mean of each metric over all examples of a dataset, which has two tensors: first what goes
 * in, then what should come out. A model in training is measured as it will be used, and trains on.
 *
 * @example
 * const dataset = { inputs: tensor([[1], [2]]), targets: tensor([[1], [2]]) };
 * await measure(sequential((x) => x), dataset, { cost: quadraticCost }); // => { cost: 0 }
 */
export async function measure(
  model: Layer,
  dataset: Dataset,
  metrics: Readonly<Record<string, Metric>>,
): Promise<Record<string, number>> {
  const examples = exampleCount("measure", dataset);
  checkPair("measure", dataset);
  for (const [name, metric] of Object.entries<unknown>(metrics)) {
    if (typeof metric === "function") continue;
    throw new NablaError(`measure: metric "${name}" is ${kindOf(metric)}, expected a function`);
  }
  const means = new Map(Object.keys(metrics).map((name) => [name, 0]));
  if (means.size === 0) return {};
  const resume = pauseTraining(model);
  try {
    for (const batch of batches(dataset, { size: measuredAtOnce })) {
      const [inputs, targets] = pairOf(batch);
      const outputs = applyLayer(model, inputs);
      const values = Object.entries(metrics).map(([name, metric]) => ({
        name,
        value: metric(outputs, targets),
      }));
      realize(...values.map(({ value }) => value));
      for (const { name, value } of values) {
        const weighted = ((await value.item()) * inputs.shape[0]!) / examples;
        means.set(name, means.get(name)! + weighted);
      }
    }
  } finally {
    resume();
  }
  return Object.fromEntries(means);
}
