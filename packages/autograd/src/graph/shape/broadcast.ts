// Broadcasting, by NumPy's rules.
import { ShapeError } from "../errors.ts";
import { checkShape, formatShape, type Shape } from "./sizes.ts";

/**
 * The common shape of all operands: aligned at the last axis, where size 1 stretches. If two do not
 * fit, the error names them and the rightmost pair of sizes that differ.
 */
export function broadcastShapes(operation: string, ...shapes: readonly Shape[]): Shape {
  // Operands that fit pairwise fit together, so errors show only shapes that a user wrote.
  let rank = 0;
  for (let i = 0; i < shapes.length; i++) {
    for (let j = 0; j < i; j++) checkBroadcast(operation, shapes[j]!, shapes[i]!);
    rank = Math.max(rank, shapes[i]!.length);
  }
  const sizes = new Array<number>(rank).fill(1);
  for (const shape of shapes) {
    const added = rank - shape.length;
    for (let axis = 0; axis < shape.length; axis++) {
      if (shape[axis] !== 1) sizes[added + axis] = shape[axis]!;
    }
  }
  return Object.freeze(sizes);
}

/** Whether `from` broadcasts to `to`, without changing that. */
export function stretchesTo(from: Shape, to: Shape): boolean {
  const added = to.length - from.length;
  if (added < 0) return false;
  for (let axis = 0; axis < from.length; axis++) {
    const size = from[axis];
    if (size !== 1 && size !== to[added + axis]) return false;
  }
  return true;
}

function checkBroadcast(operation: string, a: Shape, b: Shape): void {
  const misfit = broadcastMisfit(a, b);
  if (misfit) {
    const given = `${formatShape(a)} and ${formatShape(b)} do not broadcast`;
    throw new ShapeError(`${operation}: ${given}: ${misfit[0]} and ${misfit[1]} differ`);
  }
}

/** The rightmost two sizes that do not broadcast, if any. */
export function broadcastMisfit(a: Shape, b: Shape): readonly [number, number] | undefined {
  for (let fromEnd = 1; fromEnd <= Math.min(a.length, b.length); fromEnd++) {
    const [m, n] = [a[a.length - fromEnd]!, b[b.length - fromEnd]!];
    if (m !== n && m !== 1 && n !== 1) return [m, n];
  }
  return undefined;
}

/** `to`, checked: stretching `from` to it may add axes in front and widen those of size 1. */
export function broadcastToShape(from: Shape, to: Shape): Shape {
  const result = checkShape("broadcastTo", to);
  if (!stretchesTo(from, to)) {
    const given = `${formatShape(from)} cannot be broadcast to ${formatShape(to)}`;
    throw new ShapeError(`broadcastTo: ${given}`);
  }
  return result;
}
