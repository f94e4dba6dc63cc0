// Elements of NumPy's dtypes, in either order of their bytes, and what holds them here.
// Source: https://numpy.org/doc/stable/reference/arrays.interface.html
import { type DType, fromBits16, toBits16 } from "@nabla/autograd";

/** NumPy's names of the dtypes that can be read and written. */
export type NumpyDType =
  | "bool"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float16"
  | "float32"
  | "float64";

/** A dtype in a file. */
export interface Element {
  readonly name: NumpyDType;
  /** What headers call it, without the order of its bytes. */
  readonly code: string;
  readonly bytes: number;
  /** nabla's dtype that can represent all its values, except for 64-bit integers beyond float64. */
  readonly holder: DType;
  /** The number at an offset; a bigint where float64 has it not. */
  readonly get: (view: DataView, at: number, isLittle: boolean) => number | bigint;
  /** Whether the dtype has this number; undefined: numbers are rounded to it. */
  readonly has?: (value: number) => boolean;
  readonly set: (view: DataView, at: number, value: number, isLittle: boolean) => void;
}

const integer =
  (from: number, to: number) =>
  (value: number): boolean =>
    Number.isInteger(value) && value >= from && value < to;

/** The number, if float64 has it. */
function exact(value: bigint): number | bigint {
  const number = Number(value);
  return BigInt(number) === value ? number : value;
}

export const elements: readonly Element[] = [
  {
    ...{ name: "bool", code: "b1", bytes: 1, holder: "bool", has: integer(0, 2) },
    get: (view, at) => view.getUint8(at),
    set: (view, at, x) => view.setUint8(at, x),
  },
  {
    ...{ name: "int8", code: "i1", bytes: 1, holder: "int32", has: integer(-128, 128) },
    get: (view, at) => view.getInt8(at),
    set: (view, at, x) => view.setInt8(at, x),
  },
  {
    ...{ name: "uint8", code: "u1", bytes: 1, holder: "uint8", has: integer(0, 256) },
    get: (view, at) => view.getUint8(at),
    set: (view, at, x) => view.setUint8(at, x),
  },
  {
    ...{ name: "int16", code: "i2", bytes: 2, holder: "int32", has: integer(-(2 ** 15), 2 ** 15) },
    get: (view, at, little) => view.getInt16(at, little),
    set: (view, at, x, little) => view.setInt16(at, x, little),
  },
  {
    ...{ name: "uint16", code: "u2", bytes: 2, holder: "int32", has: integer(0, 2 ** 16) },
    get: (view, at, little) => view.getUint16(at, little),
    set: (view, at, x, little) => view.setUint16(at, x, little),
  },
  {
    ...{ name: "int32", code: "i4", bytes: 4, holder: "int32", has: integer(-(2 ** 31), 2 ** 31) },
    get: (view, at, little) => view.getInt32(at, little),
    set: (view, at, x, little) => view.setInt32(at, x, little),
  },
  {
    ...{ name: "uint32", code: "u4", bytes: 4, holder: "float64", has: integer(0, 2 ** 32) },
    get: (view, at, little) => view.getUint32(at, little),
    set: (view, at, x, little) => view.setUint32(at, x, little),
  },
  {
    ...{ name: "int64", code: "i8", bytes: 8, holder: "float64" },
    has: integer(-(2 ** 63), 2 ** 63),
    get: (view, at, little) => exact(view.getBigInt64(at, little)),
    set: (view, at, x, little) => view.setBigInt64(at, BigInt(x), little),
  },
  {
    ...{ name: "uint64", code: "u8", bytes: 8, holder: "float64", has: integer(0, 2 ** 64) },
    get: (view, at, little) => exact(view.getBigUint64(at, little)),
    set: (view, at, x, little) => view.setBigUint64(at, BigInt(x), little),
  },
  {
    ...{ name: "float16", code: "f2", bytes: 2, holder: "float16" },
    get: (view, at, little) =>
      fromBits16(Uint16Array.of(view.getUint16(at, little)), "float16")[0]!,
    set: (view, at, x, little) => view.setUint16(at, toBits16([x], "float16")[0]!, little),
  },
  {
    ...{ name: "float32", code: "f4", bytes: 4, holder: "float32" },
    get: (view, at, little) => view.getFloat32(at, little),
    set: (view, at, x, little) => view.setFloat32(at, x, little),
  },
  {
    ...{ name: "float64", code: "f8", bytes: 8, holder: "float64" },
    get: (view, at, little) => view.getFloat64(at, little),
    set: (view, at, x, little) => view.setFloat64(at, x, little),
  },
];

export const dtypeNames: readonly NumpyDType[] = elements.map(({ name }) => name);

export function elementNamed(name: NumpyDType): Element {
  return elements.find((one) => one.name === name)!;
}

/** What NumPy calls the dtypes that have no place here, by the letter of their code. */
export const otherKinds: Readonly<Record<string, string>> = {
  O: "Python objects (pickled)",
  V: "raw bytes or a structure",
  S: "byte strings",
  a: "byte strings",
  U: "strings",
  c: "complex numbers",
  M: "dates",
  m: "spans of time",
  f: "floats of another size",
};
