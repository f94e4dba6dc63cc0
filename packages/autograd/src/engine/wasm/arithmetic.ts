// What operators and casts are in instructions, on one element or on a vector of them.
//
// In vectors all elements but float64 are 32 bits wide, and there are as many as a vector has of the
// widest type in use: 4, or 2 beside float64 (the lower two, where elements are 32 bits wide). A truth
// value is 0 or 1 as one element, and all bits 0 or 1 in a vector.
import type { DType } from "../../scalar/dtype.ts";
import type { OperatorName } from "../../scalar/operators.ts";
import type { Code, FunctionBody, Local, ValueType } from "./encoder.ts";
import type { Instruction } from "./instructions.ts";

/** Elements at a time. */
export type Lanes = 1 | 2 | 4;

/** The type of the local that holds `lanes` elements. */
export function registerType(dtype: DType, lanes: Lanes): ValueType {
  if (lanes > 1) return "v128";
  return isFloat(dtype) ? (dtype === "float32" ? "f32" : "f64") : "i32";
}

function isFloat(dtype: DType): boolean {
  return dtype === "float32" || dtype === "float64";
}

/** What instructions on `dtype` begin with. */
function prefixOf(dtype: DType, lanes: Lanes): string {
  const [one, many] =
    dtype === "float32"
      ? ["f32", "f32x4"]
      : dtype === "float64"
        ? ["f64", "f64x2"]
        : ["i32", "i32x4"];
  return lanes === 1 ? one : many;
}

/** Operators that are an instruction of the same operands; of floats, and of whole numbers. */
const floatInstructions: Readonly<Partial<Record<OperatorName, string>>> = {
  add: "add",
  sub: "sub",
  mul: "mul",
  div: "div",
  max: "max",
  min: "min",
  neg: "neg",
  abs: "abs",
  sqrt: "sqrt",
  floor: "floor",
  ceil: "ceil",
  round: "nearest",
  trunc: "trunc",
  equal: "eq",
  less: "lt",
  lessEqual: "le",
};
const wholeInstructions: Readonly<Partial<Record<OperatorName, string>>> = {
  add: "add",
  sub: "sub",
  mul: "mul",
  max: "max_s",
  min: "min_s",
  neg: "neg",
  abs: "abs",
  equal: "eq",
  less: "lt_s",
  lessEqual: "le_s",
};
const bitInstructions: Readonly<Partial<Record<OperatorName, string>>> = {
  and: "and",
  or: "or",
  xor: "xor",
};
const shiftInstructions: Readonly<Partial<Record<OperatorName, string>>> = {
  shiftLeft: "shl",
  shiftRight: "shr_s",
  shiftRightUnsigned: "shr_u",
};
/** Of whole numbers, these change nothing. */
const roundings: ReadonlySet<OperatorName> = new Set(["floor", "ceil", "round", "trunc"]);

/** An operator on operands of one dtype. */
export interface Application {
  readonly operator: OperatorName;
  readonly on: DType;
  readonly operands: readonly Local[];
  readonly lanes: Lanes;
  /** The count of a shift, where it is known and the same for all lanes. */
  readonly shift?: number | undefined;
}

/** Adds the instructions that leave the result on the stack; false where there are none. */
export function addOperator(code: Code, body: FunctionBody, application: Application): boolean {
  const { operator, on, operands, lanes } = application;
  const [a] = operands as [Local];
  if (operator === "not") {
    // Of any dtype: whether it is 0.
    if (on === "bool" && lanes > 1) code.get(a).add("v128.not");
    else compareWithZero(code, a, on, lanes, "eq");
    return true;
  }
  if (operator === "powerOf2" || operator === "exponent" || operator === "significand") {
    if (!isFloat(on)) return false;
    addBitsOfFloat(code, operator, on as "float32" | "float64", a, lanes);
    return true;
  }
  if (isFloat(on)) return addPlain(code, floatInstructions[operator], application);
  const bits = bitInstructions[operator];
  if (bits) {
    for (const operand of operands) code.get(operand);
    code.add(`${lanes === 1 ? "i32" : "v128"}.${bits}` as Instruction);
    return true;
  }
  if (on === "bool") return addTruthOperator(code, body, application);
  if (roundings.has(operator)) {
    code.get(a);
    return true;
  }
  if (!addWhole(code, application)) return false;
  const isTruth = operator === "equal" || operator === "less" || operator === "lessEqual";
  if (on === "uint8" && !isTruth) addByteMask(code, lanes);
  return true;
}

/** Of whole numbers; what is beyond the dtype's range is still to be cut off. */
function addWhole(code: Code, application: Application): boolean {
  const { operator, operands, lanes } = application;
  const [a, b] = operands as [Local, Local];
  if (lanes === 1 && addWholeScalar(code, application)) return true;
  const shift = shiftInstructions[operator];
  if (!shift) return addPlain(code, wholeInstructions[operator], application);
  if (lanes > 1 && application.shift === undefined) return false;
  code.get(a);
  if (lanes === 1) code.get(b).add(`i32.${shift}` as Instruction);
  else code.i32(application.shift!).add(`i32x4.${shift}` as Instruction);
  return true;
}

/** Adds a * b + c: as one instruction, rounded once, if `isFused` and there is one. */
export function addMultiplyAdd(
  code: Code,
  body: FunctionBody,
  on: DType,
  [a, b, c]: readonly [Local, Local, Local],
  lanes: Lanes,
  isFused: boolean,
): void {
  if (isFused && isFloat(on) && lanes > 1) {
    code.get(a).get(b).get(c);
    code.add(`${prefixOf(on, lanes)}.relaxed_madd` as Instruction);
    return;
  }
  const product = body.local(registerType(on, lanes));
  addOperator(code, body, { operator: "mul", on, operands: [a, b], lanes });
  code.set(product);
  addOperator(code, body, { operator: "add", on, operands: [product, c], lanes });
}

function addPlain(code: Code, instruction: string | undefined, application: Application): boolean {
  const { operator, on, operands, lanes } = application;
  if (!instruction) return false;
  for (const operand of operands) code.get(operand);
  code.add(`${prefixOf(on, lanes)}.${instruction}` as Instruction);
  const isTruth = operator === "equal" || operator === "less" || operator === "lessEqual";
  if (isTruth && lanes === 2 && on === "float64") addNarrowMask(code);
  return true;
}

/** A mask of two 64-bit lanes as one of the lower two 32-bit lanes. */
function addNarrowMask(code: Code): void {
  // Both operands of the shuffle are the mask; lanes 0 and 1 take its words 0 and 2.
  const words = [0, 2, 0, 2].flatMap((word) => [0, 1, 2, 3].map((byte) => 4 * word + byte));
  code.v128(new Uint8Array(16)).add("i8x16.shuffle", ...words);
}

/** uint8 wraps around at 256. */
function addByteMask(code: Code, lanes: Lanes): void {
  if (lanes === 1) code.i32(255).add("i32.and");
  else code.v128(repeated(new Int32Array([255]))).add("v128.and");
}

/** Arithmetic of truth values: as numbers 0 and 1, and whether the result is not 0. */
function addTruthOperator(code: Code, body: FunctionBody, application: Application): boolean {
  const { operator, operands, lanes } = application;
  if (lanes === 1) {
    if (!addOperator(code, body, { ...application, on: "int32" })) return false;
  } else {
    const numbers = operands.map((operand) => {
      const number = body.local("v128");
      code.get(operand).add("i32x4.neg").set(number);
      return number;
    });
    if (!addOperator(code, body, { ...application, on: "int32", operands: numbers })) return false;
  }
  if (operator === "equal" || operator === "less" || operator === "lessEqual") return true;
  const result = body.local(registerType("int32", lanes));
  code.set(result);
  compareWithZero(code, result, "int32", lanes, "ne");
  return true;
}

function compareWithZero(
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

/** Whole numbers one at a time, where there is no instruction or it would trap. */
function addWholeScalar(code: Code, { operator, operands }: Application): boolean {
  const [a, b] = operands as [Local, Local];
  switch (operator) {
    case "neg":
      code.i32(0).get(a).add("i32.sub");
      return true;
    case "abs":
      code.i32(0).get(a).add("i32.sub").get(a).get(a).i32(0).add("i32.lt_s").add("select");
      return true;
    case "max":
    case "min":
      code.get(a).get(b).get(a).get(b);
      code.add(operator === "max" ? "i32.gt_s" : "i32.lt_s").add("select");
      return true;
    case "div":
      // 0 for a divisor of 0; by -1 the least number wraps around, where i32.div_s would trap.
      code.get(b).i32(1).add("i32.add").i32(2).add("i32.lt_u");
      code.block(
        "if",
        () => {
          code.get(a).get(b).add("i32.mul").add("else");
          code.get(a).get(b).add("i32.div_s");
        },
        "i32",
      );
      return true;
    case "remainder":
      code.get(b).add("i32.eqz");
      code.block(
        "if",
        () => {
          code.i32(0).add("else");
          code.get(a).get(b).add("i32.rem_s");
        },
        "i32",
      );
      return true;
    default:
      return false;
  }
}

/** The operators on a float's exponent and significand (IEEE 754-2019, 3.4), on its bits. */
function addBitsOfFloat(
  code: Code,
  operator: "powerOf2" | "exponent" | "significand",
  on: "float32" | "float64",
  x: Local,
  lanes: Lanes,
): void {
  const [fractionBits, bias] = on === "float32" ? [23, 127] : [52, 1023];
  const word = on === "float32" ? "i32" : "i64";
  const shape = lanes === 1 ? word : on === "float32" ? "i32x4" : "i64x2";
  const reinterpret = (instruction: string) => {
    if (lanes === 1) code.add(instruction as Instruction);
  };
  const toBits = `${word}.reinterpret_${on === "float32" ? "f32" : "f64"}`;
  const fromBits = `${on === "float32" ? "f32" : "f64"}.reinterpret_${word}`;
  // A whole number plus this has that number in its lowest bits, and back.
  const magic = on === "float32" ? 1.5 * 2 ** 23 : 1.5 * 2 ** 52;
  const prefix = prefixOf(on, lanes);
  const shiftBy = (instruction: "shl" | "shr_u") => {
    if (lanes === 1 && word === "i64") code.i64(fractionBits);
    else code.i32(fractionBits);
    code.add(`${shape}.${instruction}` as Instruction);
  };
  const bits = (instruction: "and" | "or", value: bigint) => {
    if (lanes === 1) {
      if (word === "i32") code.i32(Number(BigInt.asIntN(32, value)));
      else code.bigI64(BigInt.asIntN(64, value));
      code.add(`${word}.${instruction}` as Instruction);
    } else {
      const one =
        word === "i32"
          ? new Int32Array([Number(BigInt.asIntN(32, value))])
          : new BigInt64Array([BigInt.asIntN(64, value)]);
      code.v128(repeated(one)).add(`v128.${instruction}` as Instruction);
    }
  };
  switch (operator) {
    case "powerOf2":
      code.get(x);
      addLiteral(code, magic + bias, on, lanes);
      code.add(`${prefix}.add` as Instruction);
      reinterpret(toBits);
      shiftBy("shl");
      reinterpret(fromBits);
      return;
    case "exponent":
      code.get(x);
      reinterpret(toBits);
      shiftBy("shr_u");
      bits("and", on === "float32" ? 0xffn : 0x7ffn);
      // The bits of the magic number, whose lowest ones are 0.
      bits("or", on === "float32" ? 0x4b400000n : 0x4338000000000000n);
      reinterpret(fromBits);
      addLiteral(code, magic + bias, on, lanes);
      code.add(`${prefix}.sub` as Instruction);
      return;
    case "significand":
      code.get(x);
      reinterpret(toBits);
      bits("and", on === "float32" ? 0x807fffffn : 0x800fffffffffffffn);
      bits("or", on === "float32" ? 0x3f800000n : 0x3ff0000000000000n);
      reinterpret(fromBits);
  }
}

/** Adds the instructions that leave `value`, which has the dtype `from`, as `to` on the stack. */
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
  const isWhole = !isFloat(from);
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

/** Adds `a` where `condition` (a bool) holds, else `b`. */
export function addSelect(
  code: Code,
  condition: Local,
  a: Local,
  b: Local,
  dtype: DType,
  lanes: Lanes,
): void {
  code.get(a).get(b).get(condition);
  if (lanes === 1) {
    code.add("select");
    return;
  }
  if (dtype === "float64") code.add("i64x2.extend_low_i32x4_s");
  code.add("v128.bitselect");
}

/** Adds a number, in all lanes. */
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

/** As often as a vector holds it. */
function repeated(one: Float32Array | Float64Array | Int32Array | BigInt64Array): Uint8Array {
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
