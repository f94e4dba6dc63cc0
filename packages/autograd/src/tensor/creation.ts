// Creates tensors from given values, and filled ones.
import { describe } from "../graph/describe.ts";
import { NablaError } from "../graph/errors.ts";
import { checkShape, type Shape } from "../graph/shape.ts";
import * as ops from "../ops/creation.ts";
import { oneHot as oneHotNode } from "../ops/indexing.ts";
import { geometricSteps, powers } from "../ops/spacing.ts";
import type { DType, Numbers } from "../scalar/dtype.ts";
import { checkCount, checkDType, checkFinite, checkRealNumber } from "./checks.ts";
import { anything, finite, text } from "./kinds.ts";
import { checkOptions } from "./options.ts";
import type * as T from "./shapes.ts";
import { nodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";
import { nodeOfValues } from "./values.ts";

/** Which dtypes there are `checkDType` says. */
const ofDType = { dtype: anything };

export interface DTypeOption {
  /** Default: "float32". */
  readonly dtype?: DType;
}

/**
 * Creates a tensor from values: a number, nested arrays of equal lengths, or a typed array (which
 * is copied, and has one axis unless `shape` is given). The dtype is float32, or that of the typed
 * arrays, or bool if all are truth values, unless `dtype` is given: then each number is cast to it.
 * Throws `ShapeError` for ragged arrays and for a shape with another number of elements.
 *
 * @example
 * tensor([[1, 2, 3], [4, 5, 6]]).shape; // => [2, 3]
 * tensor(new Int32Array(6), { shape: [2, 3] }).dtype; // => "int32"
 * tensor([1.9, -1.9, 3e9], { dtype: "int32" }).arraySync(); // => [1, -1, 2147483647]
 */
export function tensor<const V extends T.Nested | Numbers, const To extends number[] = never>(
  values: T.NestedCheck<V, V>,
  options: {
    readonly shape?: T.ReshapeCheck<"tensor", T.NestedShape<V>, To, readonly [...To]>;
    readonly dtype?: DType;
  } = {},
): Tensor<[To] extends [never] ? T.NestedShape<V> : To> {
  checkOptions("tensor", options, { shape: anything, ...ofDType });
  return tensorOf(nodeOfValues("tensor", values, options.dtype, options.shape as Shape));
}

function filled<S extends Shape>(
  operation: string,
  shape: unknown,
  value: number,
  options: DTypeOption,
): Tensor<S> {
  const checked = checkShape(operation, shape as Shape);
  checkOptions(operation, options, ofDType);
  checkRealNumber(operation, "value", value);
  const { dtype = "float32" } = options;
  return tensorOf(ops.filled(checked, value, checkDType(operation, dtype)));
}

/**
 * Creates a tensor of zeros.
 *
 * @example
 * zeros([2, 2]).arraySync(); // => [[0, 0], [0, 0]]
 */
export function zeros<const S extends number[]>(
  shape: T.SizesCheck<"zeros", S, readonly [...S]>,
  options: DTypeOption = {},
): Tensor<S> {
  return filled("zeros", shape, 0, options);
}

/**
 * Creates a tensor of ones.
 *
 * @example
 * ones([3]).arraySync(); // => [1, 1, 1]
 */
export function ones<const S extends number[]>(
  shape: T.SizesCheck<"ones", S, readonly [...S]>,
  options: DTypeOption = {},
): Tensor<S> {
  return filled("ones", shape, 1, options);
}

/**
 * Fills a tensor with `value`, cast to the dtype.
 *
 * @example
 * full([2], 7).arraySync(); // => [7, 7]
 * full([2], 300, { dtype: "uint8" }).arraySync(); // => [44, 44]
 */
export function full<const S extends number[]>(
  shape: T.SizesCheck<"full", S, readonly [...S]>,
  value: number,
  options: DTypeOption = {},
): Tensor<S> {
  return filled("full", shape, value, options);
}

/**
 * Creates zeros of the shape and dtype of `x`.
 *
 * @example
 * zerosLike(tensor([1, 2])).arraySync(); // => [0, 0]
 */
export function zerosLike<X extends Tensor>(x: X): Tensor<ShapeOf<X>> {
  const { shape, dtype } = nodeOf("zerosLike", x);
  return tensorOf(ops.filled(shape, 0, dtype));
}

/**
 * Creates ones of the shape and dtype of `x`.
 *
 * @example
 * onesLike(tensor([1, 2])).arraySync(); // => [1, 1]
 */
export function onesLike<X extends Tensor>(x: X): Tensor<ShapeOf<X>> {
  const { shape, dtype } = nodeOf("onesLike", x);
  return tensorOf(ops.filled(shape, 1, dtype));
}

/**
 * Creates a tensor of the shape and dtype of `x` with `value` everywhere; of another dtype if one is
 * given.
 *
 * @example
 * fullLike(tensor([1, 2]), 7).arraySync(); // => [7, 7]
 */
export function fullLike<X extends Tensor>(
  x: X,
  value: number,
  options: DTypeOption = {},
): Tensor<ShapeOf<X>> {
  const node = nodeOf("fullLike", x);
  checkOptions("fullLike", options, ofDType);
  checkRealNumber("fullLike", "value", value);
  const dtype = checkDType("fullLike", options.dtype ?? node.dtype);
  return tensorOf(ops.filled(node.shape, value, dtype));
}

/**
 * Counts from `start` (0 if left out) up to `end` (excluded) by `step`: `start + i * step`,
 * computed in float64. The dtype is float32 unless `dtype` is given, to which numbers are cast.
 *
 * @example
 * arange(4).arraySync(); // => [0, 1, 2, 3]
 * arange(1, 2, 0.25).arraySync(); // => [1, 1.25, 1.5, 1.75]
 * arange(2, 5, { dtype: "int32" }).dataSync(); // => Int32Array [2, 3, 4]
 */
export function arange(end: number, options?: DTypeOption): Tensor<[number]>;
export function arange(start: number, end: number, options?: DTypeOption): Tensor<[number]>;
export function arange(
  start: number,
  end: number,
  step?: number,
  options?: DTypeOption,
): Tensor<[number]>;
export function arange(
  first: number,
  ...rest: readonly (number | DTypeOption | undefined)[]
): Tensor<[number]> {
  const [numbers, options] = withOptionsLast("arange", rest, 2);
  const [start, end] = numbers[0] === undefined ? [0, first] : [first, numbers[0]];
  const step = numbers[1] ?? 1;
  for (const [name, value] of Object.entries({ start, end, step })) {
    checkFinite("arange", name, value);
  }
  const count = Math.max(0, Math.ceil((end - start) / step));
  if (!Number.isFinite(count)) {
    throw new NablaError(`arange: ${start} to ${end} in steps of ${step} does not end`);
  }
  const { dtype = "float32" } = options;
  const [size] = checkShape("arange", [count]);
  return tensorOf(ops.steps(size!, start, step, checkDType("arange", dtype)));
}

/** Splits arguments into up to `most` numbers and options, which may replace a number left out. */
function withOptionsLast(
  operation: string,
  rest: readonly (number | DTypeOption | undefined)[],
  most: number,
): readonly [readonly (number | undefined)[], DTypeOption] {
  const isOptions = (one: unknown, i: number) =>
    one !== undefined && (typeof one !== "number" || i === most);
  const at = rest.findIndex(isOptions);
  const [numbers, options = {}] = at < 0 ? [rest] : [rest.slice(0, at), rest[at]];
  checkOptions(operation, options as DTypeOption, ofDType);
  const extra = at < 0 ? undefined : rest.slice(at + 1).find((one) => one !== undefined);
  if (extra !== undefined) {
    throw new NablaError(
      `${operation}: got ${describe(extra)} after the options, expected nothing`,
    );
  }
  return [numbers as readonly (number | undefined)[], options as DTypeOption];
}

/**
 * Creates `count` evenly spaced numbers from `start` to `end`, both included, computed in float64.
 * The dtype is float32 unless `dtype` is given, to which numbers are cast.
 *
 * @example
 * linspace(0, 1, 5).arraySync(); // => [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace<const N extends number>(
  start: number,
  end: number,
  count: N,
  options: DTypeOption = {},
): Tensor<[N]> {
  checkOptions("linspace", options, ofDType);
  checkFinite("linspace", "start", start);
  checkFinite("linspace", "end", end);
  const [size] = checkShape("linspace", [checkCount("linspace", "count", count)]);
  const { dtype = "float32" } = options;
  return tensorOf(ops.evenSteps(size!, start, end, checkDType("linspace", dtype)));
}

export interface LogspaceOptions extends DTypeOption {
  /** Default: 10. */
  readonly base?: number;
}

/**
 * Creates `count` numbers whose exponents are evenly spaced, from base^`start` to base^`end`, both
 * included, computed in float64. The dtype is float32 unless `dtype` is given.
 *
 * @example
 * logspace(0, 2, 3).arraySync(); // => [1, 10, 100]
 */
export function logspace<const N extends number>(
  start: number,
  end: number,
  count: N,
  options: LogspaceOptions = {},
): Tensor<[N]> {
  checkOptions("logspace", options, { base: finite, ...ofDType });
  checkFinite("logspace", "start", start);
  checkFinite("logspace", "end", end);
  const { dtype = "float32", base = 10 } = options;
  const [size] = checkShape("logspace", [checkCount("logspace", "count", count)]);
  return tensorOf(powers(size!, base, start, end, checkDType("logspace", dtype)));
}

/**
 * Creates `count` numbers from `start` to `end`, both included, each the same multiple of the one before
 * it, computed in float64. The dtype is float32 unless `dtype` is given. Throws `NablaError` unless both
 * are above 0, or both below.
 *
 * @example
 * geomspace(1, 8, 4).arraySync(); // => [1, 2, 4, 8]
 */
export function geomspace<const N extends number>(
  start: number,
  end: number,
  count: N,
  options: DTypeOption = {},
): Tensor<[N]> {
  checkOptions("geomspace", options, ofDType);
  checkFinite("geomspace", "start", start);
  checkFinite("geomspace", "end", end);
  if (!(start * Math.sign(end) > 0)) {
    const given = `start is ${start} and end ${end}`;
    throw new NablaError(`geomspace: ${given}, expected both above 0 or both below`);
  }
  const [size] = checkShape("geomspace", [checkCount("geomspace", "count", count)]);
  const { dtype = "float32" } = options;
  return tensorOf(geometricSteps(size!, start, end, checkDType("geomspace", dtype)));
}

/**
 * Creates an identity matrix: 1 on the diagonal, else 0. It has as many columns as rows if they are
 * left out.
 *
 * @example
 * eye(2).arraySync(); // => [[1, 0], [0, 1]]
 * eye(2, { dtype: "int32" }).dtype; // => "int32"
 */
export function eye<const N extends number>(rows: N, options?: DTypeOption): Tensor<[N, N]>;
export function eye<const N extends number, const M extends number = N>(
  rows: N,
  columns?: M,
  options?: DTypeOption,
): Tensor<[N, M]>;
export function eye(
  rows: number,
  ...rest: readonly (number | DTypeOption | undefined)[]
): Tensor<[number, number]> {
  const [[columns = rows], options] = withOptionsLast("eye", rest, 1);
  const { dtype = "float32" } = options;
  return tensorOf(ops.eye(rows, columns, checkDType("eye", dtype)));
}

export interface OneHotOptions extends DTypeOption {
  /** The operation whose labels they are, which errors name. Default: "oneHot". */
  readonly labelsOf?: string;
}

/**
 * Adds a last axis of `depth`: 1 at the label, 0 elsewhere. A label that is not from 0 up to `depth` is an
 * error when the graph runs: -1, too, which often stands for one that is not known.
 *
 * @example
 * oneHot(tensor([2, 0], { dtype: "int32" }), 3).arraySync(); // => [[0, 0, 1], [1, 0, 0]]
 */
export function oneHot<X extends Tensor, const Depth extends number>(
  labels: X,
  depth: Depth,
  options: OneHotOptions = {},
): Tensor<T.OneHot<ShapeOf<X>, Depth>> {
  checkOptions("oneHot", options, { labelsOf: text, ...ofDType });
  const { dtype = "float32", labelsOf = "oneHot" } = options;
  const count = checkCount("oneHot", "depth", depth);
  const node = nodeOf(labelsOf, labels);
  return tensorOf(oneHotNode(node, count, checkDType("oneHot", dtype), labelsOf));
}
