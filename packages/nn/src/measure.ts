// What a model is worth on a dataset.
import { formatShape, NablaError, Tensor } from "@nabla/autograd";
import { checkKind, checkOptions, count, describe, isTensor, plain } from "@nabla/autograd/checks";
import { batches, type Dataset, exampleCount } from "./batches.ts";
import { checkModel } from "./checks.ts";
import { checkWeights } from "./example-weights.ts";
import { applyLayer, type Layer } from "./layer.ts";
import { isStateful, type Measured, type Metric, type Metrics } from "./metrics/metric.ts";
import { inEvaluation } from "./mode.ts";
import { checkPair, pairOf, weightsIn } from "./pair.ts";
import { meanTally, stateTally, type Tally, tallied } from "./tallies.ts";
import { type Team, teamOf } from "./team.ts";

/** Examples that are computed on at a time: bounds the memory that activations take. */
export const measuredAtOnce = 1000;

export interface MeasureOptions {
  /** Examples that are computed on at a time: what activations take. Default: 1000. */
  readonly batchSize?: number;
  /**
   * The weight of each example, [examples], or with further axes of each position in it; 0 excludes it.
   * Only for metrics with state. Default: the `weights` of the dataset, if it has a third tensor of that
   * name.
   */
  readonly weights?: Tensor;
  /**
   * The processes that measure together, each some of the examples: all have the whole dataset, and get
   * all values, to the same bits as one alone.
   */
  readonly world?: Team;
}

/**
 * Measures each metric over all examples of a dataset, which has two tensors as for `fit`: first the
 * inputs, then the targets. A metric with state, such as `precision()` and `accuracy`, is exact over all
 * examples; for a function of outputs and targets the mean over all examples is taken. A model in
 * training mode is measured in evaluation mode, and then restored. The event loop runs at least every 20
 * ms. Throws `NablaError` for a dataset without examples, for functions that do not return one number,
 * for weights with functions, and for weights that are negative or not finite.
 *
 * @example
 * const dataset = { inputs: tensor([[1], [2]]), targets: tensor([[1], [2]]) };
 * await measure(sequential((x) => x), dataset, { cost: quadraticCost }); // => { cost: 0 }
 */
export async function measure<const M extends Metrics>(
  model: Layer,
  dataset: Dataset,
  metrics: M,
  options: MeasureOptions = {},
): Promise<Measured<M>> {
  if (typeof model !== "function") checkModel("measure", model, "forward");
  exampleCount("measure", dataset);
  checkKind("measure", "metrics", metrics, plain);
  checkPair("measure", dataset);
  checkOptions("measure", options, { batchSize: count, weights: isTensor, world: plain });
  const { batchSize: size = measuredAtOnce } = options;
  const all = weighedBy(dataset, options.weights);
  const weights = weightsIn(all);
  const isWeighted = weights !== undefined;
  const observers = Object.entries(metrics).map(([name, metric]) =>
    observerOf(name, metric, isWeighted),
  );
  if (observers.length === 0) return {} as Measured<M>;
  if (weights) await checkWeights("measure", weights);
  const values = await tallied(
    observers.map(({ tally }) => tally),
    batches(all, { size }),
    (batch) => {
      const [inputs, targets, weights] = pairOf(batch);
      // Nothing else happens before it is in training again: not even another measurement.
      const graphs = inEvaluation(model, () => {
        const outputs = applyLayer(model, inputs);
        return observers.map(({ observe }) => observe(outputs, targets, weights));
      });
      return { graphs, count: inputs.shape[0]! };
    },
    teamOf(options.world),
  );
  const named = Object.keys(metrics).map((name, i) => [name, values[i]!] as const);
  return Object.fromEntries(named) as Measured<M>;
}

/** The dataset, with these weights. */
function weighedBy(dataset: Dataset, weights: Tensor | undefined): Dataset {
  if (!weights) return dataset;
  if (weightsIn(dataset)) {
    throw new NablaError("measure: got weights as an option and in the dataset, expected either");
  }
  exampleCount("measure", { ...dataset, "weights of the examples": weights });
  const [inputs, targets] = pairOf(dataset);
  return { inputs, targets, weights };
}

/** A metric of either kind, and the inputs that it needs from a batch. */
interface Observer {
  readonly tally: Tally;
  readonly observe: (outputs: Tensor, targets: Tensor, weights: Tensor | undefined) => Tensor;
}

function observerOf(name: string, metric: unknown, isWeighted: boolean): Observer {
  if (isStateful(metric)) {
    return {
      tally: stateTally(metric),
      observe: (outputs, targets, weights) =>
        tensorOf(name, metric.observe(outputs, targets, weights)),
    };
  }
  if (typeof metric !== "function") {
    const given = describe(metric);
    throw new NablaError(
      `measure: metric "${name}" is ${given}, expected a function, or a metric with state`,
    );
  }
  if (isWeighted) throw knowsNoWeights("measure", name);
  return {
    tally: meanTally,
    observe: (outputs, targets) => valueOf(name, (metric as Metric)(outputs, targets)),
  };
}

/** Throws `NablaError` for metrics that know no weights. */
export function checkWeighable(operation: string, metrics: Metrics = {}): void {
  for (const [name, metric] of Object.entries(metrics)) {
    if (!isStateful(metric)) throw knowsNoWeights(operation, name);
  }
}

function knowsNoWeights(operation: string, name: string): NablaError {
  return new NablaError(
    `${operation}: metric "${name}" is a function of outputs and targets, which knows no weights; ` +
      "expected a metric with state, such as precision()",
  );
}

/** What a function gives as a metric, which must be one number. */
function valueOf(name: string, given: unknown): Tensor {
  const value = tensorOf(name, given);
  if (value.size === 1) return value;
  throw new NablaError(
    `measure: metric "${name}" gives a tensor ${formatShape(value.shape)}, expected one number`,
  );
}

function tensorOf(name: string, value: unknown): Tensor {
  if (value instanceof Tensor) return value;
  throw new NablaError(`measure: metric "${name}" gives ${describe(value)}, expected one number`);
}
