// Averages with weights, ranges, counts, covariances and correlations.
import { ShapeError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import {
  type Axes,
  checkReducible,
  formatShape,
  normalizeAxes,
  shapesEqual,
} from "../graph/shape.ts";
import { isFloating } from "../scalar/dtype.ts";
import { div, maximum, minimum, mul, sqrt, sub } from "./arithmetic.ts";
import { diagonal } from "./diagonal.ts";
import { matmul } from "./matmul.ts";
import { broadcastTo, expandDims, reshape, transpose } from "./movement.ts";
import { cast, floating, operandNodes } from "./operands.ts";
import { max, mean, min, sum } from "./reduce.ts";
import { checkCorrection } from "./statistics.ts";

/** The mean, in which each element has a weight: of its own, or of its place along the one axis. */
export function average(x: Node, weights: Node, axis?: Axes, keepDims = false): Node {
  const axes = normalizeAxes("average", axis, x.shape);
  const isList = weights.shape.length === 1 && axes.length === 1;
  const [size] = weights.shape;
  if (!shapesEqual(weights.shape, x.shape) && !(isList && size === x.shape[axes[0]!])) {
    const given = `weights are ${formatShape(weights.shape)}`;
    const list = axes.length === 1 ? ` or [${x.shape[axes[0]!]}]` : "";
    throw new ShapeError(`average: ${given}, expected ${formatShape(x.shape)}${list}`);
  }
  const [own, given] = operandNodes([x, weights], "floating") as readonly [Node, Node];
  const along = x.shape.map((count, i) => (i === axes[0] ? count : 1));
  const each = shapesEqual(weights.shape, x.shape)
    ? given
    : broadcastTo(reshape(given, along), x.shape);
  return div(sum(mul(own, each), axes, keepDims), sum(each, axes, keepDims));
}

/** The largest element less the smallest; NaN if one is. */
export function peakToPeak(x: Node, axis?: Axes, keepDims = false): Node {
  const axes = normalizeAxes("peakToPeak", axis, x.shape);
  checkReducible("peakToPeak", x.shape, axes);
  return sub(max(x, axes, keepDims), min(x, axes, keepDims));
}

/** How many elements are not 0, as int32. */
export function countNonzero(x: Node, axis?: Axes, keepDims = false): Node {
  return sum(cast(x, "bool"), normalizeAxes("countNonzero", axis, x.shape), keepDims);
}

/** Covariances of variables, which are the rows of `x` [variables, observations]. */
export function cov(x: Node, correction = 1): Node {
  return covariances("cov", x, correction);
}

function covariances(name: string, x: Node, correction: number): Node {
  checkCorrection(name, correction);
  if (x.shape.length !== 1 && x.shape.length !== 2) {
    throw new ShapeError(`${name}: got ${formatShape(x.shape)}, expected 1 or 2 axes`);
  }
  if (x.shape.length === 1) return covariances(name, expandDims(x, 0), correction);
  // Integers that float32 cannot tell apart still have distances.
  const wide = isFloating(x.dtype) ? x : cast(x, "float64");
  const distances = sub(wide, mean(wide, -1, true));
  const divisor = Math.max(x.shape[1]! - correction, 0);
  const products = div(matmul(distances, transpose(distances)), divisor);
  const all = isFloating(x.dtype) ? products : cast(products, "float32");
  return x.shape[0] === 1 ? reshape(all, []) : all;
}

/** Correlations of variables, from -1 to 1; NaN of those that do not vary. */
export function corrCoef(x: Node): Node {
  // In float64: squares of float32's numbers overflow and underflow.
  const all = covariances("corrCoef", cast(x, "float64"), 1);
  if (all.shape.length === 0) return cast(div(all, all), floating(x).dtype);
  const spread = sqrt(diagonal(all));
  const quotients = div(div(all, expandDims(spread, 1)), expandDims(spread, 0));
  return cast(maximum(minimum(quotients, 1), -1), floating(x).dtype);
}
