// Operators as instructions, on one element or on a vector.
import { type DType, isFloating } from "../../scalar/dtype.ts";
import { type OperatorName, operators } from "../../scalar/operators.ts";
import { addByteMask, compareWithZero } from "./casts.ts";
import type { Code, FunctionBody, Local } from "./encoder.ts";
import { addBitsOfFloat } from "./float-bits.ts";
import type { Instruction } from "./instructions.ts";
import { addNarrowMask, type Lanes, prefixOf, registerType } from "./lanes.ts";

/** Operators that are a single instruction on the same operands; for floats, and for integers. */
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
/**
 * For a bound that is neither NaN nor 0, whose sign would matter: "pseudo-minimum" gives the first
 * operand unless the bound is less, so NaN for NaN. It is one instruction on x86, where the minimum
 * of any two takes six.
 */
const boundInstructions: Readonly<Partial<Record<OperatorName, string>>> = {
  max: "pmax",
  min: "pmin",
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
const shiftInstructions: Readonly<Partial<Record<OperatorName, string>>> = {
  shiftLeft: "shl",
  shiftRight: "shr_s",
  shiftRightUnsigned: "shr_u",
};
/** Operators on bits, for which the dtype does not matter. */
const bitwise: ReadonlySet<OperatorName> = new Set(["and", "or", "xor"]);
/** These do not change integers. */
const roundings: ReadonlySet<OperatorName> = new Set(["floor", "ceil", "round", "trunc"]);

/** An operator on operands of one dtype. */
export interface Application {
  readonly operator: OperatorName;
  readonly on: DType;
  readonly operands: readonly Local[];
  readonly lanes: Lanes;
  /** The second operand, if it is a constant for all lanes: the count of a shift, a bound. */
  readonly literal?: number | undefined;
}

/** Adds the instructions that leave the result on the stack; returns false if there are none. */
export function addOperator(code: Code, body: FunctionBody, application: Application): boolean {
  const { operator, on, operands, lanes } = application;
  const [a] = operands as [Local];
  if (operator === "not") {
    // For any dtype: whether it is 0.
    if (on === "bool" && lanes > 1) code.get(a).add("v128.not");
    else compareWithZero(code, a, on, lanes, "eq");
    return true;
  }
  if (operator === "powerOf2" || operator === "exponent" || operator === "significand") {
    if (!isFloating(on)) return false;
    addBitsOfFloat(code, operator, on, a, lanes);
    return true;
  }
  if (isFloating(on)) {
    const instruction = isBound(application)
      ? boundInstructions[operator]
      : floatInstructions[operator];
    return addPlain(code, instruction, application);
  }
  if (bitwise.has(operator)) {
    for (const operand of operands) code.get(operand);
    code.add(`${lanes === 1 ? "i32" : "v128"}.${operator}` as Instruction);
    return true;
  }
  if (on === "bool") return addTruthOperator(code, body, application);
  if (roundings.has(operator)) {
    code.get(a);
    return true;
  }
  if (!addWhole(code, application)) return false;
  if (on === "uint8" && !givesTruth(operator)) addByteMask(code, lanes);
  return true;
}

/** Whether it is the minimum or maximum of a vector and a bound. */
function isBound({ operator, lanes, literal }: Application): boolean {
  return Boolean(literal) && lanes > 1 && operator in boundInstructions;
}

function givesTruth(operator: OperatorName): boolean {
  return operators[operator].result === "bool";
}

/** Integers; results beyond the dtype's range still have to be wrapped. */
function addWhole(code: Code, application: Application): boolean {
  const { operator, operands, lanes } = application;
  const [a, b] = operands as [Local, Local];
  if (lanes === 1 && addWholeScalar(code, application)) return true;
  const shift = shiftInstructions[operator];
  if (!shift) return addPlain(code, wholeInstructions[operator], application);
  if (lanes > 1 && application.literal === undefined) return false;
  code.get(a);
  if (lanes === 1) code.get(b).add(`i32.${shift}` as Instruction);
  else code.i32(application.literal!).add(`i32x4.${shift}` as Instruction);
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
  if (isFused && isFloating(on) && lanes > 1) {
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
  if (givesTruth(operator) && lanes === 2 && on === "float64") addNarrowMask(code);
  return true;
}

/** Arithmetic of truth values: on the numbers 0 and 1, and whether the result is not 0. */
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
  if (givesTruth(operator)) return true;
  const result = body.local(registerType("int32", lanes));
  code.set(result);
  compareWithZero(code, result, "int32", lanes, "ne");
  return true;
}

/** Integers one at a time, if there is no instruction or it would trap. */
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
      // 0 for a divisor of 0; by -1 the minimum wraps around, where i32.div_s would trap.
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

/** Adds `a` where `condition` (a bool) is true, else `b`. */
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
