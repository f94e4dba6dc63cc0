// Transforms of numbers, one to one and smooth, which make a distribution of another one.
import type { Operand, Shape, Tensor } from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";
import { fail } from "./checks.ts";
import type { Distribution } from "./distribution.ts";
import { type Condition, type Float, finite, parameters } from "./parameters.ts";

/** A function y of numbers x, with an inverse, element by element. */
export interface Transform {
  /** What errors call it. */
  readonly name: string;
  forward(x: Tensor): Tensor;
  /** The x of a y that some x gives. */
  inverse(y: Tensor): Tensor;
  /** log |dy / dx|, by x and y, either of which may be used. */
  logDeterminant(x: Tensor, y: Tensor): Tensor;
  /** The values y that it gives: above `low` and below `high`. Default: all numbers. */
  readonly low?: number;
  readonly high?: number;
  /** Where y falls as x rises, as a tensor of truth values. Default: nowhere. */
  readonly isFalling?: Tensor;
  /** Its parameters' shape, which has to broadcast. Default: `[]`. */
  readonly shape?: Shape;
  /** Their dtype. Default: that of the distribution. */
  readonly dtype?: Float;
  /** Location and scale of a function that is linear: what moments need. */
  readonly linear?: { readonly location: Tensor; readonly scale: Tensor };
}

const notZero: Condition = {
  expected: "a finite number other than 0",
  holds: (x) => x !== 0 && Number.isFinite(x),
  holdsFor: (x) => x.notEqual(0).logicalAnd(x.isFinite()),
};

/**
 * location + scale x, for `transformed`; the scale may be negative, but not 0.
 *
 * @example
 * transformed(normal(0, 1), affine(3, -2)).mean().itemSync(); // => 3
 */
export function affine(location: Operand, scale: Operand): Transform {
  const own = parameters("affine", { location: [location, finite], scale: [scale, notZero] });
  const { location: m, scale: s } = own.values;
  return {
    name: "affine",
    forward: (x) => x.mul(s).add(m),
    inverse: (y) => y.sub(m).div(s),
    logDeterminant: () => s.abs().log(),
    isFalling: s.less(0),
    shape: own.shape,
    ...(own.dtype === "float64" ? { dtype: own.dtype } : {}),
    linear: { location: m, scale: s },
  };
}

/**
 * e^x, for `transformed`: positive numbers.
 *
 * @example
 * transformed(normal(0, 1), exp).cdf(1).itemSync(); // => 0.5
 */
export const exp: Transform = {
  name: "exp",
  forward: (x) => x.exp(),
  inverse: (y) => y.log(),
  logDeterminant: (x) => x,
  low: 0,
};

/**
 * The logistic function 1 / (1 + e^-x), for `transformed`: numbers between 0 and 1.
 *
 * @example
 * transformed(logistic(0, 1), sigmoid).logProbability(0.25).itemSync() < 1e-6; // => true
 */
export const sigmoid: Transform = {
  name: "sigmoid",
  forward: (x) => x.sigmoid(),
  inverse: (y) => y.log().sub(y.neg().log1p()),
  logDeterminant: (x) => x.logSigmoid().add(x.neg().logSigmoid()),
  low: 0,
  high: 1,
};

/**
 * The hyperbolic tangent, for `transformed`: numbers between -1 and 1.
 *
 * @example
 * transformed(normal(0, 1), tanh).quantile(0.5).itemSync(); // => 0
 */
export const tanh: Transform = {
  name: "tanh",
  forward: (x) => x.tanh(),
  inverse: (y) => y.log1p().sub(y.neg().log1p()).mul(0.5),
  // log (1 - tanh^2), which next to its ends has the digits of x.
  logDeterminant: (x) => x.mul(2).neg().softplus().add(x).neg().add(Math.LN2).mul(2),
  low: -1,
  high: 1,
};

/** Throws `NablaError` unless it is a transform. */
export function checkTransform(given: unknown, position: number): asserts given is Transform {
  const one = given as Partial<Transform> | null | undefined;
  const functions = [one?.forward, one?.inverse, one?.logDeterminant];
  if (functions.every((f) => typeof f === "function")) return;
  const expected = "expected a transform such as affine(0, 2)";
  fail(`transformed: transform ${position} is ${describe(given)}, ${expected}`);
}

/** Whether y is no value of the transform. */
export function isBeyond({ low, high }: Transform, y: Tensor): Tensor {
  const beyond: Tensor = y.abs().equal(Number.POSITIVE_INFINITY);
  const below = low === undefined ? beyond : beyond.logicalOr(y.lessEqual(low));
  return high === undefined ? below : below.logicalOr(y.greaterEqual(high));
}

/** Some value of the transform. */
export function valueOf({ low, high }: Transform): number {
  if (low === undefined) return high === undefined ? 0 : high - 1;
  return high === undefined ? low + 1 : (low + high) / 2;
}

/** The dtype that a distribution's densities have. */
export function dtypeOf(d: Distribution): Float {
  return Object.values(d.parameters).some((x) => x.dtype === "float64") ? "float64" : "float32";
}
