// Checks of options and inputs, shared by functions and layers.
import {
  checkSameShape,
  formatShape,
  NablaError,
  Parameter,
  type Shape,
  ShapeError,
  type Tensor,
} from "@nabla/autograd";
import { checkKind, checkTensor, describe, integerFrom } from "@nabla/autograd/checks";

/** Whether it is a positive integer. */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/** Throws `NablaError` unless `value` is a positive integer, `most` at most. */
export function checkCount(
  operation: string,
  name: string,
  value: unknown,
  most: number = Number.MAX_SAFE_INTEGER,
): asserts value is number {
  checkKind(operation, name, value, integerFrom(1, most));
}

/** Throws `NablaError` unless it is a list of parameters. */
export function checkParameters(
  operation: string,
  list: readonly unknown[],
): asserts list is readonly Parameter[] {
  if (!Array.isArray(list)) {
    throw new NablaError(
      `${operation}: expects a list of parameters, such as network.parameters()`,
    );
  }
  const wrong = Array.from(list).findIndex((one) => !(one instanceof Parameter));
  if (wrong === -1) return;
  throw new NablaError(
    `${operation}: got ${describe(list[wrong])} at ${wrong}, expected a parameter, ` +
      "as parameter(x) and model.parameters() give them",
  );
}

/** Throws `NablaError` unless it has parameters, as models do; with `forward`: a layer. */
export function checkModel(operation: string, model: unknown, method?: "forward"): void {
  const given = model as Partial<Record<"parameters" | "forward", unknown>> | null;
  const isObject = typeof model === "object" && given !== null;
  const has = (name: "parameters" | "forward") => isObject && typeof given[name] === "function";
  if (has("parameters") && (method === undefined || has(method))) return;
  const expected = method === undefined ? "a model" : "a layer";
  throw new NablaError(
    `${operation}: the model is ${describe(model)}, expected ${expected}, such as dense(784, 10)`,
  );
}

/** Throws `NablaError` unless it is an optimiser: takes steps and lists its parameters. */
export function checkOptimizer(operation: string, optimizer: unknown): void {
  const { step, parameters } = (optimizer ?? {}) as { step?: unknown; parameters?: unknown[] };
  if (typeof step !== "function") {
    throw new NablaError(
      `${operation}: optimizer is ${describe(optimizer)}, expected one: sgd(model.parameters(), …)`,
    );
  }
  checkParameters(`${operation}: optimizer.parameters`, parameters as []);
}

/**
 * Throws `ShapeError` unless `axis` (negative: from the end) has `size` elements; `named` says what they
 * are.
 */
export function checkAxis(
  operation: string,
  shape: Shape,
  axis: number,
  size: number,
  named: string,
): void {
  if (shape.at(axis) === size && (axis < 0 || axis < shape.length)) return;
  throw new ShapeError(`${operation}: expects ${size} ${named}, got ${formatShape(shape)}`);
}

/**
 * Throws `ShapeError` unless the axes are those `expected`: a number is a size, a name any size.
 */
export function checkLayout(
  operation: string,
  shape: Shape,
  expected: readonly (string | number)[],
): void {
  const fits = expected.every((size, axis) => typeof size === "string" || size === shape[axis]);
  if (fits && shape.length === expected.length) return;
  throw new ShapeError(`${operation}: expects [${expected.join(", ")}], got ${formatShape(shape)}`);
}

/**
 * The targets, whose type the caller has checked. Throws `ShapeError` unless outputs have their
 * shape.
 */
export function targetsLike(operation: string, outputs: Tensor, targets: unknown): Tensor {
  checkTensor(operation, outputs);
  checkTensor(operation, targets);
  checkSameShape(operation, outputs.shape, targets.shape);
  return targets;
}
