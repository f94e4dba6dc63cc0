// Tensors from given values, and filled ones.
import { describe } from "../graph/describe.ts";
import { DTypeError, NablaError, ShapeError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import {
  checkShape,
  elementCount,
  formatShape,
  indexAt,
  reshapeShape,
  type Shape,
} from "../graph/shape.ts";
import * as ops from "../ops/creation.ts";
import { oneHot as oneHotNode } from "../ops/indexing.ts";
import { allocate, type Data, type DType } from "../scalar/dtype.ts";
import { checkCount, checkDType, checkOptions } from "./checks.ts";
import { nestedShape } from "./nested.ts";
import type * as T from "./shapes.ts";
import { nodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

export interface DTypeOption {
  /** Default: "float32". */
  readonly dtype?: DType;
}

/**
 * A tensor of the given values: a number, nested arrays of equal lengths, or a typed array (which
 * is copied, and has one axis unless `shape` says otherwise). The dtype is float32, or that of the
 * typed array, or bool for truth values, unless `dtype` says otherwise. Throws `ShapeError` for
 * ragged arrays and for a shape with another number of elements.
 *
 * @example
 * tensor([[1, 2, 3], [4, 5, 6]]).shape; // => [2, 3]
 * tensor(new Int32Array(6), { shape: [2, 3] }).dtype; // => "int32"
 */
export function tensor<const V extends T.Nested | Data, const To extends number[] = never>(
  values: T.NestedCheck<V, V>,
  options: {
    readonly shape?: T.ReshapeCheck<"tensor", T.NestedShape<V>, To, readonly [...To]>;
    readonly dtype?: DType;
  } = {},
): Tensor<[To] extends [never] ? T.NestedShape<V> : To> {
  checkOptions("tensor", options);
  return tensorOf(nodeOfValues("tensor", values, options.dtype, options.shape as Shape));
}

/** A constant of what a user gave: a tensor stays as it is. */
export function nodeOfValues(
  operation: string,
  values: unknown,
  dtype?: DType,
  shape?: Shape,
): Node {
  const given = ArrayBuffer.isView(values)
    ? fromTypedArray(operation, values)
    : fromNested(operation, values);
  const to = dtype === undefined ? given.dtype : checkDType(operation, dtype);
  const data = allocate(to, given.data.length);
  if (to === "bool") data.forEach((_, i) => (data[i] = given.data[i] === 0 ? 0 : 1));
  else data.set(given.data);
  const fits = shape ? reshapedTo(operation, given.shape, shape) : given.shape;
  return ops.constant(data, Object.freeze(fits), to);
}

interface Values {
  readonly data: ArrayLike<number>;
  readonly shape: Shape;
  readonly dtype: DType;
}

function reshapedTo(operation: string, from: Shape, to: Shape): Shape {
  try {
    return reshapeShape(from, to);
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    throw new ShapeError(error.message.replace(/^reshape/, operation));
  }
}

const dtypesOfArrays: ReadonlyMap<string, DType> = new Map([
  ["Float32Array", "float32"],
  ["Float64Array", "float64"],
  ["Int32Array", "int32"],
  ["Uint8Array", "uint8"],
  ["Uint8ClampedArray", "uint8"],
]);

function fromTypedArray(operation: string, array: ArrayBufferView): Values {
  const shape = [(array as Uint8Array).length];
  // By its tag: an array of another realm, such as a frame's, is no instance of this one's classes.
  const tag = Object.prototype.toString.call(array).slice("[object ".length, -1);
  const dtype = dtypesOfArrays.get(tag);
  if (dtype) return { data: array as Data, shape, dtype };
  throw new DTypeError(
    `${operation}: got a ${tag}, expected a Float32Array, Float64Array, ` +
      "Int32Array or Uint8Array",
  );
}

function fromNested(operation: string, values: unknown): Values {
  const shape: number[] = [];
  for (let level = values; Array.isArray(level); level = level[0]) shape.push(level.length);
  const data = new Array<number>(elementCount(shape));
  let filled = 0;
  let sawTruth = false;
  const fill = (part: unknown, axis: number): void => {
    if (axis < shape.length) {
      if (!Array.isArray(part) || part.length !== shape[axis]) throw ragged(operation, values);
      for (const inner of part) fill(inner, axis + 1);
      return;
    }
    if (Array.isArray(part)) throw ragged(operation, values);
    sawTruth ||= typeof part === "boolean";
    data[filled] = toNumber(part) ?? notANumber(operation, part, indexAt(filled, shape));
    filled++;
  };
  fill(values, 0);
  return { data, shape, dtype: sawTruth ? "bool" : "float32" };
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "boolean" ? Number(value) : undefined;
}

function notANumber(operation: string, value: unknown, index: readonly number[]): never {
  const found = describe(value);
  const where = index.length === 0 ? "" : ` at ${formatShape(index)}`;
  const hint = found === "a tensor" ? "; stack or concat put tensors together" : "";
  throw new NablaError(
    `${operation}: found ${found} among the values${where}, expected numbers${hint}`,
  );
}

function ragged(operation: string, values: unknown): Error {
  nestedShape(operation, values); // throws, and says where
  return new Error(`unreachable: ${String(values)} is not ragged`);
}

function filled<S extends Shape>(
  operation: string,
  shape: unknown,
  value: number,
  options: DTypeOption,
): Tensor<S> {
  const checked = checkShape(operation, shape as Shape);
  checkOptions(operation, options);
  const { dtype = "float32" } = options;
  return tensorOf(ops.full(checked, value, checkDType(operation, dtype)));
}

/**
 * Zeros.
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
 * Ones.
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
 * `value` everywhere.
 *
 * @example
 * full([2], 7).arraySync(); // => [7, 7]
 */
export function full<const S extends number[]>(
  shape: T.SizesCheck<"full", S, readonly [...S]>,
  value: number,
  options: DTypeOption = {},
): Tensor<S> {
  return filled("full", shape, value, options);
}

/**
 * Zeros of the shape and dtype of `x`.
 *
 * @example
 * zerosLike(tensor([1, 2])).arraySync(); // => [0, 0]
 */
export function zerosLike<X extends Tensor>(x: X): Tensor<ShapeOf<X>> {
  const { shape, dtype } = nodeOf("zerosLike", x);
  return tensorOf(ops.full(shape, 0, dtype));
}

/**
 * Ones of the shape and dtype of `x`.
 *
 * @example
 * onesLike(tensor([1, 2])).arraySync(); // => [1, 1]
 */
export function onesLike<X extends Tensor>(x: X): Tensor<ShapeOf<X>> {
  const { shape, dtype } = nodeOf("onesLike", x);
  return tensorOf(ops.full(shape, 1, dtype));
}

/**
 * Numbers from `start` (0 if left out) up to `end` (excluded), `step` apart. float32 unless `dtype`
 * says otherwise.
 *
 * @example
 * arange(4).arraySync(); // => [0, 1, 2, 3]
 * arange(1, 2, 0.25).arraySync(); // => [1, 1.25, 1.5, 1.75]
 */
export function arange(end: number, options?: DTypeOption): Tensor<[number]>;
export function arange(
  start: number,
  end: number,
  step?: number,
  options?: DTypeOption,
): Tensor<[number]>;
export function arange(
  first: number,
  second?: number | DTypeOption,
  step: number = 1,
  options: DTypeOption = {},
): Tensor<[number]> {
  const [start, end] = typeof second === "number" ? [first, second] : [0, first];
  const { dtype = "float32" } = typeof second === "object" ? second : options;
  const count = Math.max(0, Math.ceil((end - start) / step));
  if (!Number.isFinite(count)) {
    throw new NablaError(`arange: ${start} to ${end} in steps of ${step} does not end`);
  }
  return tensorOf(ops.steps(count, start, step, checkDType("arange", dtype)));
}

/**
 * `count` numbers, evenly spaced from `start` to `end`, both included.
 *
 * @example
 * linspace(0, 1, 5).arraySync(); // => [0, 0.25, 0.5, 0.75, 1]
 */
export function linspace<const N extends number>(
  start: number,
  end: number,
  count: N,
  { dtype = "float32" }: DTypeOption = {},
): Tensor<[N]> {
  checkCount("linspace", "count", count);
  const step = count > 1 ? (end - start) / (count - 1) : 0;
  return tensorOf(ops.steps(count, start, step, checkDType("linspace", dtype)));
}

/**
 * The identity matrix: 1 where row and column agree, else 0.
 *
 * @example
 * eye(2).arraySync(); // => [[1, 0], [0, 1]]
 */
export function eye<const N extends number, const M extends number = N>(
  rows: N,
  columns?: M,
  { dtype = "float32" }: DTypeOption = {},
): Tensor<[N, M]> {
  return tensorOf(ops.eye(rows, columns ?? rows, checkDType("eye", dtype)));
}

export interface OneHotOptions extends DTypeOption {
  /**
   * The operation whose labels the indices are: errors start with it, and none counts from the end.
   */
  readonly labelsOf?: string;
}

/**
 * A last axis of `depth`: 1 at the index, 0 elsewhere. Negative indices count from the end; one
 * outside of `depth` is an error when the graph runs.
 *
 * @example
 * oneHot(tensor([2, 0], { dtype: "int32" }), 3).arraySync(); // => [[0, 0, 1], [1, 0, 0]]
 */
export function oneHot<X extends Tensor, const Depth extends number>(
  indices: X,
  depth: Depth,
  { dtype = "float32", labelsOf }: OneHotOptions = {},
): Tensor<T.OneHot<ShapeOf<X>, Depth>> {
  const count = checkCount("oneHot", "depth", depth);
  const node = nodeOf(labelsOf ?? "oneHot", indices);
  return tensorOf(oneHotNode(node, count, checkDType("oneHot", dtype), labelsOf));
}
