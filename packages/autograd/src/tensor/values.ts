// Converts values from users to constants: a number, nested arrays, typed arrays.
import { describe } from "../graph/describe.ts";
import { DTypeError, NablaError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import {
  checkShape,
  elementCount,
  formatShape,
  indexAt,
  reshapeShape,
  type Shape,
} from "../graph/shape.ts";
import { constant } from "../ops/creation.ts";
import {
  allocate,
  conversions,
  type Data,
  type DType,
  isFloating,
  isHalf,
  promote,
  storedAs,
} from "../scalar/dtype.ts";
import { checkDType } from "./checks.ts";
import { checkDepth, nestedShape } from "./nested.ts";

/** Creates a constant from a user's values, each cast to `dtype`. */
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
  const fits = shape === undefined ? given.shape : reshapeShape(given.shape, shape, operation);
  return constant(dataOf(given, to), Object.freeze(fits), to);
}

interface Values {
  readonly data: ArrayLike<number>;
  readonly shape: Shape;
  readonly dtype: DType;
}

function dataOf({ data, dtype }: Values, to: DType): Data {
  if (isHalf(to)) return storedAs(to, Float64Array.from(data));
  const result = allocate(to, data.length);
  // A typed array rounds to its own floats.
  if (to === dtype || isFloating(to)) {
    result.set(data);
    return result;
  }
  const convert = conversions[to];
  for (let i = 0; i < data.length; i++) result[i] = convert(data[i]!);
  return result;
}

const dtypesOfArrays: ReadonlyMap<string, DType> = new Map([
  ["Float32Array", "float32"],
  ["Float64Array", "float64"],
  ["Int32Array", "int32"],
  ["Uint8Array", "uint8"],
  ["Uint8ClampedArray", "uint8"],
]);

function fromTypedArray(operation: string, array: ArrayBufferView): Values {
  const dtype = dtypeOfArray(operation, array);
  return { data: array as Data, shape: [(array as Data).length], dtype };
}

function dtypeOfArray(operation: string, array: ArrayBufferView): DType {
  // By its tag: an array of another realm, such as a frame, is not an instance of our classes.
  const tag = Object.prototype.toString.call(array).slice("[object ".length, -1);
  if (array.byteLength === 0 && isDetached(array.buffer)) {
    throw new NablaError(`${operation}: the ${tag} has no memory any more: it was transferred`);
  }
  const dtype = dtypesOfArrays.get(tag);
  if (dtype) return dtype;
  throw new DTypeError(
    `${operation}: got a ${tag}, expected a Float32Array, Float64Array, ` +
      "Int32Array or Uint8Array",
  );
}

/** Whether an empty buffer was transferred elsewhere, so that it cannot be read. */
function isDetached(buffer: ArrayBufferLike): boolean {
  try {
    return new Uint8Array(buffer).length > 0;
  } catch {
    return true;
  }
}

function fromNested(operation: string, values: unknown): Values {
  const shape = shapeOfFirst(operation, values);
  const data = new Array<number>(elementCount(shape));
  let filled = 0;
  let dtype: DType | undefined;
  const found = (one: DType) => {
    if (dtype !== one) dtype = dtype ? promote(dtype, one) : one;
  };
  const fill = (part: unknown, axis: number): void => {
    if (axis < shape.length) {
      if (!isArray(part) || part.length !== shape[axis]) throw ragged(operation, values);
      if (ArrayBuffer.isView(part)) {
        if (axis !== shape.length - 1) throw ragged(operation, values);
        found(dtypeOfArray(operation, part));
        for (const one of part as Data) data[filled++] = one;
        return;
      }
      for (let i = 0; i < part.length; i++) fill(part[i], axis + 1);
      return;
    }
    if (isArray(part)) throw ragged(operation, values);
    data[filled] = toNumber(part) ?? notANumber(operation, part, indexAt(filled, shape));
    found(typeof part === "boolean" ? "bool" : "float32");
    filled++;
  };
  fill(values, 0);
  return { data, shape, dtype: dtype ?? "float32" };
}

/** The lengths along the first elements; the shape, unless the array is ragged. */
function shapeOfFirst(operation: string, values: unknown): Shape {
  const shape: number[] = [];
  for (let level = values; isArray(level); level = level[0]) {
    shape.push(level.length);
    if (ArrayBuffer.isView(level)) break;
    checkDepth(operation, shape.length);
  }
  return checkShape(operation, shape);
}

function isArray(part: unknown): part is ArrayLike<unknown> {
  return Array.isArray(part) || ArrayBuffer.isView(part);
}

function toNumber(value: unknown): number | undefined {
  if (typeof value === "number") return value;
  return typeof value === "boolean" ? Number(value) : undefined;
}

function notANumber(operation: string, value: unknown, index: readonly number[]): never {
  const found = describe(value);
  const where = index.length === 0 ? "" : ` at ${formatShape(index)}`;
  const hint = found.startsWith("a tensor") ? "; stack or concat put tensors together" : "";
  throw new NablaError(
    `${operation}: found ${found} among the values${where}, expected numbers${hint}`,
  );
}

function ragged(operation: string, values: unknown): Error {
  nestedShape(operation, values); // throws, and says where
  return new Error(`unreachable: ${String(values)} is not ragged`);
}
