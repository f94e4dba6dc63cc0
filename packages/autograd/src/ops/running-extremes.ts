// Running extremes along an axis, and the running logarithm of a sum of powers.
import { createNode } from "../graph/create.ts";
import { type Node, ofFamily, type Prefix } from "../graph/node.ts";
import { normalizeAxis } from "../graph/shape.ts";
import * as scalar from "../scalar/expression.ts";
import { add, stopGradient, sub } from "./arithmetic.ts";
import { equal, isFinite, isNaN, logicalOr, where } from "./comparison.ts";
import { full, iota } from "./creation.ts";
import { exp, log } from "./exponentials.ts";
import { scatterAddAlong } from "./indexing.ts";
import { flip, reshape } from "./movement.ts";
import { floating } from "./operands.ts";
import { delayed, linearRecurrence } from "./prefix.ts";

type Extreme = "cumMax" | "cumMin";

const operations = new Map<Extreme, Prefix>();

/** The gradient goes to the last element that equals the running extreme, as in PyTorch. */
function operationOf(name: Extreme): Prefix {
  let operation = operations.get(name);
  if (operation) return operation;
  const [total, first] = [scalar.input(0), scalar.input(1)];
  operation = {
    family: "prefix",
    name,
    start: name === "cumMax" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY,
    combine: name === "cumMax" ? scalar.max(total, first) : scalar.min(total, first),
    gradient: [
      (g, [x], y) => {
        const { axis } = ofFamily(y, "prefix").attributes;
        const isReached = logicalOr(equal(x!, y), isNaN(x!));
        const places = running("cumMax", where(isReached, iota(y.shape, axis), 0), axis);
        return scatterAddAlong(full(y.shape, 0, g.dtype), places, g, axis);
      },
    ],
  };
  operations.set(name, operation);
  return operation;
}

function running(name: Extreme, x: Node, axis: number): Node {
  return createNode(operationOf(name), [x], { axis }, x.shape, x.dtype);
}

/** Calls `f` with an axis that is there, on elements in the order asked for. */
function along(
  name: string,
  x: Node,
  axis: number | undefined,
  isReversed: boolean,
  f: (x: Node, axis: number) => Node,
): Node {
  if (axis === undefined) return along(name, reshape(x, [-1]), 0, isReversed, f);
  const normal = normalizeAxis(name, axis, x.shape);
  return isReversed ? flip(f(flip(x, normal), normal), normal) : f(x, normal);
}

/** The largest of each element and all before it; NaN from the first NaN on. */
export function cumMax(x: Node, axis?: number, isReversed = false): Node {
  return along("cumMax", x, axis, isReversed, (y, i) => running("cumMax", y, i));
}

/** The smallest of each element and all before it; NaN from the first NaN on. */
export function cumMin(x: Node, axis?: number, isReversed = false): Node {
  return along("cumMin", x, axis, isReversed, (y, i) => running("cumMin", y, i));
}

/**
 * log(e^x[0] + … + e^x[k]). The powers are relative to the largest so far, which cancels out, so no
 * gradient has to pass through it; where it grows, the sum before shrinks by the same factor.
 */
export function logCumSumExp(x: Node, axis?: number, isReversed = false): Node {
  return along("logCumSumExp", floating(x), axis, isReversed, (y, i) => {
    const most = stopGradient(running("cumMax", y, i));
    const shift = where(isFinite(most), most, 0);
    const isFirst = equal(delayed(most, i, Number.NEGATIVE_INFINITY), Number.NEGATIVE_INFINITY);
    const kept = where(isFirst, 0, exp(sub(delayed(shift, i, 0), shift)));
    const powers = linearRecurrence(kept, exp(sub(y, shift)), i);
    // Of -infinities only: constant, though the logarithm's slope there is infinite.
    return add(where(equal(powers, 0), Number.NEGATIVE_INFINITY, log(powers)), shift);
  });
}
