// Softmax and its logarithm, composed. The largest element is subtracted first, so that nothing
// overflows; it cancels out, so no gradient has to pass through it.
import type { Node } from "../graph/node.ts";
import { type Axes, normalizeAxes, reducedShape } from "../graph/shape.ts";
import { add, div, equal, exp, isFinite, log, stopGradient, sub, where } from "./elementwise.ts";
import { reshape } from "./movement.ts";
import { max, sum } from "./reduce.ts";

/** log(sum(exp(x))); -infinity if empty. */
export function logSumExp(x: Node, axis?: Axes, keepDims = false): Node {
  const axes = normalizeAxes("logSumExp", axis, x.shape);
  const shift = isEmptyAlong(axes, x) ? null : greatest(x, axes);
  const powers = sum(exp(shift ? sub(x, shift) : x), axes, true);
  // Of -infinities only: constant, though the logarithm's slope there is infinite.
  const total = where(equal(powers, 0), Number.NEGATIVE_INFINITY, log(powers));
  const result = shift ? add(total, shift) : total;
  return keepDims ? result : reshape(result, reducedShape(x.shape, axes, false));
}

/** exp(x) / sum(exp(x)): positive, with sum 1 along the axis. */
export function softmax(x: Node, axis: Axes = -1): Node {
  const axes = normalizeAxes("softmax", axis, x.shape);
  const powers = exp(isEmptyAlong(axes, x) ? x : sub(x, greatest(x, axes)));
  return div(powers, sum(powers, axes, true));
}

/** log(softmax(x)), without losing digits of small numbers. */
export function logSoftmax(x: Node, axis: Axes = -1): Node {
  const axes = normalizeAxes("logSoftmax", axis, x.shape);
  // Not x - logSumExp(x): next to 1e4, few digits of a result near 1 would be left.
  const shifted = isEmptyAlong(axes, x) ? x : sub(x, greatest(x, axes));
  return sub(shifted, log(sum(exp(shifted), axes, true)));
}

function isEmptyAlong(axes: readonly number[], x: Node): boolean {
  return axes.some((i) => x.shape[i] === 0);
}

/** The largest element along the axes, kept as size 1; 0 where it is infinite. */
function greatest(x: Node, axes: readonly number[]): Node {
  const top = stopGradient(max(x, axes, true));
  return where(isFinite(top), top, 0);
}
