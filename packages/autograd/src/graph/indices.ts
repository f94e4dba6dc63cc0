// Errors for out-of-range gather and scatter indices.
import { NablaError } from "./errors.ts";
import type { NodeOf } from "./node.ts";
import { formatShape, type Shape } from "./shape.ts";

/** What the indices of a node point into, for errors. */
export interface Check {
  readonly operation: string;
  /** What errors call an index that does not count from the end; below 0 the size is taken off. */
  readonly fromZero: "label" | "index" | undefined;
  /** The whole error message, for an index that encodes a failed condition. */
  readonly message: string | undefined;
  readonly axis: number;
  readonly shape: Shape;
  /** How much further from 0 the indices are than the user's. */
  readonly beyond: number;
}

/** The check for a node that indexes data of `shape`. */
export function checkOf(node: NodeOf<"gather" | "scatter">, shape: Shape): Check {
  const { operation, attributes } = node;
  const { axis, exampleAxis, exampleShape, beyond = 0 } = attributes;
  return {
    operation: operation.name,
    fromZero: operation.fromZero,
    message: operation.message,
    axis: exampleAxis ?? axis,
    shape: exampleShape ?? shape,
    beyond,
  };
}

/** The error for an index that is out of range. */
export function outOfRange(check: Check, found: number): NablaError {
  const { operation, fromZero, message, axis, shape, beyond } = check;
  if (message !== undefined) return new NablaError(message);
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
