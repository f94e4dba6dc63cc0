// Shapes of two tensors that broadcast along all axes but one.
import { describe } from "../describe.ts";
import { ShapeError } from "../errors.ts";
import { normalizeAxis, replacedAt } from "./axes.ts";
import { broadcastMisfit, broadcastShapes } from "./broadcast.ts";
import { formatShape, type Shape } from "./sizes.ts";

/**
 * The shapes that `x` and `indices` broadcast to, each with its own size at the normalized `axis`.
 */
export function alongShapes(
  operation: string,
  x: Shape,
  indices: Shape,
  axis: number,
): { readonly data: Shape; readonly picked: Shape } {
  const given = `${formatShape(x)} and indices ${formatShape(indices)}`;
  if (x.length !== indices.length) {
    throw new ShapeError(`${operation}: ${given}, expected as many axes in both`);
  }
  const [restX, restIndices] = [replacedAt(x, axis, 1), replacedAt(indices, axis, 1)];
  if (broadcastMisfit(restX, restIndices)) {
    throw new ShapeError(`${operation}: ${given} do not broadcast outside axis ${axis}`);
  }
  const rest = broadcastShapes(operation, restX, restIndices);
  return {
    data: replacedAt(rest, axis, x[axis]!),
    picked: replacedAt(rest, axis, indices[axis]!),
  };
}

/** Throws `ShapeError` unless `k` elements can be taken along `axis`. */
export function checkCountAlong(operation: string, k: number, axis: number, shape: Shape): void {
  const size = shape[normalizeAxis(operation, axis, shape)]!;
  if (!Number.isSafeInteger(k) || k < 0 || k > size) {
    const given = `axis ${axis} of ${formatShape(shape)} has size ${size}`;
    throw new ShapeError(`${operation}: ${given}, ${describe(k)} elements cannot be taken`);
  }
}
