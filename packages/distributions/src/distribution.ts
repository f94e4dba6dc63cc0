// What a distribution is, and how one is made of the formulas of its family.
import {
  type DType,
  formatShape,
  full,
  type Operand,
  type Seed,
  type Shape,
  ShapeError,
  Tensor,
  where,
} from "@nabla/autograd";
import { checkNames, describe } from "@nabla/autograd/checks";
import { checkSizes, fail } from "./checks.ts";
import type { Float, Parameters } from "./parameters.ts";
import { batchedTo, broadcastShapes } from "./shapes.ts";

export interface SampleOptions {
  /**
   * An integer, or a key (`random.key`, `random.split`); the same one gives the same draw, bit for bit.
   * Left out: each call draws anew.
   */
  readonly seed?: Seed;
}

/**
 * A distribution, or a batch of them, one for each element of its parameters: these broadcast to
 * `batchShape`. A draw from each has `eventShape`, `[]` for numbers. Parameters that are tensors give
 * NaN where an element is none that the family allows: what is computed of it is NaN, and a draw of
 * integers throws `NablaError` when it runs.
 */
export interface Distribution<out Batch extends Shape = Shape, out Event extends Shape = Shape> {
  /** The name of the function that made it. */
  readonly name: string;
  readonly batchShape: Batch;
  readonly eventShape: Event;
  /** The dtype of draws: that of the parameters, int32 where draws are integers. */
  readonly dtype: DType;
  /** The values that have a density, in words. */
  readonly support: string;
  /** The parameters by name, broadcastable to `batchShape`. */
  readonly parameters: Readonly<Record<string, Tensor>>;
  /**
   * Whether gradients go from draws to parameters. Where they do not, draws are constants: use
   * `logProbability` for a gradient of an expectation (R. J. Williams, 1992).
   */
  readonly isReparameterized: boolean;
  /** @internal Whether draws are angles, whose density repeats and whose mean is a direction. */
  readonly isCircular: boolean;
  /**
   * Draws `[...shape, ...batchShape, ...eventShape]`, one for each element of `shape` (default `[]`)
   * and of the batch, all independent.
   */
  sample<const S extends number[] = []>(
    shape?: readonly [...S],
    options?: SampleOptions,
  ): Tensor<[...S, ...Batch, ...Event]>;
  /**
   * The logarithm of the density at `x`, or of the probability where values are counted; -Infinity
   * outside of the support, NaN at NaN. `x` has `eventShape` last and broadcasts with the batch.
   */
  logProbability(x: number): Tensor<Batch>;
  logProbability(x: Operand): Tensor;
  /** The mean; NaN where there is none, as of `cauchy`. */
  mean(): Tensor<[...Batch, ...Event]>;
  /** The variance of each element; Infinity or NaN where there is none. */
  variance(): Tensor<[...Batch, ...Event]>;
  /**
   * The entropy in nats; of densities the differential one. Throws `NablaError` where no closed form is
   * known.
   */
  entropy(): Tensor<Batch>;
  /** The probability of values up to `x`. Throws `NablaError` where it is not known. */
  cdf(x: number): Tensor<Batch>;
  cdf(x: Operand): Tensor;
  /**
   * The value below which draws lie with probability `p`; NaN for p outside of 0 to 1. Throws `NablaError`
   * where it is not known.
   */
  quantile(p: number): Tensor<Batch>;
  quantile(p: Operand): Tensor;
  /** @internal Kullback-Leibler divergence from another, if its family is one that this one knows. */
  divergenceFrom(other: Distribution): Tensor | undefined;
}

/** Whether it is a distribution, of any copy of this package. */
export function isDistribution(given: unknown): given is Distribution {
  return typeof (given as Partial<Distribution> | null)?.divergenceFrom === "function";
}

/** The formulas of a family. All take and give tensors that broadcast with the batch. */
export interface Formulas {
  readonly name: string;
  readonly support: string;
  readonly parameters: Parameters;
  /** The axes of a parameter that belong to an event, and the event's shape. */
  readonly batch?: Shape;
  readonly event?: Shape;
  readonly drawsIntegers?: boolean;
  readonly isReparameterized?: boolean;
  readonly isCircular?: boolean;
  readonly draw: (seed: Seed | undefined, shape: Shape) => Tensor;
  /** At values of the support. */
  readonly logDensity: (x: Tensor) => Tensor;
  /** Whether values are outside the support; the result for NaN does not matter. */
  readonly isOutside: (x: Tensor) => Tensor;
  /** A value of the support, at which formulas are computed in place of values outside. */
  readonly inside: Tensor | number;
  readonly mean?: () => Tensor;
  readonly variance?: () => Tensor;
  readonly entropy?: () => Tensor;
  /** Between the ends of the support. */
  readonly cdf?: (x: Tensor) => Tensor;
  /** The ends of the support: below the first the cdf is 0, from the second on 1. */
  readonly ends?: readonly [low: Tensor | number, high: Tensor | number];
  /** At p from 0 to 1. */
  readonly quantile?: (p: Tensor) => Tensor;
  readonly divergence?: (other: Distribution) => Tensor | undefined;
}

/** Makes a distribution of the formulas of its family. */
export function distribution<Batch extends Shape, Event extends Shape = readonly []>(
  formulas: Formulas,
): Distribution<Batch, Event> {
  const { name, parameters, event = [], batch = parameters.shape } = formulas;
  const { drawsIntegers = false, isReparameterized = !drawsIntegers } = formulas;
  const dtype = drawsIntegers ? "int32" : parameters.dtype;
  const computed = (what: string, formula: (() => Tensor) | undefined, eventRank = 0): Tensor => {
    if (!formula) fail(`${name}.${what}: there is no closed form that is known`);
    return batchedTo(known(formula()).cast(parameters.dtype), batch, eventRank);
  };
  /** NaN where a parameter is, even if the formula does not use that one. */
  const known = (value: Tensor): Tensor => {
    if (formulas.batch) return value;
    const values = Object.values(parameters.values);
    return values.reduce((result, one) => where(one.isNaN(), Number.NaN, result), value);
  };
  const made: Distribution = {
    name,
    batchShape: batch,
    eventShape: event,
    dtype,
    support: formulas.support,
    parameters: parameters.values,
    isReparameterized,
    isCircular: formulas.isCircular ?? false,
    sample(shape: Shape = [], options: SampleOptions = {}) {
      const operation = `${name}.sample`;
      checkSizes(operation, shape);
      checkNames(operation, options, ["seed"]);
      checkSeed(operation, options.seed);
      const drawn = formulas.draw(options.seed, [...shape, ...batch]);
      return drawn.cast(dtype) as never;
    },
    logProbability(x) {
      const [at, result] = argument(`${name}.logProbability`, x, formulas);
      const isNone = overEvent(at.isNaN(), event.length);
      const outside = overEvent(formulas.isOutside(at), event.length).logicalAnd(
        isNone.logicalNot(),
      );
      const safe = where(eventMask(outside, event.length), formulas.inside, at);
      const value = formulas.logDensity(safe);
      // A parameter that is NaN is NaN outside of the support, too.
      const known = outside.logicalAnd(value.isNaN().logicalNot());
      const inside = where(isNone, Number.NaN, value);
      return where(known, Number.NEGATIVE_INFINITY, inside).cast(result);
    },
    mean: () => computed("mean", formulas.mean, event.length) as never,
    variance: () => computed("variance", formulas.variance, event.length) as never,
    entropy: () => computed("entropy", formulas.entropy),
    cdf(x) {
      const { cdf, ends = [] } = formulas;
      if (!cdf) fail(`${name}.cdf: there is no closed form that is known`);
      const [at, result] = argument(`${name}.cdf`, x, formulas);
      const [low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY] = ends;
      const [isBelow, isAbove] = [at.less(low), at.greaterEqual(high)];
      const safe = where(isBelow.logicalOr(isAbove), formulas.inside, at);
      const value = cdf(safe);
      const isKnown = value.isNaN().logicalNot();
      const upper = where(isAbove.logicalAnd(isKnown), 1, value);
      const between = where(at.isNaN(), at, upper);
      return where(isBelow.logicalAnd(isKnown), 0, between).cast(result);
    },
    quantile(p) {
      if (!formulas.quantile) fail(`${name}.quantile: there is no closed form that is known`);
      const [at, result] = argument(`${name}.quantile`, p, formulas);
      const isProbability = at.greaterEqual(0).logicalAnd(at.lessEqual(1));
      const safe = where(isProbability, at, 0.5);
      return where(isProbability, formulas.quantile(safe), Number.NaN).cast(result);
    },
    divergenceFrom: (other) => formulas.divergence?.(other),
  };
  return made as unknown as Distribution<Batch, Event>;
}

function checkSeed(operation: string, seed: unknown): void {
  if (seed === undefined || seed instanceof Tensor || Number.isSafeInteger(seed)) return;
  fail(`${operation}: the seed is ${describe(seed)}, expected an integer or a key`);
}

/** An argument as a tensor of floats, whose shape fits; and the dtype of what is computed of it. */
function argument(
  operation: string,
  x: unknown,
  { parameters, batch, event = [] }: Formulas,
): readonly [Tensor, Float] {
  const { dtype } = parameters;
  const isNumber = typeof x === "number";
  if (!isNumber && !(x instanceof Tensor)) {
    fail(`${operation}: x is ${describe(x)}, expected a number or a tensor`);
  }
  const given: Tensor = isNumber ? full([], x, { dtype }) : x;
  // Float32 does not have all of int32's numbers.
  const isWide = given.dtype === "float64" || given.dtype === "int32";
  const at: Tensor = given.cast(isWide ? "float64" : dtype);
  const rank = event.length;
  const own = at.shape.slice(Math.max(at.shape.length - rank, 0));
  if (at.shape.length < rank || own.some((size, i) => size !== event[i])) {
    const wanted = formatShape(event);
    throw new ShapeError(`${operation}: x is ${formatShape(at.shape)}, expected ${wanted} last`);
  }
  const front = { shape: at.shape.slice(0, at.shape.length - rank) };
  broadcastShapes(operation, [
    ["x", front],
    ["the batch", { shape: batch ?? parameters.shape }],
  ]);
  return [at, given.dtype === "float64" ? "float64" : dtype];
}

/** Whether any element of each event is. */
function overEvent(isSo: Tensor, eventRank: number): Tensor {
  if (eventRank === 0) return isSo;
  const axes = Array.from({ length: eventRank }, (_, i) => i - eventRank);
  return isSo.any(axes as never);
}

/** A mask of batches as one of elements. */
function eventMask(isSo: Tensor, eventRank: number): Tensor {
  return isSo.reshape([...isSo.shape, ...Array.from({ length: eventRank }, () => 1)]);
}
