// What is said of indices that are data, and not on their axis.
import { NablaError } from "./errors.ts";
import type { NodeOf } from "./node.ts";
import { formatShape, type Shape } from "./shape.ts";

/** What indices stand for. */
export interface Check {
  readonly operation: string;
  /** What one is called that does not count from the end; below 0 the size is taken off. */
  readonly fromZero: "label" | "index" | undefined;
  readonly axis: number;
  readonly shape: Shape;
  /** How much further from 0 indices are than those that were given. */
  readonly beyond: number;
}

/** Of a node that indexes data of `shape`. */
export function checkOf(node: NodeOf<"gather" | "scatter">, shape: Shape): Check {
  const { operation, attributes } = node;
  const { axis, exampleAxis, exampleShape, beyond = 0 } = attributes;
  return {
    operation: operation.name,
    fromZero: operation.fromZero,
    axis: exampleAxis ?? axis,
    shape: exampleShape ?? shape,
    beyond,
  };
}

/** What is thrown for an index from the data that is not on its axis. */
export function outOfRange(check: Check, found: number): NablaError {
  const { operation, fromZero, axis, shape, beyond } = check;
  const size = shape[axis]!;
  const index = found < 0 ? found + beyond : found - beyond;
  const given = fromZero && index < 0 ? index + size : index;
  if (fromZero === "label") {
    return new NablaError(`${operation}: label ${given} is out of range for ${size} classes`);
  }
  if (fromZero === "index") {
    return new NablaError(
      `${operation}: index ${given} is out of range, expected 0 to ${size - 1}`,
    );
  }
  return new NablaError(
    `${operation}: index ${index} is out of range for axis ${axis} of ${formatShape(shape)}`,
  );
}
