// Element types: their names, storage, promotion and conversion.

/** The type of a tensor's elements. */
export type DType = "bool" | "uint8" | "int32" | "float32" | "float64";

/** A dtype that has fractions, and so gradients. */
export type Float = "float32" | "float64";

/** A tensor's elements: a typed array, row-major. A bool is a byte, 0 or 1. */
export type Data = Float32Array | Float64Array | Int32Array | Uint8Array;

/** The typed array of a dtype. */
export type DataOf<D extends DType> = {
  readonly bool: Uint8Array;
  readonly uint8: Uint8Array;
  readonly int32: Int32Array;
  readonly float32: Float32Array;
  readonly float64: Float64Array;
}[D];

/** Every dtype, in the order of promotion: the later of two wins. */
export const dtypes: readonly DType[] = ["bool", "uint8", "int32", "float32", "float64"];

const arrays = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** A typed array of `size` zeros for `dtype`. */
export function allocate(dtype: DType, size: number): Data {
  return new arrays[dtype](size);
}

/** A view of `size` elements of `dtype` in a buffer, from a byte offset on. */
export function viewOf(buffer: ArrayBuffer, offset: number, dtype: DType, size: number): Data {
  return new arrays[dtype](buffer, offset, size);
}

/** The size of one element in bytes. */
export function bytesPerElement(dtype: DType): number {
  return arrays[dtype].BYTES_PER_ELEMENT;
}

/** Whether `dtype` has fractions, and so gradients. */
export function isFloating(dtype: DType): dtype is Float {
  return dtype === "float32" || dtype === "float64";
}

/** The dtype that holds both: bool < uint8 < int32 < float32 < float64. */
export function promote(a: DType, b: DType): DType {
  return dtypes.indexOf(a) >= dtypes.indexOf(b) ? a : b;
}

/**
 * The dtype of sums of many elements, so that they do not wrap around: integers are exact up to
 * 2^53 in float64, and int32 can count all elements of any tensor.
 */
export function totalDType(dtype: DType): DType {
  if (isFloating(dtype)) return dtype;
  return dtype === "bool" ? "int32" : "float64";
}

/** The number of `dtype` nearest to `value`: its minimum or maximum for an infinity. */
export function clampTo(dtype: DType, value: number): number {
  switch (dtype) {
    case "bool":
      return value > 0 ? 1 : 0;
    case "uint8":
      return Math.min(Math.max(value, 0), 255);
    case "int32":
      return Math.min(Math.max(value, -(2 ** 31)), 2 ** 31 - 1);
    case "float32":
    case "float64":
      return value;
  }
}

/**
 * Casts a value to a dtype. To int32: towards zero, clamped to its range, and 0 for NaN. To uint8:
 * the low 8 bits of that. To bool: whether the value is not 0 (NaN is not).
 */
export const conversions: Readonly<Record<DType, (value: number) => number>> = {
  bool: (value) => (value === 0 ? 0 : 1),
  uint8: (value) => toInt32(value) & 255,
  int32: toInt32,
  float32: (value) => Math.fround(value),
  float64: (value) => value,
};

function toInt32(value: number): number {
  return value >= 2 ** 31 ? 2 ** 31 - 1 : value < -(2 ** 31) ? -(2 ** 31) : value | 0;
}
