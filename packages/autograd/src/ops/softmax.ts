// Functions of a whole axis, composed. The greatest element is taken off first, so that nothing
// overflows; what is taken off cancels out, so nothing needs to be differentiated through it.
import type { Node } from "../graph/node.ts";
import { type Axes, normalizeAxes, reducedShape } from "../graph/shape.ts";
import { add, div, equal, exp, isFinite, log, stopGradient, sub, where } from "./elementwise.ts";
import { reshape } from "./movement.ts";
import { max, sum } from "./reduce.ts";

/** log(sum(exp(x))); -infinity of nothing. */
export function logSumExp(x: Node, axis?: Axes, keepDims = false): Node {
  const axes = normalizeAxes("logSumExp", axis, x.shape);
  const shift = isEmptyAlong(axes, x) ? null : greatest(x, axes);
  const powers = sum(exp(shift ? sub(x, shift) : x), axes, true);
  // Of infinities below alone it is one: constant, though the logarithm's slope there is infinite.
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

/** log(softmax(x)), without the digits that the logarithm of a small number would lose. */
export function logSoftmax(x: Node, axis: Axes = -1): Node {
  const axes = normalizeAxes("logSoftmax", axis, x.shape);
  // Not x - logSumExp(x): beside 1e4 that has few digits left of what is near 1.
  const shifted = isEmptyAlong(axes, x) ? x : sub(x, greatest(x, axes));
  return sub(shifted, log(sum(exp(shifted), axes, true)));
}

function isEmptyAlong(axes: readonly number[], x: Node): boolean {
  return axes.some((i) => x.shape[i] === 0);
}

/** The greatest element along the axes, kept as size 1; 0 where it is infinite. */
function greatest(x: Node, axes: readonly number[]): Node {
  const top = stopGradient(max(x, axes, true));
  return where(isFinite(top), top, 0);
}
