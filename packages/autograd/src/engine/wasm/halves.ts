// Floats of 16 bits: to float32 after they are loaded, and back before they are stored. Without
// rounding, since what is stored is one of their numbers.
import type { Half } from "../../scalar/half.ts";
import type { Code, FunctionBody } from "./encoder.ts";
import type { Instruction } from "./instructions.ts";
import { addLiteral, type Lanes, registerType, repeated } from "./lanes.ts";

/** What binary16 is multiplied by after its bits have moved to where float32 has them: the biases differ. */
const bias = 2 ** 112;

/** Adds the float32 whose 16 bits are on the stack, at the end of 32 each. */
export function addWidened(code: Code, body: FunctionBody, dtype: Half, lanes: Lanes): void {
  if (dtype === "bfloat16") {
    addShift(code, "shl", 16, lanes);
    if (lanes === 1) code.add("f32.reinterpret_i32");
    return;
  }
  const [bits, size] = [body.local(wordType(lanes)), body.local(wordType(lanes))];
  code.set(bits).get(bits);
  addMask(code, 0x7fff, lanes);
  addShift(code, "shl", 13, lanes);
  code.set(size).get(size);
  addScaled(code, bias, lanes);
  // Those of infinity and NaN, which have all bits of the exponent.
  code.get(size);
  addWord(code, 0x0f7fffff, lanes);
  code.add(lanes === 1 ? "i32.gt_s" : "i32x4.gt_s");
  if (lanes === 1) code.i32(0x7f800000).add("i32.mul");
  else addMask(code, 0x7f800000, lanes);
  addOr(code, lanes);
  code.get(bits);
  addMask(code, 0x8000, lanes);
  addShift(code, "shl", 16, lanes);
  addOr(code, lanes);
  if (lanes === 1) code.add("f32.reinterpret_i32");
}

/** Adds the 16 bits, at the end of 32 each, of the float32 on the stack, which is one of their numbers. */
export function addNarrowed(code: Code, body: FunctionBody, dtype: Half, lanes: Lanes): void {
  if (lanes === 1) code.add("i32.reinterpret_f32");
  if (dtype === "bfloat16") {
    addShift(code, "shr_u", 16, lanes);
    return;
  }
  const bits = body.local(wordType(lanes));
  code.set(bits).get(bits);
  addMask(code, 0x7fffffff, lanes);
  addScaled(code, 1 / bias, lanes);
  addShift(code, "shr_u", 13, lanes);
  // Infinity and NaN have bits beyond.
  addMask(code, 0x7fff, lanes);
  code.get(bits);
  addShift(code, "shr_u", 16, lanes);
  addMask(code, 0x8000, lanes);
  addOr(code, lanes);
}

function wordType(lanes: Lanes): "i32" | "v128" {
  return registerType("int32", lanes) as "i32" | "v128";
}

/** Multiplies a float32, which is on the stack as its bits. */
function addScaled(code: Code, by: number, lanes: Lanes): void {
  if (lanes === 1) code.add("f32.reinterpret_i32");
  addLiteral(code, by, "float32", lanes);
  code.add(lanes === 1 ? "f32.mul" : "f32x4.mul");
  if (lanes === 1) code.add("i32.reinterpret_f32");
}

function addShift(code: Code, shift: "shl" | "shr_u", by: number, lanes: Lanes): void {
  code.i32(by).add(`${lanes === 1 ? "i32" : "i32x4"}.${shift}` as Instruction);
}

function addMask(code: Code, mask: number, lanes: Lanes): void {
  addWord(code, mask, lanes);
  code.add(lanes === 1 ? "i32.and" : "v128.and");
}

function addOr(code: Code, lanes: Lanes): void {
  code.add(lanes === 1 ? "i32.or" : "v128.or");
}

function addWord(code: Code, word: number, lanes: Lanes): void {
  if (lanes === 1) code.i32(word);
  else code.v128(repeated(new Int32Array([word])));
}
