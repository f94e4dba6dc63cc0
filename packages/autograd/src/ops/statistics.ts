// Variance and norms, composed so that digits are not lost.
import { describe } from "../graph/describe.ts";
import { NablaError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { type Axes, elementCount, normalizeAxes, reducedShape } from "../graph/shape.ts";
import { isFloating } from "../scalar/dtype.ts";
import { abs, div, mul, sqrt, square, stopGradient, sub } from "./arithmetic.ts";
import { equal, isFinite, less, logicalAnd, notEqual, where } from "./comparison.ts";
import { pow } from "./exponentials.ts";
import { reshape } from "./movement.ts";
import { cast, floating } from "./operands.ts";
import { max, mean, min, sum } from "./reduce.ts";

/**
 * The mean of the squared distances from the mean, with a divisor of n - `correction` for n
 * elements. In two passes: mean(x^2) - mean(x)^2 would cancel.
 */
export function variance(...given: SpreadOf): Node {
  return spread("variance", ...given);
}

/** The square root of the variance; where that is 0, so is the derivative. */
export function std(...given: SpreadOf): Node {
  return rootOrZero(spread("std", ...given));
}

/** Throws `NablaError` unless it is a finite number. */
export function checkCorrection(name: string, correction: number): void {
  if (typeof correction === "number" && Number.isFinite(correction)) return;
  throw new NablaError(`${name}: correction is ${describe(correction)}, expected a finite number`);
}

/** What a variance is taken of, and how. */
export type SpreadOf = readonly [x: Node, axis?: Axes, keepDims?: boolean, correction?: number];

function spread(name: string, ...[x, axis, keepDims = false, correction = 0]: SpreadOf): Node {
  checkCorrection(name, correction);
  const axes = normalizeAxes(name, axis, x.shape);
  // Integers that float32 cannot tell apart still have distances.
  const input = isFloating(x.dtype) ? x : cast(x, "float64");
  const distances = sub(input, mean(input, axes, true));
  const count = elementCount(axes.map((i) => x.shape[i]!));
  const spread = div(sum(square(distances), axes, keepDims), Math.max(count - correction, 0));
  return isFloating(x.dtype) ? spread : cast(spread, "float32");
}

/**
 * The least divisor of elements: keeps the squares of denormal numbers from underflowing, and with
 * them the gradient, which is multiplied by the scale before it is divided.
 */
const leastScale = { float32: 2 ** -100, float64: 2 ** -600 } as const;

/**
 * (sum |x|^p)^(1/p). Elements are divided by the largest first, so that their powers neither
 * overflow nor underflow. The derivatives at 0 are 0.
 */
export function norm(x: Node, axis?: Axes, keepDims = false, p = 2): Node {
  if (typeof p !== "number" || Number.isNaN(p)) {
    throw new NablaError(`norm: p is ${describe(p)}, expected a number`);
  }
  const axes = normalizeAxes("norm", axis, x.shape);
  const size = abs(floating(x));
  if (p === Number.POSITIVE_INFINITY) return max(size, axes, keepDims);
  if (p === Number.NEGATIVE_INFINITY) return min(size, axes, keepDims);
  if (p === 0) return cast(sum(notEqual(size, 0), axes, keepDims), size.dtype);
  if (p === 1) return sum(size, axes, keepDims);
  if (size.shape.some((count) => count === 0)) return sum(size, axes, keepDims);
  const most = stopGradient(max(size, axes, true));
  const least = p === 2 ? leastScale[size.dtype === "float64" ? "float64" : "float32"] : 0;
  const large = least === 0 ? most : where(less(most, least), least, most);
  const scale = where(logicalAnd(isFinite(most), notEqual(most, 0)), large, 1);
  // Even powers take x itself: |x| has no slope at 0, and that of the power would be lost.
  const parts = div(p > 0 && p % 2 === 0 ? floating(x) : size, scale);
  const length =
    p === 2
      ? rootOrZero(sum(square(parts), axes, true))
      : powerOrZero(sum(partsToThe(parts, p), axes, true), 1 / p);
  const result = mul(length, scale);
  return keepDims ? result : reshape(result, reducedShape(x.shape, axes, false));
}

/** The square root, with derivatives of 0 at 0. */
export function rootOrZero(x: Node): Node {
  return where(equal(x, 0), 0, sqrt(x));
}

/** x^p; x >= 0 if p is odd or fractional. */
function partsToThe(x: Node, p: number): Node {
  return p > 0 && p % 2 === 0 ? pow(x, p) : powerOrZero(x, p);
}

/** x^p for x >= 0, with derivatives of 0 at 0. */
function powerOrZero(x: Node, p: number): Node {
  return where(equal(x, 0), p > 0 ? 0 : Number.POSITIVE_INFINITY, pow(x, p));
}
