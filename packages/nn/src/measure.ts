// What a model is worth on a dataset.
import { formatShape, NablaError, realizeAsync, Tensor, tensor } from "@nabla/autograd";
import { batches, type Dataset, exampleCount } from "./batches.ts";
import { breather } from "./breather.ts";
import { checkModel, kindOf } from "./checks.ts";
import { applyLayer, type Layer } from "./layer.ts";
import type { Metric } from "./metrics.ts";
import { inEvaluation } from "./mode.ts";
import { checkOptions, plain } from "./options.ts";
import { checkPair, pairOf } from "./pair.ts";
import { type Team, teamOf } from "./team.ts";

/** Examples that are computed on at a time: bounds the memory that activations take. */
export const measuredAtOnce = 1000;

export interface MeasureOptions {
  /**
   * The processes that measure together, each some of the examples: all have the whole dataset, and get
   * all means, to the same bits as one alone.
   */
  readonly world?: Team;
}

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
  options: MeasureOptions = {},
): Promise<Record<string, number>> {
  if (typeof model !== "function") checkModel("measure", model, "forward");
  const examples = exampleCount("measure", dataset);
  checkOptions("measure: metrics", metrics, {});
  checkPair("measure", dataset);
  checkOptions("measure", options, { world: plain });
  for (const [name, metric] of Object.entries<unknown>(metrics)) {
    if (typeof metric === "function") continue;
    throw new NablaError(`measure: metric "${name}" is ${kindOf(metric)}, expected a function`);
  }
  const names = Object.keys(metrics);
  if (names.length === 0) return {};
  const team = teamOf(options.world);
  const breathe = breather();
  /** Of each batch, times its share of the examples; 0 for those that other ranks measure. */
  const parts: number[][] = [];
  for await (const batch of batches(dataset, { size: measuredAtOnce })) {
    if (team && parts.length % team.size !== team.rank) {
      parts.push(names.map(() => 0));
      continue;
    }
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
    const weighted: number[] = [];
    for (const { value } of values) {
      weighted.push(((await value.item()) * inputs.shape[0]!) / examples);
    }
    parts.push(weighted);
    await breathe();
  }
  const all = team ? await summedOver(team, parts) : parts;
  return Object.fromEntries(
    names.map((name, i) => [name, all.reduce((mean, part) => mean + part[i]!, 0)]),
  );
}

/** What all ranks have measured, in each row one of them. */
async function summedOver(
  team: Team,
  parts: readonly number[][],
): Promise<readonly (readonly number[])[]> {
  const [sum] = team.sums([tensor(parts, { dtype: "float64" })]);
  return (await sum!.array()) as number[][];
}

/** What a metric gives, which must be one number. */
function valueOf(name: string, value: Tensor): Tensor {
  const isTensor = value instanceof Tensor;
  if (isTensor && value.size === 1) return value;
  const given = isTensor ? `a tensor ${formatShape(value.shape)}` : kindOf(value);
  throw new NablaError(`measure: metric "${name}" gives ${given}, expected one number`);
}
