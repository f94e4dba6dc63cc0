// The uniform distribution on an interval.
import {
  type Broadcast,
  type Operand,
  random,
  type ShapeOf,
  type Tensor,
  where,
} from "@nabla/autograd";
import { fail } from "./checks.ts";
import { type Distribution, distribution } from "./distribution.ts";
import { type DistributionOptions, type Float, finite, parameters } from "./parameters.ts";

/**
 * The uniform distribution from `low` to `high`, which has to be larger by a finite number. Draws are below `high`, or at
 * it where that is the rounding; they are reparameterised, and those of `uniform(0, 1)` are
 * `random.uniform`'s.
 *
 * @example
 * const d = uniform(1, tensor([2, 5]));
 * d.mean().arraySync(); // => [1.5, 3]
 * d.logProbability(3).arraySync(); // => [-Infinity, -1.386]
 */
export function uniform<L extends Operand, H extends Operand>(
  low: L,
  high: H,
  options?: DistributionOptions,
): Distribution<Broadcast<ShapeOf<L>, ShapeOf<H>>> {
  const own = parameters("uniform", { low: [low, finite], high: [high, finite] }, options);
  if (typeof low === "number" && typeof high === "number" && !(low < high)) {
    fail(`uniform: low is ${low}, expected less than high, ${high}`);
  }
  if (typeof low === "number" && typeof high === "number" && !hasWidth(low, high, own.dtype)) {
    fail(
      `uniform: low is ${low} and high ${high}, whose difference ${own.dtype} does not have as a positive, finite number`,
    );
  }
  const from: Tensor = own.values.low;
  const distance = own.values.high.sub(from);
  // NaN unless it is above, by a number that there is.
  const isAbove = own.values.high.greater(from).logicalAnd(distance.isFinite());
  const to = where(isAbove, own.values.high, Number.NaN);
  const width = to.sub(from);
  return distribution<Broadcast<ShapeOf<L>, ShapeOf<H>>>({
    name: "uniform",
    support: "numbers from low to high",
    parameters: own,
    draw: (seed, shape) => {
      const options = { ...(seed === undefined ? {} : { seed }), dtype: own.dtype };
      const u = random.uniform([...shape], options);
      return u.mul(width).add(from).minimum(to);
    },
    logDensity: (x) => width.log().neg().add(x.mul(0)),
    isOutside: (x) => x.less(from).logicalOr(x.greater(to)),
    inside: from,
    mean: () => from.add(width.mul(0.5)),
    variance: () => width.square().div(12),
    entropy: () => width.log(),
    cdf: (x) => x.sub(from).div(width),
    ends: [from, to],
    quantile: (p) => p.mul(width).add(from),
    divergence: (other) => {
      if (other.name !== "uniform") return undefined;
      const { low: low2, high: high2 } = other.parameters as typeof own.values;
      const isWithin = from.greaterEqual(low2).logicalAnd(to.lessEqual(high2));
      const inside = high2.sub(low2).div(width).log();
      const isKnown = inside.isNaN().logicalOr(isWithin);
      return where(isKnown, inside, Number.POSITIVE_INFINITY);
    },
  });
}

/** Whether the bounds, rounded to the dtype, are a positive, finite number apart. */
function hasWidth(low: number, high: number, dtype: Float): boolean {
  const rounded = dtype === "float32" ? Math.fround : Number;
  const width = rounded(rounded(high) - rounded(low));
  return width > 0 && Number.isFinite(width);
}
