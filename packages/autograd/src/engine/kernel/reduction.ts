// The order in which reductions combine elements. Every back end keeps it, so that results agree to
// the last bit; it depends on the shape alone, so that it is the same however the work is divided.
import { elementCount, type Shape } from "../../graph/shape.ts";

/** Running totals where there is more than one. */
export const manyTotals = 16;

/**
 * Where the last axis is reduced, elements are dealt in turn, in row-major order, to so many
 * running totals (as vector units do), else to one. The totals are then combined in halves: i with
 * i + 8, then i + 4, i + 2, i + 1.
 */
export function lanesOf(shape: Shape, axes: Shape): 1 | typeof manyTotals {
  return axes.includes(shape.length - 1) ? manyTotals : 1;
}

/** A reduction of more elements than this is one of chunks that have at most half as many. */
const mostAtOnce = 2 ** 15;

/** Stretches of the first axis that is reduced, and longer than 1. */
export interface Chunks {
  readonly axis: number;
  /** Of each chunk but the last, which may be shorter. */
  readonly size: number;
  readonly count: number;
}

/**
 * The chunks that are reduced each by itself, and then with each other, in the same way; undefined
 * if all is reduced at once.
 */
export function chunksOf(shape: Shape, axes: Shape): Chunks | undefined {
  const axis = axes.find((one) => shape[one]! > 1);
  if (axis === undefined) return undefined;
  const elements = elementCount(axes.map((one) => shape[one]!));
  if (elements <= mostAtOnce) return undefined;
  const size = Math.max(1, Math.floor((mostAtOnce / 2) * (shape[axis]! / elements)));
  return { axis, size, count: Math.ceil(shape[axis]! / size) };
}
