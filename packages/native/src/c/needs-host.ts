// What C cannot compute with the bits of WebAssembly: operators that the host computes there.
import {
  allParts,
  allStatements,
  approximationOf,
  type DType,
  isFloating,
  type Kernel,
  type OperatorName,
  type KernelValue as Value,
  valuesOf,
} from "@nabla/autograd/backend";
import { operatorText } from "./operators.ts";

type Application = Extract<Value, { kind: "apply" }>;

const known = new WeakMap<Kernel, string | null>();

/** Which operator of a kernel the host would have to compute; undefined if none. */
export function hostOperatorOf(kernel: Kernel): string | undefined {
  let operator = known.get(kernel);
  if (operator === undefined) known.set(kernel, (operator = found(kernel) ?? null));
  return operator ?? undefined;
}

function found(kernel: Kernel): string | undefined {
  for (const statement of allStatements(kernel.body)) {
    const values: Parameters<typeof allParts>[0][] = [...valuesOf(statement)];
    if ("index" in statement) values.push(...statement.index.terms.map(({ factor }) => factor));
    for (const value of values) {
      for (const part of allParts(value)) {
        if (part.kind === "apply" && isByHost(part)) return `${part.operator} of ${part.on}`;
      }
    }
  }
  return undefined;
}

function isByHost({ operator, on, operands }: Application): boolean {
  if (operator === "select") return false;
  const approximation = isFloating(on) ? approximationOf(operator, on) : undefined;
  if (approximation) return approximation.limit !== undefined;
  return isWithoutText(operator, on, operands.length);
}

function isWithoutText(operator: OperatorName, on: DType, arity: number): boolean {
  const operands = Array.from({ length: arity }, () => "x");
  return operatorText({ operator, on, operands, lanes: 1 }) === undefined;
}
