// Converts expressions of the scalar language to values of the kernel language.
import { type DType, isHalf } from "../../scalar/dtype.ts";
import { operandType, type Scalar, typesIn } from "../../scalar/expression.ts";
import { operators } from "../../scalar/operators.ts";
import { halfRounding } from "./half.ts";
import type { Value } from "./language.ts";

/** The value of an expression with the given operands. */
export function expressionValue(
  expression: Scalar,
  operands: readonly Value[],
  dtype: DType,
): Value {
  const typeOf = typesOf(expression, operands);
  const known = new Map<Scalar, Value>();
  const lower = (part: Scalar, expected: DType): Value => {
    if (part.kind === "literal") return { kind: "literal", dtype: expected, value: part.value };
    if (part.kind === "input") return operands[part.position]!;
    let value = known.get(part);
    if (!value) known.set(part, (value = lowerPart(part, expected)));
    return value;
  };
  const lowerPart = (part: Extract<Scalar, { kind: "cast" | "apply" }>, expected: DType): Value => {
    switch (part.kind) {
      case "cast": {
        const operand = lower(part.operand, typeOf(part.operand) ?? part.to);
        if (!isHalf(part.to)) return castTo(part.to, operand);
        // Only stores have 16 bits.
        return expressionValue(halfRounding[part.to], [castTo("float64", operand)], "float32");
      }
      case "apply": {
        const { operator, operands: parts } = part;
        const isTruth = operators[operator].result === "bool";
        const on = operandType(part, typeOf) ?? (isTruth ? "float64" : expected);
        const lowered = parts.map((x, i) =>
          lower(x, operator === "select" && i === 0 ? "bool" : on),
        );
        return { kind: "apply", dtype: isTruth ? "bool" : on, on, operator, operands: lowered };
      }
    }
  };
  return lower(expression, dtype);
}

function castTo(dtype: DType, operand: Value): Value {
  return operand.dtype === dtype ? operand : { kind: "cast", dtype, operand };
}

type TypeOf = (part: Scalar) => DType | null;
const types = new WeakMap<Scalar, Map<string, TypeOf>>();

/** The types in an expression, determined once per combination of operand types. */
function typesOf(expression: Scalar, operands: readonly Value[]): TypeOf {
  let known = types.get(expression);
  if (!known) types.set(expression, (known = new Map<string, TypeOf>()));
  let key = "";
  for (const { dtype } of operands) key += `${dtype} `;
  let typeOf = known.get(key);
  if (!typeOf) known.set(key, (typeOf = typesIn(operands.map(({ dtype }) => dtype))));
  return typeOf;
}
