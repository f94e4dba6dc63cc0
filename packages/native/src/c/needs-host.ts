// What C cannot compute with the bits of WebAssembly: operators that the host computes there, for all
// numbers or for large ones.
import {
  type Approximation,
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
import { mostOrder } from "./gamma-function.ts";
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
  for (const application of applicationsIn(kernel)) {
    if (isByHost(application)) return `${application.operator} of ${application.on}`;
  }
  return undefined;
}

function* applicationsIn(kernel: Kernel): Iterable<Application> {
  for (const statement of allStatements(kernel.body)) {
    const values: Parameters<typeof allParts>[0][] = [...valuesOf(statement)];
    if ("index" in statement) values.push(...statement.index.terms.map(({ factor }) => factor));
    for (const value of values) {
      for (const part of allParts(value)) if (part.kind === "apply") yield part;
    }
  }
}

function isByHost({ operator, on, operands }: Application): boolean {
  if (operator === "select") return false;
  if (approximationIn(operator, on)) return false;
  if (operator === "polygamma" && !isOrderInC(operands[0]!)) return true;
  return isWithoutText(operator, on, operands.length);
}

function isOrderInC(order: Value): boolean {
  if (order.kind !== "literal" || !Number.isInteger(order.value)) return false;
  return order.value >= 0 && order.value <= mostOrder;
}

/** Whether a kernel has one of the gamma functions. */
export function hasGammaFunctions(kernel: Kernel): boolean {
  for (const { operator } of applicationsIn(kernel)) {
    if (operator === "lgamma" || operator === "polygamma") return true;
  }
  return false;
}

function approximationIn(operator: OperatorName, on: DType): Approximation | undefined {
  return isFloating(on) ? approximationOf(operator, on) : undefined;
}

/** The operators of a kernel whose approximations do not hold of all numbers. */
export function limitedOperatorsOf(kernel: Kernel): readonly string[] {
  const operators = new Set<string>();
  for (const { operator, on } of applicationsIn(kernel)) {
    const limit = approximationIn(operator, on)?.limit;
    if (limit !== undefined) operators.add(`${operator} beyond ${Math.floor(limit)}`);
  }
  return [...operators];
}

function isWithoutText(operator: OperatorName, on: DType, arity: number): boolean {
  const operands = Array.from({ length: arity }, () => "x");
  return operatorText({ operator, on, operands, lanes: 1 }) === undefined;
}
