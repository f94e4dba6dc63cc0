// What a model is worth on a dataset.
import { formatShape, NablaError, realizeAsync, Tensor, tensor } from "@nabla/autograd";
import { batches, type Dataset, exampleCount } from "./batches.ts";
import { breather } from "./breather.ts";
import { checkModel, kindOf } from "./checks.ts";
import { applyLayer, type Layer } from "./layer.ts";
import {
  isStateful,
  type Measured,
  type Metric,
  type MetricState,
  type Metrics,
  type MetricValue,
} from "./metrics/metric.ts";
import { inEvaluation } from "./mode.ts";
import { checkOptions, count, tensor as isTensor, plain } from "./options.ts";
import { checkPair, type Pair, pairOf } from "./pair.ts";
import { type Team, teamOf } from "./team.ts";

/** Examples that are computed on at a time: bounds the memory that activations take. */
export const measuredAtOnce = 1000;

/** Under what name weights go with a dataset. */
const weightsName = "weights of the examples";

export interface MeasureOptions {
  /** Examples that are computed on at a time: what activations take. Default: 1000. */
  readonly batchSize?: number;
  /**
   * What each example counts, [examples], or with further axes what each place of it does; 0 that it does
   * not. For metrics with state only.
   */
  readonly weights?: Tensor;
  /**
   * The processes that measure together, each some of the examples: all have the whole dataset, and get
   * all values, to the same bits as one alone.
   */
  readonly world?: Team;
}

/**
 * What each metric gives for all examples of a dataset, which has two tensors as for `fit`: first
 * what goes in, then what should come out. A metric with state, as `precision()` and `accuracy` are, gives
 * what it is of all examples at once; of a function of outputs and targets the mean over all examples is
 * taken. A model in training is measured as it will be used, and trains on. The event loop turns at least
 * every 20 ms. Throws `NablaError` for a dataset without examples, for functions that do not give one
 * number, and for weights where there are functions.
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
  const examples = exampleCount("measure", dataset);
  checkOptions("measure: metrics", metrics, {});
  checkPair("measure", dataset);
  checkOptions("measure", options, { batchSize: count, weights: isTensor, world: plain });
  const { batchSize: size = measuredAtOnce, weights } = options;
  const tallies = Object.entries(metrics).map(([name, metric]) =>
    tallyOf(name, metric, examples, weights !== undefined),
  );
  if (tallies.length === 0) return {} as Measured<M>;
  const all = weights ? { ...dataset, [weightsName]: weights } : dataset;
  if (weights) exampleCount("measure", all);
  const team = teamOf(options.world);
  const breathe = breather();
  let states = tallies.map(({ start }) => start());
  const add = (observed: readonly Float64Array[]) => {
    states = states.map((state, i) => tallies[i]!.update(state, observed[i]!));
  };
  let position = 0;
  /** What this rank has observed of the batches that the ranks have at a time, one each. */
  let own: readonly Float64Array[] | undefined;
  const exchange = async (team: Team) => {
    for (const observed of await ofAllRanks(team, own, tallies.length)) add(observed);
    own = undefined;
  };
  for await (const batch of batches(all, { size })) {
    const at = position++;
    if (!team || at % team.size === team.rank) {
      const observed = await observedOf(model, pairOf(batch), batch[weightsName], tallies);
      if (team) own = observed;
      else add(observed);
      await breathe();
    }
    if (team && position % team.size === 0) await exchange(team);
  }
  if (team && position % team.size !== 0) await exchange(team);
  const values = tallies.map(({ name, result }, i) => [name, result(states[i]!)] as const);
  return Object.fromEntries(values) as Measured<M>;
}

/** A metric of either kind, as something that is observed batch by batch. */
interface Tally {
  readonly name: string;
  readonly start: () => MetricState;
  observe(outputs: Tensor, targets: Tensor, weights: Tensor | undefined): Tensor;
  /** What is to be kept of what was observed of so many examples. */
  read(observed: ArrayLike<number>, count: number): Float64Array;
  update(state: MetricState, observed: Float64Array): MetricState;
  readonly result: (state: MetricState) => MetricValue;
}

function tallyOf(name: string, metric: unknown, examples: number, isWeighted: boolean): Tally {
  if (isStateful(metric)) {
    return {
      name,
      start: () => metric.start(),
      observe: (outputs, targets, weights) =>
        tensorOf(name, metric.observe(outputs, targets, weights)),
      read: (observed) => Float64Array.from(observed),
      update: (state, observed) => metric.update(state, observed),
      result: (state) => metric.result(state),
    };
  }
  if (typeof metric !== "function") {
    const given = kindOf(metric);
    throw new NablaError(
      `measure: metric "${name}" is ${given}, expected a function, or a metric with state`,
    );
  }
  if (isWeighted) {
    throw new NablaError(
      `measure: metric "${name}" is a function of outputs and targets, which knows no weights; ` +
        "expected a metric with state, such as precision()",
    );
  }
  return {
    name,
    start: () => [],
    observe: (outputs, targets) => valueOf(name, (metric as Metric)(outputs, targets)),
    read: (observed, count) => Float64Array.of((observed[0]! * count) / examples),
    update: ([sum], [part]) => [Float64Array.of((sum?.[0] ?? 0) + part!)],
    result: ([sum]) => sum![0]!,
  };
}

/** What the metrics are to know of a batch. */
async function observedOf(
  model: Layer,
  [inputs, targets]: Pair,
  weights: Tensor | undefined,
  tallies: readonly Tally[],
): Promise<readonly Float64Array[]> {
  // Nothing else happens before it is in training again: not even another measurement.
  const graphs = inEvaluation(model, () => {
    const outputs = applyLayer(model, inputs);
    return tallies.map((tally) => tally.observe(outputs, targets, weights));
  });
  await realizeAsync(...graphs);
  const observed: Float64Array[] = [];
  for (const [i, graph] of graphs.entries()) {
    observed.push(tallies[i]!.read(await graph.data(), inputs.shape[0]!));
  }
  return observed;
}

/** What each rank has observed, in their order, without those that had no batch. */
async function ofAllRanks(
  team: Team,
  own: readonly Float64Array[] | undefined,
  metrics: number,
): Promise<readonly (readonly Float64Array[])[]> {
  const lengths = Array.from({ length: team.size }, (_, rank) =>
    Array.from({ length: metrics }, (_, i) => (rank === team.rank && own ? own[i]!.length : 0)),
  );
  const [lengthSums] = team.sums([tensor(lengths, { dtype: "float64" })]);
  const all = (await lengthSums!.array()) as number[][];
  const sizes = all.map((row) => row.reduce((sum, length) => sum + length, 0));
  const content = new Float64Array(sizes.reduce((sum, length) => sum + length, 0));
  let at = sizes.slice(0, team.rank).reduce((sum, length) => sum + length, 0);
  for (const part of own ?? []) {
    content.set(part, at);
    at += part.length;
  }
  const [sum] = team.sums([tensor(content)]);
  const together = await sum!.data();
  let from = 0;
  return all
    .map((row) => row.map((length) => Float64Array.from(together.subarray(from, (from += length)))))
    .filter((_, rank) => sizes[rank]! > 0);
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
  throw new NablaError(`measure: metric "${name}" gives ${kindOf(value)}, expected one number`);
}
