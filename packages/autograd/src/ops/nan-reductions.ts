// Reductions that leave out NaN, as NumPy's functions that begin with "nan". What is left out has
// gradient 0. Of integers they are the reductions themselves.
import type { Node } from "../graph/node.ts";
import {
  type Axes,
  checkReducible,
  normalizeAxes,
  normalizeAxis,
  reducedShape,
} from "../graph/shape.ts";
import { isFloating } from "../scalar/dtype.ts";
import { div, square, sub } from "./arithmetic.ts";
import { equal, greater, isNaN, less, logicalNot, where } from "./comparison.ts";
import { iota } from "./creation.ts";
import { custom } from "./custom.ts";
import { ensured } from "./indexing.ts";
import { reshape } from "./movement.ts";
import { cast } from "./operands.ts";
import { type CumulativeOptions, cumProd, cumSum } from "./prefix.ts";
import { all, argMax, argMin, max, mean, min, prod, sum } from "./reduce.ts";
import { checkCorrection, rootOrZero, type SpreadOf, variance } from "./statistics.ts";

/** `x` with a number in place of NaN. */
function replaced(x: Node, by: number): Node {
  return isFloating(x.dtype) ? where(isNaN(x), by, x) : x;
}

/** How many elements are no NaN, in the dtype of `x`. */
function counted(x: Node, axes: readonly number[], keepDims: boolean): Node {
  return cast(sum(logicalNot(isNaN(x)), axes, keepDims), x.dtype);
}

/** The sum of all but NaN; 0 of none. */
export function nanSum(x: Node, axis?: Axes, keepDims = false): Node {
  return sum(replaced(x, 0), normalizeAxes("nanSum", axis, x.shape), keepDims);
}

/** The product of all but NaN; 1 of none. */
export function nanProd(x: Node, axis?: Axes, keepDims = false): Node {
  return prod(replaced(x, 1), normalizeAxes("nanProd", axis, x.shape), keepDims);
}

/** The mean of all but NaN; NaN of none. */
export function nanMean(x: Node, axis?: Axes, keepDims = false): Node {
  return meanOf("nanMean", x, axis, keepDims);
}

function meanOf(name: string, x: Node, axis: Axes | undefined, keepDims: boolean): Node {
  const axes = normalizeAxes(name, axis, x.shape);
  if (!isFloating(x.dtype)) return mean(x, axes, keepDims);
  return div(sum(replaced(x, 0), axes, keepDims), counted(x, axes, keepDims));
}

/** The mean squared distance from the mean, with a divisor of n - `correction` for n numbers. */
export function nanVariance(...given: SpreadOf): Node {
  return spread("nanVariance", ...given);
}

/** The square root of `nanVariance`; where that is 0, so is the derivative. */
export function nanStd(...given: SpreadOf): Node {
  return rootOrZero(spread("nanStd", ...given));
}

/** Another divisor than `variance` has: how many numbers there are is known when the graph runs. */
function spread(name: string, ...[x, axis, keepDims = false, correction = 0]: SpreadOf): Node {
  checkCorrection(name, correction);
  const axes = normalizeAxes(name, axis, x.shape);
  if (!isFloating(x.dtype)) return variance(x, axes, keepDims, correction);
  const distances = where(isNaN(x), 0, sub(x, meanOf(name, x, axes, true)));
  const divisor = sub(counted(x, axes, keepDims), correction);
  const isEnough = greater(divisor, 0);
  const quotient = div(sum(square(distances), axes, keepDims), where(isEnough, divisor, 1));
  return where(isEnough, quotient, Number.NaN);
}

/** The largest element that is no NaN; NaN where all are. Equal ones share the gradient. */
export function nanMax(x: Node, axis?: Axes, keepDims = false): Node {
  return extreme("nanMax", x, axis, keepDims);
}

/** The smallest element that is no NaN; NaN where all are. Equal ones share the gradient. */
export function nanMin(x: Node, axis?: Axes, keepDims = false): Node {
  return extreme("nanMin", x, axis, keepDims);
}

function extreme(
  name: "nanMax" | "nanMin",
  x: Node,
  axis: Axes | undefined,
  keepDims: boolean,
): Node {
  const axes = normalizeAxes(name, axis, x.shape);
  checkReducible(name, x.shape, axes);
  const [reduce, least] = name === "nanMax" ? [max, -Infinity] : [min, Infinity];
  if (!isFloating(x.dtype)) return reduce(x, axes, keepDims);
  const found = reduce(replaced(x, least), axes, true);
  const value = where(all(isNaN(x), axes, true), Number.NaN, found);
  // Not the gradient of the composition: an infinity would share it with what stands for NaN.
  const result = custom(name, value, [x], (g, [input], y) => {
    const isReached = equal(input!, y);
    const count = cast(sum(isReached, axes, true), g.dtype);
    return [where(isReached, div(g, count), 0)];
  });
  return keepDims ? result : reshape(result, reducedShape(x.shape, axes, false));
}

/** The index of the first largest element that is no NaN; an error of the run where all are. */
export function nanArgMax(x: Node, axis?: number, keepDims = false): Node {
  return position("nanArgMax", x, axis, keepDims);
}

/** The index of the first smallest element that is no NaN; an error of the run where all are. */
export function nanArgMin(x: Node, axis?: number, keepDims = false): Node {
  return position("nanArgMin", x, axis, keepDims);
}

function position(
  name: "nanArgMax" | "nanArgMin",
  x: Node,
  axis: number | undefined,
  keepDims: boolean,
): Node {
  if (axis === undefined) {
    const flat = position(name, reshape(x, [-1]), 0, false);
    const ones = keepDims ? x.shape.map(() => 1) : [];
    return reshape(flat, ones);
  }
  const index = normalizeAxis(name, axis, x.shape);
  checkReducible(name, x.shape, [index]);
  const isMax = name === "nanArgMax";
  if (!isFloating(x.dtype)) return (isMax ? argMax : argMin)(x, index, keepDims);
  const found = extreme(isMax ? "nanMax" : "nanMin", x, index, true);
  const nowhere = x.shape[index]!;
  const first = min(where(equal(x, found), iota(x.shape, index), nowhere), index, keepDims);
  return ensured(first, all(less(first, nowhere)), `${name}: all elements along the axis are NaN`);
}

/** Running sums along `axis`, in which NaN counts as 0. */
export function nanCumSum(x: Node, axis?: number, options?: CumulativeOptions): Node {
  return cumSum(replaced(x, 0), axis === undefined ? axis : named("nanCumSum", axis, x), options);
}

/** Running products along `axis`, in which NaN counts as 1. */
export function nanCumProd(x: Node, axis?: number, options?: CumulativeOptions): Node {
  return cumProd(replaced(x, 1), axis === undefined ? axis : named("nanCumProd", axis, x), options);
}

/** The axis, checked for errors that name the function. */
function named(name: string, axis: number, x: Node): number {
  return normalizeAxis(name, axis, x.shape);
}
