// What kernels do with bytes, as tensors and as loops over plain arrays: loads of rows at an offset, casts
// to and from other dtypes, comparisons and arithmetic. Beside whole vectors elements are left over.
import { type DType, type Tensor, tensor, where } from "@nabla/autograd";
import fc from "fast-check";

/** Bytes of some rows, of which some are gathered, from an offset on. */
export interface Rows {
  readonly offset: number;
  readonly length: number;
  readonly picked: readonly number[];
  readonly bytes: Uint8Array;
}

const rows = 3;

/** Rows of `length` bytes after `offset` others. */
export function rowsOf(length: number, offset: number): fc.Arbitrary<Rows> {
  const size = rows * (offset + length);
  return fc.record({
    offset: fc.constant(offset),
    length: fc.constant(length),
    picked: fc.array(fc.nat(rows - 1), { minLength: 1, maxLength: 2 }),
    bytes: fc.uint8Array({ minLength: size, maxLength: size }),
  });
}

/** A result, and what it has to be. */
export interface ByteCase {
  readonly name: string;
  readonly result: Tensor;
  readonly wanted: readonly number[];
}

/** Everything that is checked of some rows. */
export function byteCases({ offset, length, picked, bytes }: Rows): readonly ByteCase[] {
  const width = offset + length;
  const all = (data: Uint8Array | Float32Array | Float64Array, dtype: DType): Tensor =>
    tensor(data, { shape: [rows, width], dtype });
  const indices = tensor(Int32Array.from(picked));
  const taken = (x: Tensor): Tensor => x.gather(0, indices).slice(1, offset, width);
  const numbers = picked.flatMap((row) => [
    ...bytes.slice(row * width + offset, (row + 1) * width),
  ]);
  // Fractions, on both sides of what a byte holds.
  const wide = Float64Array.from(bytes, (byte) => 3.7 * byte - 300);
  const floats = Float32Array.from(wide);
  const pick = (data: ArrayLike<number>): readonly number[] =>
    picked.flatMap((row) => Array.from({ length }, (_, i) => data[row * width + offset + i]!));
  const x = taken(all(bytes, "uint8"));
  const isLarge = x.greater(tensor(127, { dtype: "uint8" }));
  const booleans = taken(
    all(
      bytes.map((byte) => byte & 1),
      "bool",
    ),
  );
  const made = (name: string, result: Tensor, of: (byte: number, i: number) => number) => ({
    name,
    result,
    wanted: numbers.map(of),
  });
  const [single, double] = [pick(floats), pick(wide)];
  return [
    made("as they are", x, (byte) => byte),
    made("divided as float32", x.cast("float32").div(255), (byte) => Math.fround(byte / 255)),
    made("divided as float64", x.cast("float64").div(255), (byte) => byte / 255),
    made("as int32", x.cast("int32").mul(1000), (byte) => 1000 * byte),
    made("sum", x.add(tensor(200, { dtype: "uint8" })), (byte) => (byte + 200) & 255),
    made("compared", isLarge, (byte) => Number(byte > 127)),
    made("chosen", where(isLarge, x, tensor(7, { dtype: "uint8" })), (byte) =>
      byte > 127 ? byte : 7,
    ),
    made("truth as float32", booleans.cast("float32").mul(3), (byte) => 3 * (byte & 1)),
    made("truth as float64", booleans.cast("float64").mul(3), (byte) => 3 * (byte & 1)),
    made("truth", booleans.logicalNot(), (byte) => 1 - (byte & 1)),
    made(
      "float32 as bytes",
      taken(all(floats, "float32")).cast("uint8"),
      (_, i) => Math.trunc(single[i]!) & 255,
    ),
    made(
      "float64 as bytes",
      taken(all(wide, "float64")).cast("uint8"),
      (_, i) => Math.trunc(double[i]!) & 255,
    ),
    made("clipped", taken(all(floats, "float32")).clip(0, 255).cast("uint8"), (_, i) =>
      Math.trunc(Math.max(0, Math.min(255, single[i]!))),
    ),
    made("float32 compared", taken(all(floats, "float32")).less(0.5), (_, i) =>
      Number(single[i]! < 0.5),
    ),
    made("float64 compared", taken(all(wide, "float64")).less(0.5), (_, i) =>
      Number(double[i]! < 0.5),
    ),
  ];
}
