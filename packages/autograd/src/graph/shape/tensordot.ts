// The axes that a product of two tensors sums over.
import { describeList } from "../describe.ts";
import { ShapeError } from "../errors.ts";
import { distinctAxes } from "./axes.ts";
import { formatShape, type Shape } from "./sizes.ts";

/**
 * The number of axes, the last of the first tensor and the first of the second; or the axes of
 * each, in pairs.
 */
export type PairedAxes = number | readonly [a: number | Shape, b: number | Shape];

/** The paired axes of `a` and of `b`, counted from the front. */
export function tensordotAxes(
  a: Shape,
  b: Shape,
  axes: PairedAxes,
): readonly [ofA: Shape, ofB: Shape] {
  const given = `tensordot: ${formatShape(a)} and ${formatShape(b)}`;
  if (typeof axes === "number") {
    const most = Math.min(a.length, b.length);
    if (!Number.isInteger(axes) || axes < 0 || axes > most) {
      throw new ShapeError(`${given} have no ${axes} axes to sum over`);
    }
    const count = Array.from({ length: axes }, (_, i) => i);
    return checked(given, a, b, [count.map((i) => a.length - axes + i), count]);
  }
  if (!Array.isArray(axes) || axes.length !== 2) {
    const expected = "a count, or the axes of both, [ofA, ofB]";
    throw new ShapeError(`tensordot: axes are ${describeList(axes)}, expected ${expected}`);
  }
  const [listA, listB] = axes.map((list) => (typeof list === "number" ? [list] : list)) as [
    Shape,
    Shape,
  ];
  const [ofA, ofB] = [distinctAxes("tensordot", listA, a), distinctAxes("tensordot", listB, b)];
  if (ofA.length !== ofB.length) {
    throw new ShapeError(
      `tensordot: axes ${formatShape(listA)} and ${formatShape(listB)}, expected as many of both`,
    );
  }
  return checked(given, a, b, [ofA, ofB]);
}

function checked(
  given: string,
  a: Shape,
  b: Shape,
  [ofA, ofB]: readonly [Shape, Shape],
): readonly [Shape, Shape] {
  const misfit = ofA.findIndex((axis, i) => a[axis] !== b[ofB[i]!]);
  if (misfit >= 0) {
    throw new ShapeError(`${given} differ in the axes that are summed over`);
  }
  return [ofA, ofB];
}

/** The last axis of `a`, and the second-to-last (or only) one of `b`. */
export function dotAxes(a: Shape, b: Shape): readonly [ofA: number, ofB: number] {
  const [ofA, ofB] = [a.length - 1, Math.max(0, b.length - 2)];
  if (a[ofA] !== b[ofB]) {
    const given = `dot: ${formatShape(a)} x ${formatShape(b)}`;
    throw new ShapeError(`${given}: inner dimensions ${a[ofA]} and ${b[ofB]} differ`);
  }
  return [ofA, ofB];
}
