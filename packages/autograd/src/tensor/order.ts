// What follows from an order of elements, as functions: quantiles, places in a sorted list, counts by
// bins. Values and gradients are defined in ops/order.ts.
import { describe } from "../graph/describe.ts";
import { DTypeError, NablaError, ShapeError } from "../graph/errors.ts";
import { formatShape, type Axes as GivenAxes } from "../graph/shape.ts";
import * as ops from "../ops/order.ts";
import { conversions, type DType, isFloating } from "../scalar/dtype.ts";
import { checkCount, checkFinite } from "./checks.ts";
import { anything, flag } from "./kinds.ts";
import { checkOptions } from "./options.ts";
import type { ReduceOptions } from "./reduce.ts";
import type * as T from "./shapes.ts";
import { computedNodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

/**
 * Finds the value below which a part `q` (0 to 1) of the elements lies, along one axis, several, or
 * all; between two elements by the line through both, as NumPy's `quantile` does. Where an element is
 * NaN, so is the result. Its gradient goes to the one or two elements that it lies between. Integers
 * give float32. Throws `NablaError` for a `q` outside 0 to 1 and where there are no elements.
 *
 * @example
 * quantile(tensor([4, 1, 3, 2]), 0.25).itemSync(); // => 1.75
 * quantile(tensor([[1, 2, 9], [4, 5, 6]]), 0.5, 1).arraySync(); // => [2, 5]
 */
export function quantile<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  q: number,
  axis?: T.NonEmptyAxesCheck<"quantile", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  const node = computedNodeOf("quantile", x);
  if (!(typeof q === "number" && q >= 0 && q <= 1)) {
    throw new NablaError(`quantile: q is ${describe(q)}, expected a number from 0 to 1`);
  }
  checkOptions("quantile", options, { keepDims: flag });
  return tensorOf(ops.quantile("quantile", node, q, axis as GivenAxes, options.keepDims));
}

/**
 * Finds the median along one axis, several, or all: the element in the middle of the order, or the
 * mean of the two that are, as NumPy's `median` does. Otherwise as `quantile`.
 *
 * @example
 * median(tensor([3, 1, 100])).itemSync(); // => 3
 */
export function median<
  X extends Tensor,
  const A extends T.Axes = undefined,
  KeepDims extends boolean = false,
>(
  x: X,
  axis?: T.NonEmptyAxesCheck<"median", ShapeOf<X>, A, A>,
  options: ReduceOptions<KeepDims> = {},
): Tensor<T.Reduce<ShapeOf<X>, A, KeepDims>> {
  checkOptions("median", options, { keepDims: flag });
  const node = computedNodeOf("median", x);
  return tensorOf(ops.quantile("median", node, 0.5, axis as GivenAxes, options.keepDims));
}

export interface SearchOptions {
  /** Whether a value comes behind elements that are equal to it. Default: before them. */
  readonly right?: boolean;
}

/**
 * Finds for each value how many elements of `sorted` (one axis, ascending) come before it: where it
 * would be put in, as NumPy's `searchsorted`. NaN comes last. The result is int32, of the shape of
 * `values`. Throws `ShapeError` unless `sorted` has one axis.
 *
 * @example
 * searchSorted(tensor([1, 3, 3, 7]), tensor([0, 3, 8])).arraySync(); // => [0, 1, 4]
 * searchSorted(tensor([1, 3, 3, 7]), tensor([3]), { right: true }).arraySync(); // => [3]
 */
export function searchSorted<X extends Tensor>(
  sorted: Tensor,
  values: X,
  options: SearchOptions = {},
): Tensor<ShapeOf<X>> {
  const [within, wanted] = [
    computedNodeOf("searchSorted", sorted),
    computedNodeOf("searchSorted", values),
  ];
  checkOptions("searchSorted", options, { right: flag });
  if (within.shape.length !== 1) {
    const given = formatShape(within.shape);
    throw new ShapeError(`searchSorted: the sorted elements are ${given}, expected one axis`);
  }
  return tensorOf(ops.searchSorted(within, wanted, options.right));
}

export interface BinCountOptions {
  /** Of each element, in the same shape: their sums take the place of counts. */
  readonly weights?: Tensor;
}

/**
 * Counts how often each of the numbers 0 … `length` - 1 is among the elements of `x` (int32 or
 * uint8), as int32; with `weights`, adds up theirs, in their dtype (int32 of bool), with gradients.
 * NumPy's `bincount`, but for the length, which no graph knows by itself. A number below 0, or from
 * `length` on, is an error when the graph runs.
 *
 * @example
 * binCount(tensor([0, 2, 2], { dtype: "int32" }), 4).arraySync(); // => [1, 0, 2, 0]
 */
export function binCount<const N extends number>(
  x: Tensor,
  length: N,
  options: BinCountOptions = {},
): Tensor<readonly [N]> {
  const node = computedNodeOf("binCount", x);
  checkCount("binCount", "length", length);
  checkOptions("binCount", options, { weights: anything });
  if (isFloating(node.dtype) || node.dtype === "bool") {
    throw new DTypeError(`binCount: got ${node.dtype}, expected int32 or uint8`);
  }
  if (options.weights === undefined) return tensorOf(ops.binCount(node, length));
  const weights = computedNodeOf("binCount", options.weights);
  const [is, wanted] = [formatShape(weights.shape), formatShape(node.shape)];
  if (is !== wanted) throw new ShapeError(`binCount: weights are ${is}, expected ${wanted}`);
  return tensorOf(ops.binCount(node, length, weights));
}

export interface HistogramOptions {
  /** Elements outside are not counted. Default: the least and the largest element. */
  readonly range?: readonly [low: number, high: number];
}

export interface Histogram<N extends number = number> {
  /** How many elements there are in each bin, as int32. */
  readonly counts: Tensor<readonly [N]>;
  /** Where bins begin, and the last one ends. */
  readonly edges: Tensor;
}

/**
 * Counts elements by `bins` bins of one width, as NumPy's `histogram`: a bin has its lower edge, the
 * last one both. NaN is counted nowhere if a range is given, infinities neither; without one they make
 * all edges NaN, and nothing is counted.
 * Throws `NablaError` where there are neither elements nor a range.
 *
 * @example
 * const { counts, edges } = histogram(tensor([0, 1, 1, 4]), 2);
 * counts.arraySync(); // => [3, 1]
 * edges.arraySync(); // => [0, 2, 4]
 */
export function histogram<const N extends number>(
  x: Tensor,
  bins: N,
  options: HistogramOptions = {},
): Histogram<N> {
  const node = computedNodeOf("histogram", x);
  checkCount("histogram", "bins", bins, 1);
  checkOptions("histogram", options, { range: anything });
  const { range } = options;
  if (range !== undefined) checkRange(range, isFloating(node.dtype) ? node.dtype : "float64");
  else if (node.shape.includes(0)) {
    throw new NablaError("histogram: there are no elements, expected some or a range");
  }
  const { counts, edges } = ops.histogram(node, bins, range);
  return { counts: tensorOf(counts), edges: tensorOf(edges) };
}

/** Throws `NablaError` unless `range` is two numbers of `dtype`, the lower one first. */
function checkRange(range: readonly [number, number], dtype: DType): void {
  if (!Array.isArray(range) || range.length !== 2) {
    const given = describe(range);
    throw new NablaError(`histogram: range is ${given}, expected two numbers, [low, high]`);
  }
  const [low, high] = range;
  checkFinite("histogram", "the range's low", low, dtype);
  checkFinite("histogram", "the range's high", high, dtype);
  if (low > high) {
    throw new NablaError(`histogram: range is [${low}, ${high}], expected the lower number first`);
  }
  if (low < high && conversions[dtype](low) === conversions[dtype](high)) {
    throw new NablaError(`histogram: range is [${low}, ${high}], which is one number in ${dtype}`);
  }
}
