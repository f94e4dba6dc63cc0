// What a model is worth on a dataset.
import { formatShape, NablaError, realizeAsync, Tensor } from "@nabla/autograd";
import { batches, type Dataset, exampleCount } from "./batches.ts";
import { breather } from "./breather.ts";
import { checkModel, kindOf } from "./checks.ts";
import { applyLayer, type Layer } from "./layer.ts";
import type { Metric } from "./metrics.ts";
import { inEvaluation } from "./mode.ts";
import { checkOptions } from "./options.ts";
import { checkPair, pairOf } from "./pair.ts";

/** Examples that are computed on at a time: bounds the memory that activations take. */
export const measuredAtOnce = 1000;

/**
 * The mean of each metric over all examples of a dataset, which has two tensors as for `fit`: first
 * what goes in, then what should come out. A model in training is measured as it will be used, and
 * trains on. The event loop turns at least every 20 ms. Throws `NablaError` for a dataset without
 * examples, and for metrics that do not give one number.
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
  if (typeof model !== "function") checkModel("measure", model, "forward");
  const examples = exampleCount("measure", dataset);
  checkOptions("measure: metrics", metrics, {});
  checkPair("measure", dataset);
  for (const [name, metric] of Object.entries<unknown>(metrics)) {
    if (typeof metric === "function") continue;
    throw new NablaError(`measure: metric "${name}" is ${kindOf(metric)}, expected a function`);
  }
  const means = new Map(Object.keys(metrics).map((name) => [name, 0]));
  if (means.size === 0) return {};
  const breathe = breather();
  for await (const batch of batches(dataset, { size: measuredAtOnce })) {
    const [inputs, targets] = pairOf(batch);
    // Nothing else happens before it is in training again: not even another measurement.
    const values = inEvaluation(model, () => {
      const outputs = applyLayer(model, inputs);
      const all = Object.entries(metrics).map(([name, metric]) => ({
        name,
        value: valueOf(name, metric(outputs, targets)),
      }));
      return all;
    });
    await realizeAsync(...values.map(({ value }) => value));
    for (const { name, value } of values) {
      const weighted = ((await value.item()) * inputs.shape[0]!) / examples;
      means.set(name, means.get(name)! + weighted);
    }
    await breathe();
  }
  return Object.fromEntries(means);
}

/** What a metric gives, which must be one number. */
function valueOf(name: string, value: Tensor): Tensor {
  const isTensor = value instanceof Tensor;
  if (isTensor && value.size === 1) return value;
  const given = isTensor ? `a tensor ${formatShape(value.shape)}` : kindOf(value);
  throw new NablaError(`measure: metric "${name}" gives ${given}, expected one number`);
}
