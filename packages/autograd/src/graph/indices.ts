// What is said of indices that are data, and not on their axis.
import { NablaError } from "./errors.ts";
import type { NodeOf } from "./node.ts";
import { formatShape, type Shape } from "./shape.ts";

/** What indices stand for. */
export interface Check {
  readonly operation: string;
  /** Indices are labels, and those below 0 come with the size taken off. */
  readonly isOfLabels: boolean;
  readonly axis: number;
  readonly shape: Shape;
}

/** Of a node that indexes data of `shape`. */
export function checkOf(node: NodeOf<"gather" | "scatter">, shape: Shape): Check {
  const { operation, attributes } = node;
  const isOfLabels = operation.family === "gather" && operation.labels === true;
  return { operation: operation.name, isOfLabels, axis: attributes.axis, shape };
}

/** What is thrown for an index from the data that is not on its axis. */
export function outOfRange(check: Check, index: number): NablaError {
  const { operation, isOfLabels, axis, shape } = check;
  const size = shape[axis]!;
  if (isOfLabels) {
    const label = index < 0 ? index + size : index;
    return new NablaError(`${operation}: label ${label} is out of range for ${size} classes`);
  }
  return new NablaError(
    `${operation}: index ${index} is out of range for axis ${axis} of ${formatShape(shape)}`,
  );
}
