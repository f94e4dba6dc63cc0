// NumPy's files of one array: .npy.
// Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
import {
  type Data,
  type DType,
  DTypeError,
  mustAwait,
  NablaError,
  Tensor,
  tensor,
} from "@nabla/autograd";
import { checkOptions, describe, flag, type Kinds, oneOf } from "@nabla/autograd/checks";
import { allBytes, type Bytes, bytesNow, type LaterBytes, subjectOf } from "../sources.ts";
import { dtypeNames, type Element, elementNamed, type NumpyDType } from "./dtypes.ts";
import { type Header, headerIn, headerOf } from "./header.ts";

export interface NpyOptions {
  /**
   * Of the tensor; integers and truth values must then be able to hold each element. Left out: that
   * of the file, or one that holds all its numbers.
   */
  readonly dtype?: DType;
}

export const npyKinds: Kinds<NpyOptions> = {
  dtype: oneOf("bool", "uint8", "int32", "float16", "bfloat16", "float32", "float64"),
};

/**
 * The array of a NumPy file (`.npy`, format versions 1 to 3, either order of axes and of bytes); of a
 * path, a stream or a `Blob` as a promise. Dtypes that nabla lacks are held by one that has all their
 * values: int8, int16 and uint16 by int32; uint32, int64 and uint64 by float64.
 * Throws `NablaError` for what is no such file, for sizes that are not those of the file, for an
 * integer that float64 cannot hold (beyond 2^53), with its place, and for other dtypes: structures,
 * objects, strings, dates, complex numbers. Nothing is allocated for what a header only promises.
 *
 * @example
 * const bytes = toNpy(tensor([[1, 2], [3, 4]]));
 * npy(bytes).arraySync(); // => [[1, 2], [3, 4]]
 * npy(toNpy(tensor([1, 2]), { dtype: "int64" }), { dtype: "int32" }).dtype; // => "int32"
 */
export function npy(source: Bytes, options?: NpyOptions): Tensor;
export function npy(source: LaterBytes, options?: NpyOptions): Promise<Tensor>;
export function npy(
  source: Bytes | LaterBytes,
  options: NpyOptions = {},
): Tensor | Promise<Tensor> {
  const subject = subjectOf("npy", source);
  checkOptions(subject, options, npyKinds);
  const bytes = bytesNow(subject, source);
  if (bytes) return arrayIn(subject, bytes, options);
  return allBytes(subject, source).then((read) => arrayIn(subject, read, options));
}

/** The array in the bytes of a file. */
export function arrayIn(subject: string, bytes: Uint8Array, { dtype }: NpyOptions): Tensor {
  const header = headerIn(subject, bytes);
  const { element, shape } = header;
  const wanted = dtype ?? element.holder;
  const values = new arrays[wanted](shape.reduce((product, size) => product * size, 1));
  const places = header.isFortran ? fortranPlaces(shape) : undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + header.start);
  const check = checkOf(subject, wanted, header);
  for (let i = 0; i < values.length; i++) {
    const value = element.get(view, i * element.bytes, header.isLittle);
    const place = places ? places[i]! : i;
    values[place] = check(value, place);
  }
  return tensor(values, { dtype: wanted, shape: [...shape] });
}

const arrays = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int32: Int32Array,
  float16: Float32Array,
  bfloat16: Float32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** What throws for an element that the dtype cannot hold, and gives the others. */
function checkOf(
  subject: string,
  dtype: DType,
  { element, shape }: Header,
): (value: number | bigint, place: number) => number {
  // Floats are rounded, as a cast rounds them.
  const isWhole = dtype === "bool" || dtype === "uint8" || dtype === "int32";
  const has = isWhole ? elementNamed(dtype).has : undefined;
  return (value, place) => {
    const isNumber = typeof value === "number";
    // A byte of a bool is 0 or 1.
    const isElement = !isNumber || (element.has?.(value) ?? true);
    if (isNumber && isElement && (has?.(value) ?? true)) return value;
    const at = `[${indexOf(place, shape).join(", ")}]`;
    const expected = !isElement
      ? "0 or 1 for bool"
      : has
        ? `what ${dtype} can hold`
        : "integers that float64 can hold (up to 2^53)";
    throw new NablaError(`${subject}: got ${value} at ${at}, expected ${expected}`);
  };
}

/** The index of an element by its place in row-major order. */
function indexOf(place: number, shape: readonly number[]): readonly number[] {
  const index: number[] = [];
  let rest = place;
  for (const size of shape.toReversed()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return index;
}

/** For elements in the order of Fortran (the first axis runs fastest), their places in row-major order. */
function fortranPlaces(shape: readonly number[]): Float64Array {
  const places = new Float64Array(shape.reduce((product, size) => product * size, 1));
  const strides: number[] = [];
  let stride = 1;
  for (const size of shape.toReversed()) {
    strides.unshift(stride);
    stride *= size;
  }
  let known = 1;
  if (places.length > 0) {
    shape.forEach((size, axis) => {
      // What is known so far, repeated along this axis.
      for (let i = 1; i < size; i++) {
        for (let j = 0; j < known; j++) places[i * known + j] = places[j]! + i * strides[axis]!;
      }
      known *= size;
    });
  }
  return places;
}

export interface ToNpyOptions {
  /**
   * NumPy's name of the dtype in the file: floats are rounded to the nearest, of two as near to the
   * even one; integers and "bool" must be able to hold each element. Default: the tensor's.
   */
  readonly dtype?: NumpyDType;
  /** Whether the first axis runs fastest, as in Fortran. Default: false. */
  readonly fortranOrder?: boolean;
  /** Of elements of several bytes. Default: "little". */
  readonly byteOrder?: "little" | "big";
  /** Of the format. Default: 1, which all of NumPy's versions read. */
  readonly version?: 1 | 2 | 3;
}

export const toNpyKinds: Kinds<ToNpyOptions> = {
  dtype: oneOf(...dtypeNames),
  fortranOrder: flag,
  byteOrder: oneOf("little", "big"),
  version: [(x: unknown) => x === 1 || x === 2 || x === 3, "1, 2 or 3"],
};

/**
 * Returns a tensor as the bytes of a NumPy file, those that `numpy.save` would write. Throws `NablaError`
 * unless it is a tensor, and `DTypeError` for an element that `dtype` cannot represent, with its index.
 *
 * @example
 * const x = tensor([1.5, -2]);
 * const bytes = toNpy(x, { dtype: "float16", byteOrder: "big" });
 * bytes.length; // => 132
 * npy(bytes).arraySync(); // => [1.5, -2]
 */
export function toNpy(x: Tensor, options: ToNpyOptions = {}): Uint8Array<ArrayBuffer> {
  checkTensor("toNpy", x);
  checkOptions("toNpy", options, toNpyKinds);
  if (mustAwait()) {
    throw new NablaError("toNpy: the device answers later; await toNpz({ x }), which waits");
  }
  return npyOf("toNpy", x, x.dataSync(), options);
}

export function checkTensor(operation: string, x: unknown): void {
  if (x instanceof Tensor) return;
  throw new NablaError(`${operation}: expects a tensor, got ${describe(x)}; tensor(x) makes one`);
}

/** The file of a tensor whose elements are known. */
export function npyOf(
  subject: string,
  { dtype: own, shape }: Tensor,
  values: Data,
  {
    dtype = numpyDType(subject, own),
    fortranOrder = false,
    byteOrder = "little",
    version = 1,
  }: ToNpyOptions,
): Uint8Array<ArrayBuffer> {
  const element = elementNamed(dtype);
  const isLittle = byteOrder === "little";
  // Where both orders are the same, NumPy says that it is C's.
  const areSame = values.length === 0 || shape.filter((size) => size > 1).length < 2;
  const isFortran = fortranOrder && !areSame;
  const header = headerOf({ element, isLittle, isFortran, shape }, version);
  const bytes = new Uint8Array(header.length + values.length * element.bytes);
  bytes.set(header);
  const view = new DataView(bytes.buffer, header.length);
  const places = isFortran ? fortranPlaces(shape) : undefined;
  for (let i = 0; i < values.length; i++) {
    const place = places ? places[i]! : i;
    const value = values[place]!;
    checkHeld(subject, element, value, place, shape);
    element.set(view, i * element.bytes, value, isLittle);
  }
  return bytes;
}

function numpyDType(subject: string, dtype: DType): NumpyDType {
  if (dtype !== "bfloat16") return dtype;
  const expected = 'expected one of NumPy\'s: { dtype: "float32" } keeps all numbers';
  throw new DTypeError(`${subject}: the tensor is bfloat16, ${expected}`);
}

function checkHeld(
  subject: string,
  element: Element,
  value: number,
  place: number,
  shape: readonly number[],
): void {
  if (element.has?.(value) ?? true) return;
  const at = `[${indexOf(place, shape).join(", ")}]`;
  throw new DTypeError(`${subject}: got ${value} at ${at}, expected what ${element.name} can hold`);
}
