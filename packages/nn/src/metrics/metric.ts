// What a metric is: a function whose mean is taken, or one with state, which is exact over all examples.
import {
  concat,
  formatShape,
  full,
  NablaError,
  ShapeError,
  type Tensor,
  where,
} from "@nabla/autograd";
import { checkTensor } from "@nabla/autograd/checks";

/** Of outputs and targets one number, a mean over examples. */
export type Metric = (outputs: Tensor, targets: Tensor) => Tensor;

/** What a metric gives: a number, or a list of them, such as one a class. */
export type MetricValue = number | readonly MetricValue[];

/** The accumulated state: sums, or all observed values, batch by batch. */
export type MetricState = readonly Float64Array[];

/**
 * A metric that is exact over all examples, whatever the batch sizes: its state is sums in float64, or
 * all observed values. `measure` and `fit` accept it in place of a `Metric`. In your own loop:
 *
 * @example
 * const metric = precision();
 * let state = metric.start();
 * for (const [outputs, targets] of [[[2, -1], [1, 0]], [[3, 1], [0, 1]]] as const) {
 *   state = metric.update(state, await metric.observe(tensor(outputs), tensor(targets)).data());
 * }
 * metric.result(state); // => 0.6667
 */
export interface StatefulMetric<out Value extends MetricValue = MetricValue> {
  /** What is known before any example. */
  start(): MetricState;
  /**
   * The observed values of a batch, float64 [n]; a graph, computed when it is read. `weights` are those
   * of each example or element, 0 to exclude it; their shape is that of the examples, or its first axes.
   * Default: 1 each.
   */
  observe(outputs: Tensor, targets: Tensor, weights?: Tensor): Tensor<[number]>;
  /** The state after one more batch's observed values. */
  update(state: MetricState, observed: ArrayLike<number>): MetricState;
  /** The metric of all examples so far. NaN where it is undefined, as a share of no examples is. */
  result(state: MetricState): Value;
}

/** Metrics by name, of either kind. */
export type Metrics = Readonly<Record<string, Metric | StatefulMetric>>;

/** The result of each metric. */
export type Measured<M extends Metrics> = { readonly [Name in keyof M]: ValueOf<M[Name]> };

type ValueOf<M> = M extends StatefulMetric<infer Value> ? Value : number;

/** Whether it has a state. */
export function isStateful(metric: unknown): metric is StatefulMetric {
  const given = (metric ?? {}) as Record<string, unknown>;
  return ["start", "observe", "update", "result"].every(
    (name) => typeof given[name] === "function",
  );
}

type Observe = StatefulMetric["observe"];

/** A metric whose state are sums over examples. */
export function ofSums<Value extends MetricValue>(
  operation: string,
  observe: (outputs: Tensor, targets: Tensor, weights?: Tensor) => Tensor,
  result: (sums: Float64Array) => Value,
): StatefulMetric<Value> {
  return {
    start: () => [],
    observe: observe as Observe,
    update([sums], observed) {
      const added = Float64Array.from(observed);
      if (!sums) return [added];
      checkAlike(operation, sums, added);
      return [added.map((x, i) => sums[i]! + x)];
    },
    result: ([sums]) => result(known(operation, sums)),
  };
}

/** A metric whose state is all observed values. */
export function ofAll<Value extends MetricValue>(
  operation: string,
  observe: (outputs: Tensor, targets: Tensor, weights?: Tensor) => Tensor,
  result: (observed: MetricState) => Value,
): StatefulMetric<Value> {
  return {
    start: () => [],
    observe: observe as Observe,
    update: (state, observed) => [...state, Float64Array.from(observed)],
    result(state) {
      known(operation, state[0]);
      return result(state);
    },
  };
}

/** The first part of a state. Throws `NablaError` where nothing has been observed. */
export function known(operation: string, first: Float64Array | undefined): Float64Array {
  if (first) return first;
  throw new NablaError(`${operation}: the state knows no example; expected one from update`);
}

/** Throws `NablaError` where batches have another number of classes or outputs. */
export function checkAlike(operation: string, known: Float64Array, observed: Float64Array): void {
  if (known.length === observed.length) return;
  throw new NablaError(
    `${operation}: a batch gives ${observed.length} sums, those before gave ${known.length}; ` +
      "expected as many classes or outputs in each",
  );
}

/** A function of two tensors that is a metric with state as well. */
export function withState<F, Value extends MetricValue>(
  f: F,
  metric: StatefulMetric<Value>,
): F & StatefulMetric<Value> {
  return Object.assign(f as F & object, metric);
}

/** The weight of each example, of that shape: float64; 1 without weights. */
export function weightsOf(
  operation: string,
  shape: readonly number[],
  weights: Tensor | undefined,
): Tensor {
  if (weights === undefined) return full([...shape], 1, { dtype: "float64" });
  checkTensor(`${operation}: weights`, weights);
  const fits = weights.rank <= shape.length && weights.shape.every((n, axis) => n === shape[axis]);
  if (!fits || weights.rank === 0) {
    throw new ShapeError(
      `${operation}: weights are ${formatShape(weights.shape)}, expected ${formatShape([...shape])}, ` +
        "or the first of these axes",
    );
  }
  const ones = shape.slice(weights.rank).map(() => 1);
  return weights
    .cast("float64")
    .reshape([...weights.shape, ...ones])
    .broadcastTo([...shape]);
}

/** x times the weights, in float64: 0 where the weight is 0, whatever x is. */
export function weighted(x: Tensor, weights: Tensor): Tensor {
  return where(weights.equal(0), 0, x.cast("float64").mul(weights));
}

/** One after the other, as one vector. */
export function listed(...parts: readonly Tensor[]): Tensor {
  return concat(parts.map((part) => part.cast("float64").flatten()));
}
