// NumPy's operations that are compositions of others.
import { ShapeError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { broadcastShapes, formatShape, normalizeAxis } from "../graph/shape.ts";
import { isFloating } from "../scalar/dtype.ts";
import { abs, add, mul, sub } from "./arithmetic.ts";
import { equal, isFinite, isNaN, lessEqual, logicalAnd, logicalOr, where } from "./comparison.ts";
import { broadcastTo, reshape, slice } from "./movement.ts";
import { cast } from "./operands.ts";
import { roll } from "./rearrange.ts";
import { all } from "./reduce.ts";

/** Each element's distance from the one before it along `axis`, `times` over. */
export function diff(x: Node, axis: number, times: number): Node {
  const along = normalizeAxis("diff", axis, x.shape);
  let result = x;
  for (let i = 0; i < times; i++) {
    const size = result.shape[along]!;
    if (size === 0) break;
    result = sub(slice(result, along, 1), slice(result, along, 0, size - 1));
  }
  return result;
}

/** Each element of `a` times all of `b`, in blocks; the shape with fewer axes gets some in front. */
export function kron(a: Node, b: Node): Node {
  const rank = Math.max(a.shape.length, b.shape.length);
  const filled = ({ shape }: Node) => [
    ...Array.from({ length: rank - shape.length }, () => 1),
    ...shape,
  ];
  const [outer, inner] = [filled(a), filled(b)];
  const blocks = reshape(
    a,
    outer.flatMap((size) => [size, 1]),
  );
  const elements = reshape(
    b,
    inner.flatMap((size) => [1, size]),
  );
  return reshape(
    mul(blocks, elements),
    outer.map((size, i) => size * inner[i]!),
  );
}

/** The vectors at right angles to those of `a` and `b`, which lie along `axis`. */
export function cross(a: Node, b: Node, axis: number): Node {
  const [i, j] = [a, b].map(({ shape }) => {
    const along = normalizeAxis("cross", axis, shape);
    if (shape[along] === 3) return along;
    const message = `axis ${axis} of ${formatShape(shape)} has ${shape[along]} elements`;
    throw new ShapeError(`cross: ${message}, expected 3`);
  }) as [number, number];
  if (i - a.shape.length !== j - b.shape.length) {
    const shapes = `${formatShape(a.shape)} and ${formatShape(b.shape)}`;
    throw new ShapeError(
      `cross: axis ${axis} of ${shapes} is not one axis where they broadcast; expected one from the end`,
    );
  }
  broadcastShapes("cross", a.shape, b.shape);
  const turned = (x: Node, along: number, places: number) => roll(x, -places, along);
  return sub(mul(turned(a, i, 1), turned(b, j, 2)), mul(turned(a, i, 2), turned(b, j, 1)));
}

/** The coordinates of all points of a grid: of each list one array, repeated along all others. */
export function meshgrid(lists: readonly Node[], isByRows: boolean): readonly Node[] {
  const sizes = lists.map(({ shape }) => shape[0]!);
  const order = lists.map((_, i) => i);
  // NumPy's "xy": the first list runs along the second axis.
  if (isByRows && lists.length > 1) order.splice(0, 2, 1, 0);
  const shape = order.map((i) => sizes[i]!);
  return lists.map((list, i) => {
    const along = shape.map((_, axis) => (order[axis] === i ? sizes[i]! : 1));
    return broadcastTo(reshape(list, along), shape);
  });
}

export interface Replacements {
  readonly nan: number;
  /** Left out: the dtype's largest number, and its smallest. */
  readonly positiveInfinity: number | undefined;
  readonly negativeInfinity: number | undefined;
}

const largestFloat32 = (2 - 2 ** -23) * 2 ** 127;

/** Numbers in place of NaN and infinities. */
export function nanToNum(x: Node, replacements: Replacements): Node {
  if (!isFloating(x.dtype)) return x;
  const { nan } = replacements;
  const largest = x.dtype === "float32" ? largestFloat32 : Number.MAX_VALUE;
  const { positiveInfinity = largest, negativeInfinity = -largest } = replacements;
  const withoutHigh = where(equal(x, Infinity), positiveInfinity, x);
  const withoutLow = where(equal(x, -Infinity), negativeInfinity, withoutHigh);
  return where(isNaN(x), nan, withoutLow);
}

export interface Tolerances {
  readonly relative: number;
  readonly absolute: number;
  readonly isNaNEqual: boolean;
}

/**
 * |a - b| <= absolute + relative |b|; infinities are close to themselves alone. Errors start with
 * `name`.
 */
export function isClose(
  name: string,
  a: Node,
  b: Node,
  { relative, absolute, isNaNEqual }: Tolerances,
): Node {
  broadcastShapes(name, a.shape, b.shape);
  const [x, y] = [exact(a), exact(b)] as const;
  const isWithin = lessEqual(abs(sub(x, y)), add(absolute, mul(relative, abs(y))));
  const close = logicalOr(equal(a, b), logicalAnd(isFinite(y), isWithin));
  return isNaNEqual ? logicalOr(close, logicalAnd(isNaN(a), isNaN(b))) : close;
}

/** Integers that float32 cannot tell apart still have distances. */
function exact(x: Node): Node {
  return isFloating(x.dtype) ? x : cast(x, "float64");
}

/** Whether all elements are close. */
export function allClose(a: Node, b: Node, tolerances: Tolerances): Node {
  return all(isClose("allClose", a, b, tolerances));
}
