// Elements in registers: a single one, or as many as fit into a vector.
//
// In vectors all elements except float64 are 32 bits wide, and there are as many as a vector has of
// the widest type in use: 4, or 2 beside float64 (in the lower two lanes if they are 32 bits wide).
// A truth value is 0 or 1 as a single element, and all bits 0 or 1 in a vector.
import { type DType, isFloating } from "../../scalar/dtype.ts";
import type { Code, FunctionBody, Local, ValueType } from "./encoder.ts";
import type { Instruction } from "./instructions.ts";

/** Elements per register. */
export type Lanes = 1 | 2 | 4;

/** The type of the local that holds `lanes` elements. */
export function registerType(dtype: DType, lanes: Lanes): ValueType {
  if (lanes > 1) return "v128";
  return isFloating(dtype) ? (dtype === "float32" ? "f32" : "f64") : "i32";
}

/** The prefix of instructions on `dtype`. */
export function prefixOf(dtype: DType, lanes: Lanes): string {
  const [one, many] =
    dtype === "float32"
      ? ["f32", "f32x4"]
      : dtype === "float64"
        ? ["f64", "f64x2"]
        : ["i32", "i32x4"];
  return lanes === 1 ? one : many;
}

/** Adds a constant, in all lanes. */
export function addLiteral(code: Code, value: number, dtype: DType, lanes: Lanes): void {
  if (lanes > 1) {
    code.v128(repeated(literalBytes(value, dtype)));
    return;
  }
  if (dtype === "float32") code.f32(value);
  else if (dtype === "float64") code.f64(value);
  else code.i32(value);
}

function literalBytes(value: number, dtype: DType): Float32Array | Float64Array | Int32Array {
  if (dtype === "float32") return new Float32Array([value]);
  if (dtype === "float64") return new Float64Array([value]);
  return new Int32Array([dtype === "bool" && value !== 0 ? -1 : value]);
}

/** Repeats the bytes of an element to fill a vector. */
export function repeated(
  one: Float32Array | Float64Array | Int32Array | BigUint64Array,
): Uint8Array {
  const bytes = new Uint8Array(one.buffer as ArrayBuffer);
  return Uint8Array.from({ length: 16 }, (_, i) => bytes[i % bytes.length]!);
}

/** Adds one element, in all lanes. */
export function addSplat(code: Code, value: Local, dtype: DType): void {
  code.get(value);
  if (dtype === "bool") code.i32(-1).add("i32.mul");
  code.add(`${prefixOf(dtype, 4)}.splat` as Instruction);
}

/** Adds the element in a lane. */
export function addExtract(code: Code, vector: Local, dtype: DType, lane: number): void {
  code.get(vector).add(`${prefixOf(dtype, 4)}.extract_lane` as Instruction, lane);
  if (dtype === "bool") code.i32(1).add("i32.and");
}

/** Adds the vector on the stack with its lane replaced by `element`. */
export function addReplace(code: Code, element: Local, dtype: DType, lane: number): void {
  if (dtype === "bool") code.i32(0).get(element).add("i32.sub");
  else code.get(element);
  code.add(`${prefixOf(dtype, 4)}.replace_lane` as Instruction, lane);
}

/** Adds a vector whose valid lanes `add` leaves on the stack one by one; the others are 0. */
export function addLaneByLane(
  code: Code,
  body: FunctionBody,
  dtype: DType,
  wanted: number,
  add: (lane: number) => void,
): void {
  const result = body.local("v128");
  const element = body.local(registerType(dtype, 1));
  addLiteral(code, 0, dtype, 4);
  code.set(result);
  for (let lane = 0; lane < wanted; lane++) {
    add(lane);
    code.set(element).get(result);
    addReplace(code, element, dtype, lane);
    code.set(result);
  }
  code.get(result);
}

/** Narrows a mask of two 64-bit lanes to the lower two 32-bit lanes. */
export function addNarrowMask(code: Code): void {
  // Both operands of the shuffle are the mask; lanes 0 and 1 take its words 0 and 2.
  const words = [0, 2, 0, 2].flatMap((word) => [0, 1, 2, 3].map((byte) => 4 * word + byte));
  code.v128(new Uint8Array(16)).add("i8x16.shuffle", ...words);
}
