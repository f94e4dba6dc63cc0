// Exponent and significand of floats from their bits (IEEE 754-2019, 3.4).
import type { Float } from "../../scalar/dtype.ts";
import type { Code, Local } from "./encoder.ts";
import type { Instruction } from "./instructions.ts";
import { addLiteral, type Lanes, prefixOf, repeated } from "./lanes.ts";

/** The bits of a float: sign, exponent + `bias`, fraction. */
interface Layout {
  readonly word: "i32" | "i64";
  readonly words: "i32x4" | "i64x2";
  readonly fractionBits: number;
  readonly bias: number;
  /** The exponent's bits, after the fraction is shifted out. */
  readonly exponent: bigint;
  /** All bits except the exponent's. */
  readonly others: bigint;
  /** The bits of 1. */
  readonly one: bigint;
  /** An integer plus this has the integer in its lowest bits, and vice versa. */
  readonly magic: number;
  /** Its bits, whose lowest ones are 0. */
  readonly magicBits: bigint;
}

const layouts: Readonly<Record<Float, Layout>> = {
  float32: {
    word: "i32",
    words: "i32x4",
    fractionBits: 23,
    bias: 127,
    exponent: 0xffn,
    others: 0x807fffffn,
    one: 0x3f800000n,
    magic: 1.5 * 2 ** 23,
    magicBits: 0x4b400000n,
  },
  float64: {
    word: "i64",
    words: "i64x2",
    fractionBits: 52,
    bias: 1023,
    exponent: 0x7ffn,
    others: 0x800fffffffffffffn,
    one: 0x3ff0000000000000n,
    magic: 1.5 * 2 ** 52,
    magicBits: 0x4338000000000000n,
  },
};

/** Adds 2^x for an integer x, or the exponent or significand of x. */
export function addBitsOfFloat(
  code: Code,
  operator: "powerOf2" | "exponent" | "significand",
  on: Float,
  x: Local,
  lanes: Lanes,
): void {
  const layout = layouts[on];
  const float = prefixOf(on, lanes);
  const biasedMagic = layout.magic + layout.bias;
  code.get(x);
  switch (operator) {
    case "powerOf2":
      addLiteral(code, biasedMagic, on, lanes);
      code.add(`${float}.add` as Instruction);
      addAsBits(code, on, lanes);
      addShift(code, layout, "shl", lanes);
      addAsFloat(code, on, lanes);
      return;
    case "exponent":
      addAsBits(code, on, lanes);
      addShift(code, layout, "shr_u", lanes);
      addMask(code, layout, "and", layout.exponent, lanes);
      addMask(code, layout, "or", layout.magicBits, lanes);
      addAsFloat(code, on, lanes);
      addLiteral(code, biasedMagic, on, lanes);
      code.add(`${float}.sub` as Instruction);
      return;
    case "significand":
      addAsBits(code, on, lanes);
      addMask(code, layout, "and", layout.others, lanes);
      addMask(code, layout, "or", layout.one, lanes);
      addAsFloat(code, on, lanes);
  }
}

/** Vectors are untyped: only a single element has to be reinterpreted. */
function addAsBits(code: Code, on: Float, lanes: Lanes): void {
  if (lanes > 1) return;
  code.add(on === "float32" ? "i32.reinterpret_f32" : "i64.reinterpret_f64");
}

function addAsFloat(code: Code, on: Float, lanes: Lanes): void {
  if (lanes > 1) return;
  code.add(on === "float32" ? "f32.reinterpret_i32" : "f64.reinterpret_i64");
}

/** Shifts the fraction's bits in, or out. */
function addShift(
  code: Code,
  { word, words, fractionBits }: Layout,
  shift: "shl" | "shr_u",
  lanes: Lanes,
): void {
  if (lanes === 1 && word === "i64") code.i64(BigInt(fractionBits));
  else code.i32(fractionBits);
  code.add(`${lanes === 1 ? word : words}.${shift}` as Instruction);
}

function addMask(
  code: Code,
  { word }: Layout,
  operator: "and" | "or",
  mask: bigint,
  lanes: Lanes,
): void {
  if (lanes > 1) {
    const one = word === "i32" ? new Int32Array([Number(mask)]) : new BigUint64Array([mask]);
    code.v128(repeated(one)).add(`v128.${operator}`);
    return;
  }
  if (word === "i32") code.i32(Number(mask));
  else code.i64(BigInt.asIntN(64, mask));
  code.add(`${word}.${operator}`);
}
