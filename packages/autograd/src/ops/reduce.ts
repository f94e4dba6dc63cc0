// Operations that combine the elements along axes.

import type { Node } from "../graph/node.ts";
import {
  type Axes,
  checkReducible,
  elementCount,
  normalizeAxes,
  normalizeAxis,
} from "../graph/shape.ts";
import { isFloating } from "../scalar/dtype.ts";
import * as scalar from "../scalar/expression.ts";
import { iota } from "./creation.ts";
import { div, equal, isNaN, logicalOr, mul, where } from "./elementwise.ts";
import { type Reduction, reduction } from "./families.ts";
import { broadcastTo, reshape } from "./movement.ts";
import { cast } from "./operands.ts";

/** The sum; 0 of nothing. bool and uint8 are summed as int32. */
export const sum: Reduction = reduction("sum", {
  start: 0,
  atLeast: "int32",
  combine: scalar.add,
  gradient: (g, x) => broadcastTo(g, x.shape),
});

/** The greatest element; NaN if one is. Equal ones share the gradient. */
export const max: Reduction = reduction("max", {
  start: Number.NEGATIVE_INFINITY,
  combine: scalar.max,
  gradient: shareAmongEqual,
  check: checkReducible,
});

/** The least element; NaN if one is. Equal ones share the gradient. */
export const min: Reduction = reduction("min", {
  start: Number.POSITIVE_INFINITY,
  combine: scalar.min,
  gradient: shareAmongEqual,
  check: checkReducible,
});

/** `g` divided among the elements of `x` that equal the result `y`. */
function shareAmongEqual(g: Node, x: Node, y: Node): Node {
  const chosen = cast(equal(x, y), g.dtype);
  const axes = y.shape.flatMap((size, axis) => (size === x.shape[axis] ? [] : [axis]));
  return mul(chosen, div(g, sum(chosen, axes, true)));
}

/** The mean; NaN of nothing. */
export function mean(x: Node, axis?: Axes, keepDims = false): Node {
  const axes = normalizeAxes("mean", axis, x.shape);
  const count = elementCount(axes.map((i) => x.shape[i]!));
  return div(sum(isFloating(x.dtype) ? x : cast(x, "float32"), axes, keepDims), count);
}

/** Where the first of the greatest elements stands: int32, counted over all axes if none is given. */
export function argMax(x: Node, axis?: number, keepDims = false): Node {
  return positionOfExtreme("argMax", x, max, axis, keepDims);
}

/** Where the first of the least elements stands: int32, counted over all axes if none is given. */
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
  // A NaN is the extreme, as in NumPy, and equals nothing: it is looked for by itself.
  const isExtreme = logicalOr(equal(x, extreme(x, index, true)), isNaN(x));
  const nowhere = x.shape[index]!;
  return min(where(isExtreme, iota(x.shape, index), nowhere), index, keepDims);
}
