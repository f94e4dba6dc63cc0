// Element types: their names, storage, promotion and conversion.
import { bitsOfHalf, type Half, numberOfHalf } from "./half.ts";

/** The type of a tensor's elements. */
export type DType = "bool" | "uint8" | "int32" | Half | "float32" | "float64";

/** A dtype of fractions that is computed with. */
export type Float = "float32" | "float64";

/** A tensor's elements as numbers: a typed array, row-major. A bool is a byte, 0 or 1. */
export type Numbers = Float32Array | Float64Array | Int32Array | Uint8Array;

/** A tensor's elements as they are stored: floats of 16 bits by their bits. */
export type Data = Numbers | Uint16Array;

/** The typed array that a tensor of a dtype is read as. */
export type DataOf<D extends DType> = {
  readonly bool: Uint8Array;
  readonly uint8: Uint8Array;
  readonly int32: Int32Array;
  readonly float16: Float32Array;
  readonly bfloat16: Float32Array;
  readonly float32: Float32Array;
  readonly float64: Float64Array;
}[D];

interface Elements {
  readonly kind: "truth" | "whole" | "half" | "floating";
  /** Storage: what holds elements, and the bytes of one. */
  readonly array:
    | typeof Uint8Array
    | typeof Uint16Array
    | typeof Int32Array
    | typeof Float32Array
    | typeof Float64Array;
  readonly bytes: number;
  /** The least and the greatest number. */
  readonly range: readonly [from: number, to: number];
  /** Casts a number. */
  readonly cast: (value: number) => number;
  /** Rounds what arithmetic on elements gives: whole numbers wrap around. */
  readonly round: (value: number) => number;
  /** The dtype of sums of many elements, so that they do not wrap around. */
  readonly total: DType;
}

const all = [-Infinity, Infinity] as const;
const isNotZero = (value: number) => (value === 0 ? 0 : 1);

/** Of floats that are stored in 16 bits, and computed in float32. */
const half = (dtype: Half): Elements => {
  const rounded = (value: number) => numberOfHalf(dtype, bitsOfHalf(dtype, value));
  const [array, range] = [Uint16Array, all];
  return { kind: "half", array, bytes: 2, range, cast: rounded, round: rounded, total: "float32" };
};

/** All that is known of a dtype, in the order of promotion: the later of two wins. */
const table: Readonly<Record<DType, Elements>> = {
  bool: {
    kind: "truth",
    array: Uint8Array,
    bytes: 1,
    range: [0, 1],
    cast: isNotZero,
    round: isNotZero,
    // It can count all elements of any tensor.
    total: "int32",
  },
  uint8: {
    kind: "whole",
    array: Uint8Array,
    bytes: 1,
    range: [0, 255],
    cast: (value) => toInt32(value) & 255,
    round: (value) => value & 255,
    total: "float64",
  },
  int32: {
    kind: "whole",
    array: Int32Array,
    bytes: 4,
    range: [-(2 ** 31), 2 ** 31 - 1],
    cast: toInt32,
    round: (value) => value | 0,
    // Integers are exact up to 2^53.
    total: "float64",
  },
  float16: half("float16"),
  bfloat16: half("bfloat16"),
  float32: {
    kind: "floating",
    array: Float32Array,
    bytes: 4,
    range: all,
    cast: (value) => Math.fround(value),
    round: (value) => Math.fround(value),
    total: "float32",
  },
  float64: {
    kind: "floating",
    array: Float64Array,
    bytes: 8,
    range: all,
    cast: (value) => value,
    round: (value) => value,
    total: "float64",
  },
};

/** Every dtype, in the order of promotion. */
export const dtypes: readonly DType[] = Object.keys(table) as DType[];

/** A typed array of `size` zeros for `dtype`. */
export function allocate(dtype: DType, size: number): Data {
  return new table[dtype].array(size);
}

/** A view of `size` elements of `dtype` in a buffer, from a byte offset on. */
export function viewOf(
  buffer: ArrayBuffer | SharedArrayBuffer,
  offset: number,
  dtype: DType,
  size: number,
): Data {
  // Types of arrays on shared memory are others, and nothing is.
  return new table[dtype].array(buffer as ArrayBuffer, offset, size);
}

/** The size of one element in bytes. */
export function bytesPerElement(dtype: DType): number {
  return table[dtype].bytes;
}

/** Whether elements are floats of 16 bits. */
export function isHalf(dtype: DType): dtype is Half {
  return table[dtype].kind === "half";
}

/** The dtype in which elements are computed: float32 for floats of 16 bits, else their own. */
export function computedDType(dtype: DType): Exclude<DType, Half> {
  return isHalf(dtype) ? "float32" : dtype;
}

/** Whether `dtype` has fractions, and so gradients: of `computedDType`. */
export function hasFractions(dtype: DType): boolean {
  return isFloating(computedDType(dtype));
}

const numbersOf = new Map<Half, Float32Array>();

/** Stored elements as numbers: those of 16 bits in a new array. */
export function numbersIn(dtype: DType, stored: Data): Numbers {
  if (!isHalf(dtype)) return stored as Numbers;
  let known = numbersOf.get(dtype);
  if (!known) {
    known = Float32Array.from({ length: 2 ** 16 }, (_, bits) => numberOfHalf(dtype, bits));
    numbersOf.set(dtype, known);
  }
  const numbers = new Float32Array(stored.length);
  for (let i = 0; i < numbers.length; i++) numbers[i] = known[stored[i]!]!;
  return numbers;
}

/** Numbers of a dtype as they are stored: those of 16 bits, rounded to it, in a new array. */
export function storedAs(dtype: DType, numbers: Data): Data {
  return isHalf(dtype) ? Uint16Array.from(numbers, (x) => bitsOfHalf(dtype, x)) : numbers;
}

/** Stored elements, all of one number. */
export function filledData(dtype: DType, size: number, value: number): Data {
  return allocate(dtype, size).fill(isHalf(dtype) ? bitsOfHalf(dtype, value) : value);
}

/** Whether `dtype` has fractions and is computed with. */
export function isFloating(dtype: DType): dtype is Float {
  return table[dtype].kind === "floating";
}

/** Whether `dtype` has whole numbers, which wrap around. */
export function isWhole(dtype: DType): boolean {
  return table[dtype].kind === "whole";
}

/**
 * The dtype that holds both: bool < uint8 < int32 < float32 < float64. A float of 16 bits and
 * another dtype: that of float32 and the other.
 */
export function promote(a: DType, b: DType): DType {
  if (a === b) return a;
  const [x, y] = [computedDType(a), computedDType(b)];
  return dtypes.indexOf(x) >= dtypes.indexOf(y) ? x : y;
}

/** The dtype of sums of many elements, so that they do not wrap around. */
export function totalDType(dtype: DType): DType {
  return table[dtype].total;
}

/** The number of `dtype` nearest to `value`: its minimum or maximum for an infinity. */
export function clampTo(dtype: DType, value: number): number {
  const [from, to] = table[dtype].range;
  return Math.min(Math.max(value, from), to);
}

/**
 * Casts a value to a dtype. To int32: towards zero, clamped to its range, and 0 for NaN. To uint8:
 * the low 8 bits of that. To bool: whether the value is not 0 (NaN is not).
 */
export const conversions: Readonly<Record<DType, (value: number) => number>> = each("cast");

/** Rounds what arithmetic in a dtype gives; whole numbers wrap around. */
export const roundings: Readonly<Record<DType, (value: number) => number>> = each("round");

function each<Name extends keyof Elements>(name: Name): Readonly<Record<DType, Elements[Name]>> {
  const entries = Object.entries(table).map(([dtype, known]) => [dtype, known[name]] as const);
  return Object.fromEntries(entries) as Record<DType, Elements[Name]>;
}

function toInt32(value: number): number {
  return value >= 2 ** 31 ? 2 ** 31 - 1 : value < -(2 ** 31) ? -(2 ** 31) : value | 0;
}
