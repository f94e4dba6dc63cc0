// Casts, and comparisons with 0, as instructions on one element or on a vector.
import { type DType, isFloating } from "../../scalar/dtype.ts";
import type { Code, Local } from "./encoder.ts";
import type { Instruction } from "./instructions.ts";
import { addLiteral, addNarrowMask, type Lanes, prefixOf, repeated } from "./lanes.ts";

/** Adds the instructions that leave `value`, of dtype `from`, on the stack as `to`. */
export function addCast(code: Code, value: Local, from: DType, to: DType, lanes: Lanes): void {
  if (from === to) {
    code.get(value);
    return;
  }
  if (to === "bool") {
    compareWithZero(code, value, from, lanes, "ne");
    return;
  }
  code.get(value);
  if (from === "bool" && lanes > 1) code.add("i32x4.neg");
  const isWhole = !isFloating(from);
  switch (to) {
    case "float32":
      if (isWhole) code.add(lanes === 1 ? "f32.convert_i32_s" : "f32x4.convert_i32x4_s");
      else code.add(lanes === 1 ? "f32.demote_f64" : "f32x4.demote_f64x2_zero");
      return;
    case "float64":
      if (isWhole) code.add(lanes === 1 ? "f64.convert_i32_s" : "f64x2.convert_low_i32x4_s");
      else code.add(lanes === 1 ? "f64.promote_f32" : "f64x2.promote_low_f32x4");
      return;
    default:
      if (from === "float32")
        code.add(lanes === 1 ? "i32.trunc_sat_f32_s" : "i32x4.trunc_sat_f32x4_s");
      if (from === "float64")
        code.add(lanes === 1 ? "i32.trunc_sat_f64_s" : "i32x4.trunc_sat_f64x2_s_zero");
      if (to === "uint8") addByteMask(code, lanes);
  }
}

/** Adds the comparison of `value` with 0: equal ("eq") or not ("ne"). */
export function compareWithZero(
  code: Code,
  value: Local,
  on: DType,
  lanes: Lanes,
  comparison: "eq" | "ne",
): void {
  code.get(value);
  addLiteral(code, 0, on, lanes);
  code.add(`${prefixOf(on, lanes)}.${comparison}` as Instruction);
  if (on === "float64" && lanes === 2) addNarrowMask(code);
}

/** uint8 wraps around at 256. */
export function addByteMask(code: Code, lanes: Lanes): void {
  if (lanes === 1) code.i32(255).add("i32.and");
  else code.v128(repeated(new Int32Array([255]))).add("v128.and");
}
