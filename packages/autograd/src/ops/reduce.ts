// Reductions: combine the elements along axes.

import type { Node } from "../graph/node.ts";
import {
  type Axes,
  checkReducible,
  elementCount,
  normalizeAxes,
  normalizeAxis,
  reducedShape,
} from "../graph/shape.ts";
import { isFloating, totalDType } from "../scalar/dtype.ts";
import * as scalar from "../scalar/expression.ts";
import { add, div, mul } from "./arithmetic.ts";
import { equal, greater, isNaN, less, logicalNot, logicalOr, where } from "./comparison.ts";
import { full, iota } from "./creation.ts";
import { type Reduction, reduction } from "./families.ts";
import { broadcastTo, pad, permute, reshape, slice } from "./movement.ts";
import { cast } from "./operands.ts";

/** The sum; 0 if empty. Integers are summed in float64, truth values counted in int32. */
export const sum: Reduction = reduction("sum", {
  start: 0,
  dtypeOf: totalDType,
  combine: scalar.add,
  gradient: (g, x) => broadcastTo(g, x.shape),
});

/** The largest element; NaN if one is. Equal ones share the gradient. */
export const max: Reduction = reduction("max", {
  start: Number.NEGATIVE_INFINITY,
  combine: scalar.max,
  gradient: (g, x, y) => shareAmongEqual(g, x, y, less(x, y)),
  check: checkReducible,
});

/** The smallest element; NaN if one is. Equal ones share the gradient. */
export const min: Reduction = reduction("min", {
  start: Number.POSITIVE_INFINITY,
  combine: scalar.min,
  gradient: (g, x, y) => shareAmongEqual(g, x, y, less(y, x)),
  check: checkReducible,
});

/**
 * Divides `g` among the elements of `x` that equal the result `y`; the others are `beyond` it. All
 * NaN if `y` is.
 */
function shareAmongEqual(g: Node, x: Node, y: Node, beyond: Node): Node {
  const axes = y.shape.flatMap((size, axis) => (size === x.shape[axis] ? [] : [axis]));
  const count = sum(cast(equal(x, y), g.dtype), axes, true);
  return where(beyond, 0, div(g, where(equal(count, 0), Number.NaN, count)));
}

/**
 * The product; 1 if empty. Integers are multiplied as float64, truth values as int32. Halves are
 * multiplied until one element is left, so that derivatives of any order divide by nothing, and
 * hold where factors are 0.
 */
export function prod(x: Node, axis?: Axes, keepDims = false): Node {
  const axes = normalizeAxes("prod", axis, x.shape);
  let factors = axesAsLast(cast(x, totalDType(x.dtype)), axes);
  const last = factors.shape.length - 1;
  if (factors.shape[last] === 0)
    factors = full([...factors.shape.slice(0, -1), 1], 1, factors.dtype);
  for (let count = factors.shape[last]!; count > 1; count = factors.shape[last]!) {
    const half = Math.ceil(count / 2);
    const even = pad(factors, [...factors.shape.slice(0, -1).map(none), [0, 2 * half - count]], 1);
    factors = mul(slice(even, last, 0, half), slice(even, last, half));
  }
  return reshape(wholeZero(factors, x), reducedShape(x.shape, axes, keepDims));
}

/** Products of integers `x` as floats, without a float's negative zero. */
export function wholeZero(product: Node, x: Node): Node {
  return isFloating(x.dtype) ? product : add(product, 0);
}

const none = (): readonly [number, number] => [0, 0];

/** `x` with `axes` joined into one, the last. */
function axesAsLast(x: Node, axes: readonly number[]): Node {
  const kept = x.shape.flatMap((_, i) => (axes.includes(i) ? [] : [i]));
  const sizes = (of: readonly number[]) => of.map((i) => x.shape[i]!);
  return reshape(permute(x, [...kept, ...axes]), [...sizes(kept), elementCount(sizes(axes))]);
}

/** Whether any is true; false if empty. Numbers count as true unless they are 0. */
export function any(x: Node, axis?: Axes, keepDims = false): Node {
  const axes = normalizeAxes("any", axis, x.shape);
  return greater(sum(cast(x, "bool"), axes, keepDims), 0);
}

/** Whether all are true; true if empty. Numbers count as true unless they are 0. */
export function all(x: Node, axis?: Axes, keepDims = false): Node {
  const axes = normalizeAxes("all", axis, x.shape);
  return equal(sum(logicalNot(x), axes, keepDims), 0);
}

/** The mean; NaN if empty. That of integers is float32, from their exact sum. */
export function mean(x: Node, axis?: Axes, keepDims = false): Node {
  const axes = normalizeAxes("mean", axis, x.shape);
  const count = elementCount(axes.map((i) => x.shape[i]!));
  const quotient = div(sum(x, axes, keepDims), count);
  return isFloating(x.dtype) ? quotient : cast(quotient, "float32");
}

/** The index of the first largest element, as int32; over the flattened tensor without an axis. */
export function argMax(x: Node, axis?: number, keepDims = false): Node {
  return positionOfExtreme("argMax", x, max, axis, keepDims);
}

/** The index of the first smallest element, as int32; over the flattened tensor without an axis. */
export function argMin(x: Node, axis?: number, keepDims = false): Node {
  return positionOfExtreme("argMin", x, min, axis, keepDims);
}

function positionOfExtreme(
  name: string,
  x: Node,
  extreme: Reduction,
  axis: number | undefined,
  keepDims: boolean,
): Node {
  if (axis === undefined) {
    const flat = positionOfExtreme(name, reshape(x, [-1]), extreme, 0, false);
    return keepDims
      ? reshape(
          flat,
          x.shape.map(() => 1),
        )
      : flat;
  }
  const index = normalizeAxis(name, axis, x.shape);
  checkReducible(name, x.shape, [index]);
  // A NaN is the extreme, as in NumPy, but equals nothing, so it needs a test of its own.
  const isExtreme = logicalOr(equal(x, extreme(x, index, true)), isNaN(x));
  const nowhere = x.shape[index]!;
  return min(where(isExtreme, iota(x.shape, index), nowhere), index, keepDims);
}
