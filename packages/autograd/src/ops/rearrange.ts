// Compositions of movements: roll, tile, repeat, and padding by existing elements.

import { describe } from "../graph/describe.ts";
import { NablaError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import {
  type Axes,
  checkPadMode,
  checkShape,
  normalizeAxes,
  normalizeAxis,
  type Padding,
  type PadMode,
  paddedShape,
  type Shape,
} from "../graph/shape.ts";
import { broadcastTo, concat, expandDims, flip, reshape, slice } from "./movement.ts";

/** Rolls the elements by `shift` along an axis; those that leave at the end return in front. */
export function roll(x: Node, shift: number | readonly number[], axis?: Axes): Node {
  if (axis === undefined && typeof shift === "number") {
    return reshape(roll(reshape(x, [-1]), shift, 0), x.shape);
  }
  normalizeAxes("roll", axis, x.shape);
  const axes = typeof axis === "number" ? [axis] : axis === undefined ? [] : axis;
  const shifts = typeof shift === "number" ? axes.map(() => shift) : shift;
  const isList: boolean = Array.isArray(shifts);
  if (!isList) {
    throw new NablaError(`roll: shift is ${describe(shift)}, expected an integer, or one an axis`);
  }
  if (shifts.length !== axes.length) {
    throw new NablaError(`roll: ${shifts.length} shifts for ${axes.length} axes, expected as many`);
  }
  return axes.reduce((rolled, along, i) => rolledAlong(rolled, shifts[i]!, along), x);
}

function rolledAlong(x: Node, shift: number, axis: number): Node {
  if (!Number.isSafeInteger(shift)) {
    throw new NablaError(`roll: shift is ${describe(shift)}, expected an integer`);
  }
  const index = normalizeAxis("roll", axis, x.shape);
  const size = x.shape[index]!;
  if (size === 0 || shift % size === 0) return x;
  const cut = size - (((shift % size) + size) % size);
  return concat([slice(x, index, cut), slice(x, index, 0, cut)], index);
}

/** Repeats all of `x`, `times` along each axis; the shorter list is extended by 1 in front. */
export function tile(x: Node, times: Shape): Node {
  checkShape("tile", times);
  const rank = Math.max(x.shape.length, times.length);
  const fill = (list: Shape): Shape => [
    ...Array.from({ length: rank - list.length }, () => 1),
    ...list,
  ];
  const [sizes, counts] = [fill(x.shape), fill(times)];
  const apart = reshape(
    x,
    sizes.flatMap((size) => [1, size]),
  );
  const repeated = broadcastTo(
    apart,
    sizes.flatMap((size, axis) => [counts[axis]!, size]),
  );
  return reshape(
    repeated,
    sizes.map((size, axis) => counts[axis]! * size),
  );
}

/** Repeats each element `times` along `axis`; over the flattened tensor if it is left out. */
export function repeat(x: Node, times: number, axis?: number): Node {
  checkShape("repeat", [times]);
  if (axis === undefined) return repeat(reshape(x, [-1]), times, 0);
  const index = normalizeAxis("repeat", axis, x.shape);
  const { shape } = x;
  const repeated = broadcastTo(expandDims(x, index + 1), [
    ...shape.slice(0, index + 1),
    times,
    ...shape.slice(index + 1),
  ]);
  return reshape(repeated, shape.with(index, shape[index]! * times));
}

/** Pads `x` with its own elements, by a pair `[before, after]` per axis. */
export function padWithin(x: Node, padding: readonly Padding[], mode: PadMode): Node {
  paddedShape(x.shape, padding);
  checkPadMode(x.shape, padding, mode);
  return padding.reduce((padded, [before, after], axis) => {
    const size = x.shape[axis]!;
    const part = (from: number, to: number) => slice(padded, axis, from, to);
    const parts = (): readonly [Node, Node] => {
      switch (mode) {
        case "edge": {
          const stretched = (one: Node, count: number) =>
            broadcastTo(one, padded.shape.with(axis, count));
          return [stretched(part(0, 1), before), stretched(part(size - 1, size), after)];
        }
        case "reflect":
          return [flip(part(1, before + 1), axis), flip(part(size - 1 - after, size - 1), axis)];
        case "symmetric":
          return [flip(part(0, before), axis), flip(part(size - after, size), axis)];
        case "wrap":
          return [part(size - before, size), part(0, after)];
      }
    };
    if (before === 0 && after === 0) return padded;
    const [front, back] = parts();
    return concat([front, padded, back], axis);
  }, x);
}
