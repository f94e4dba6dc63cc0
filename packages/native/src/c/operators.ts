// Operators and casts as C expressions, on names of operands. Undefined: there is none, and the host
// would compute it.
import {
  type DType,
  exactText,
  isFloating,
  isHalf,
  type OperatorName,
} from "@nabla/autograd/backend";

/** The C type of an element in a register. */
export function elementType(dtype: DType): "f32" | "f64" | "i32" {
  return dtype === "float32" ? "f32" : dtype === "float64" ? "f64" : "i32";
}

/** The C type of an element in memory. */
export function storedType(dtype: DType): "f32" | "f64" | "i32" | "u8" | "u16" {
  if (isHalf(dtype)) return "u16";
  return dtype === "uint8" || dtype === "bool" ? "u8" : elementType(dtype);
}

/** What is stored of elements in registers: floats of 16 bits are float32 there. */
export function storedText(value: string, dtype: DType, lanes: number): string {
  return isHalf(dtype) ? `bits_${dtype}_${lanes}(${value})` : value;
}

/** The C type of `lanes` elements in registers. */
export function registerType(dtype: DType, lanes: number): string {
  return lanes === 1 ? elementType(dtype) : `${elementType(dtype)}x${lanes}`;
}

/** A constant, in all lanes. */
export function literalText(value: number, dtype: DType, lanes: number): string {
  const isMask = dtype === "bool" && lanes > 1;
  const one = numberText(isMask && value !== 0 ? -1 : value, dtype);
  return lanes === 1 ? one : `splat_${elementType(dtype)}_${lanes}(${one})`;
}

function numberText(value: number, dtype: DType): string {
  if (!isFloating(dtype)) return value === -(2 ** 31) ? "(-2147483647 - 1)" : `(${value})`;
  const end = dtype === "float32" ? "f" : "";
  if (Number.isNaN(value)) return `__builtin_nan${end}("")`;
  const rounded = dtype === "float32" ? Math.fround(value) : value;
  if (!Number.isFinite(rounded)) return `(${rounded < 0 ? "-" : ""}__builtin_inf${end}())`;
  const text = exactText(rounded);
  return `(${/[.e]/.test(text) ? text : `${text}.0`}${end})`;
}

const signs: Readonly<Partial<Record<OperatorName, string>>> = {
  add: "+",
  sub: "-",
  mul: "*",
  and: "&",
  or: "|",
  xor: "^",
};
const comparisons: Readonly<Partial<Record<OperatorName, string>>> = {
  equal: "==",
  less: "<",
  lessEqual: "<=",
};
/** Functions of the prelude. */
const ofFloats: ReadonlySet<OperatorName> = new Set<OperatorName>([
  "max",
  "min",
  "abs",
  "sqrt",
  "floor",
  "ceil",
  "round",
  "trunc",
  "remainder",
  "lgamma",
  "polygamma",
  "powerOf2",
  "exponent",
  "significand",
]);
const ofIntegers: Readonly<Partial<Record<OperatorName, string>>> = {
  max: "max",
  min: "min",
  abs: "abs",
  div: "div",
  remainder: "remainder",
  pow: "pow",
  shiftLeft: "shl",
  shiftRight: "shr",
  shiftRightUnsigned: "shru",
};
/** These do not change integers. */
const roundings: ReadonlySet<OperatorName> = new Set(["floor", "ceil", "round", "trunc"]);

export interface Application {
  readonly operator: OperatorName;
  readonly on: DType;
  readonly operands: readonly string[];
  readonly lanes: number;
  /** The second operand if it is a constant. */
  readonly literal?: number | undefined;
}

/** The operator applied to its operands. */
export function operatorText(application: Application): string | undefined {
  const { operator, on, operands, lanes } = application;
  const [a] = operands as [string];
  if (operator === "not") {
    if (on === "bool" && lanes > 1) return `~${a}`;
    return comparedText("equal", on, [a, literalText(0, on, lanes)], lanes);
  }
  if (operator === "mulAdd") return multiplyAddText(application);
  if (operator in comparisons) return comparedText(operator, on, operands, lanes);
  if (isFloating(on)) return floatText(application);
  if (on === "bool") return truthText(application);
  const text = wholeText(application);
  return text !== undefined && on === "uint8" ? `(${text}) & 255` : text;
}

function multiplyAddText(application: Application): string | undefined {
  const { on, operands, lanes } = application;
  if (isFloating(on)) return call("madd", on, operands, lanes);
  const [a, b, c] = operands as [string, string, string];
  const product = operatorText({ ...application, operator: "mul", operands: [a, b] });
  return operatorText({ ...application, operator: "add", operands: [`(${product})`, c] });
}

function call(name: string, on: DType, operands: readonly string[], lanes: number): string {
  return `${name}_${elementType(on)}_${lanes}(${operands.join(", ")})`;
}

function comparedText(
  operator: OperatorName,
  on: DType,
  operands: readonly string[],
  lanes: number,
): string {
  const [a, b] = operands as [string, string];
  if (lanes > 1 && isFloating(on)) return call(operator, on, operands, lanes);
  const sign = comparisons[operator]!;
  // Masks are negative.
  return on === "bool" && lanes > 1 ? `(-${a}) ${sign} (-${b})` : `${a} ${sign} ${b}`;
}

function floatText({ operator, on, operands, lanes, literal }: Application): string | undefined {
  const [a, b] = operands as [string, string];
  if (operator === "neg") return `-${a}`;
  if (operator === "div") return `${a} / ${b}`;
  const sign = signs[operator];
  if (sign !== undefined && /[+*-]/.test(sign)) return `${a} ${sign} ${b}`;
  if (!ofFloats.has(operator)) return undefined;
  // A bound that is not NaN takes one comparison; one of -0 would need its sign compared.
  const isBound = literal !== undefined && !Number.isNaN(literal) && !Object.is(literal, -0);
  if (lanes > 1 && isBound && operator === "max") return call("atLeast", on, operands, lanes);
  if (lanes > 1 && isBound && operator === "min" && literal !== 0) {
    return call("atMost", on, operands, lanes);
  }
  return call(operator, on, operands, lanes);
}

function wholeText({ operator, on, operands, lanes }: Application): string | undefined {
  const [a, b] = operands as [string, string];
  if (operator === "neg") return `-${a}`;
  if (roundings.has(operator)) return a;
  const sign = signs[operator];
  if (sign !== undefined) return `${a} ${sign} ${b}`;
  const name = ofIntegers[operator];
  return name === undefined ? undefined : call(name, on, operands, lanes);
}

/** Arithmetic of truth values: on the numbers 0 and 1, and whether the result is not 0. */
function truthText(application: Application): string | undefined {
  const { operator, operands, lanes } = application;
  const [a, b] = operands as [string, string];
  if (operator === "and" || operator === "or" || operator === "xor") {
    return `${a} ${signs[operator]} ${b}`;
  }
  const numbers = lanes === 1 ? operands : operands.map((operand) => `(-${operand})`);
  const text = wholeText({ ...application, on: "int32", operands: numbers });
  return text === undefined ? undefined : `(${text}) != 0`;
}

/** `value`, of dtype `from`, as `to`. */
export function castText(value: string, from: DType, to: DType, lanes: number): string {
  if (from === to) return value;
  const type = elementType(from);
  if (to === "bool") {
    if (lanes === 1) return `${value} != 0`;
    const zero = literalText(0, from, lanes);
    return isFloating(from) ? `~equal_${type}_${lanes}(${value}, ${zero})` : `${value} != ${zero}`;
  }
  const number = from === "bool" && lanes > 1 ? `(-${value})` : value;
  if (from === "float32" && to === "float64" && lanes > 1) return `widened_${lanes}(${number})`;
  if (isFloating(to)) return converted(number, to, lanes);
  const whole = isFloating(from) ? `whole_${type}_${lanes}(${number})` : number;
  return to === "uint8" ? `${whole} & 255` : whole;
}

function converted(value: string, to: DType, lanes: number): string {
  const type = registerType(to, lanes);
  return lanes === 1 ? `(${type})${value}` : `__builtin_convertvector(${value}, ${type})`;
}

/** `condition` (a bool) ? a : b, in each lane. */
export function selectText(
  [condition, a, b]: readonly [string, string, string],
  dtype: DType,
  lanes: number,
): string {
  if (lanes === 1) return `${condition} ? ${a} : ${b}`;
  return `select_${elementType(dtype)}_${lanes}(${condition}, ${a}, ${b})`;
}
