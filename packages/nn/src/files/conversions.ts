// Elements of dtypes that nabla lacks, as numbers of one that holds them all: nothing is rounded.
import { type DType, fromBits16, NablaError } from "@nabla/autograd";
import { quoted } from "./names.ts";

/** How elements of a foreign dtype are read, and what holds them. */
interface Conversion {
  readonly dtype: DType;
  /** Bytes of an element. */
  readonly bytes: number;
  /** The number at a place; undefined: one that no float64 is equal to. */
  readonly at: (view: DataView, offset: number) => number | undefined;
}

const conversions: ReadonlyMap<string, Conversion> = new Map<string, Conversion>([
  ["I8", { dtype: "int32", bytes: 1, at: (view, offset) => view.getInt8(offset) }],
  ["I16", { dtype: "int32", bytes: 2, at: (view, offset) => view.getInt16(offset, true) }],
  ["U16", { dtype: "int32", bytes: 2, at: (view, offset) => view.getUint16(offset, true) }],
  ["U32", { dtype: "float64", bytes: 4, at: (view, offset) => view.getUint32(offset, true) }],
  ["I64", { dtype: "float64", bytes: 8, at: (view, at) => exact(view.getBigInt64(at, true)) }],
  ["U64", { dtype: "float64", bytes: 8, at: (view, at) => exact(view.getBigUint64(at, true)) }],
  ["F8_E5M2", { dtype: "float32", bytes: 1, at: (view, at) => ofE5M2(view.getUint8(at)) }],
  ["F8_E4M3", { dtype: "float32", bytes: 1, at: (view, at) => ofE4M3(view.getUint8(at)) }],
]);

/** The dtype that holds all elements of a foreign format; undefined: there is none. */
export function holderOf(format: string): DType | undefined {
  return conversions.get(format)?.dtype;
}

/**
 * The elements of a foreign format. Throws `NablaError` for a whole number that float64 cannot hold,
 * with its place.
 */
export function converted(
  subject: string,
  { name, format }: { readonly name: string; readonly format: string },
  bytes: Uint8Array,
): readonly number[] {
  const { bytes: size, at } = conversions.get(format)!;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / size }, (_, i) => {
    const value = at(view, i * size);
    if (value !== undefined) return value;
    const given =
      format === "U64" ? view.getBigUint64(i * size, true) : view.getBigInt64(i * size, true);
    throw new NablaError(
      `${subject}: ${quoted(name)} has ${given} at ${i}, expected whole numbers that float64 holds`,
    );
  });
}

function exact(value: bigint): number | undefined {
  const number = Number(value);
  return BigInt(number) === value ? number : undefined;
}

/** The upper half of a binary16. */
function ofE5M2(bits: number): number {
  return fromBits16(Uint16Array.of(bits << 8), "float16")[0]!;
}

/**
 * A sign, 4 bits of exponent, 3 of fraction; no infinities, and NaN only where all of them are 1. P. Micikevicius
 * et al., "FP8 formats for deep learning", 2022.
 */
function ofE4M3(bits: number): number {
  const sign = bits >> 7 ? -1 : 1;
  const exponent = (bits >> 3) & 0xf;
  const fraction = bits & 0x7;
  if (exponent === 0xf && fraction === 0x7) return Number.NaN;
  if (exponent === 0) return sign * fraction * 2 ** -9;
  return sign * (fraction + 8) * 2 ** (exponent - 10);
}
