// The normal distribution between two bounds.
import { type Operand, type Shape, type Tensor, where } from "@nabla/autograd";
import { fail } from "./checks.ts";
import { type Distribution, distribution } from "./distribution.ts";
import { keyFor, openFractions } from "./draws.ts";
import { isNarrow, narrowMass, narrowMoments } from "./narrow-interval.ts";
import { normalCdf, normalDensity, normalQuantile } from "./normal-quantile.ts";
import {
  type DistributionOptions,
  finite,
  parameters,
  positive,
  real,
  widened,
} from "./parameters.ts";
import { tailMoments } from "./tail-moments.ts";

/**
 * The normal distribution with this mean and standard deviation (of the whole one) between `low` and
 * `high`, either of which may be infinite. Draws are reparameterised. Computed in float64 whatever the dtype
 * is; bounds that are both more than 37 deviations from the mean, on one side, leave no probability that
 * float64 has, and give NaN.
 *
 * @example
 * const d = truncatedNormal(0, 1, 0, Number.POSITIVE_INFINITY);
 * d.mean().itemSync(); // => 0.7979
 * d.logProbability(tensor([-1, 1])).arraySync(); // => [-Infinity, -0.7258]
 */
export function truncatedNormal(
  mean: Operand,
  standardDeviation: Operand,
  low: Operand,
  high: Operand,
  options?: DistributionOptions,
): Distribution {
  const own = parameters(
    "truncatedNormal",
    {
      mean: [mean, finite],
      standardDeviation: [standardDeviation, positive],
      low: [low, real],
      high: [high, real],
    },
    options,
  );
  if (typeof low === "number" && typeof high === "number" && !(low < high)) {
    fail(`truncatedNormal: low is ${low}, expected less than high, ${high}`);
  }
  const { values } = own;
  const [m, s] = [widened(values.mean), widened(values.standardDeviation)];
  const [from, to] = [widened(values.low), widened(values.high)];
  // In the mirror if all is above the mean: probabilities of lower tails have all digits.
  const isMirrored = from.greater(m);
  const sign = where(isMirrored, -1, 1);
  const bound = (x: Tensor) => x.sub(m).div(s).mul(sign);
  const [a, b] = [
    where(isMirrored, bound(to), bound(from)),
    where(isMirrored, bound(from), bound(to)),
  ];
  const below = cdfOf(a);
  const above = cdfOf(b.neg());
  // By the distance of the bounds themselves: that of `a` and `b` has fewer digits.
  const [center, half] = [a.add(b).mul(0.5), to.sub(from).div(s).mul(0.5)];
  const isSmooth = isNarrow(center, half);
  const [middle, reach] = [where(isSmooth, center, 0), where(isSmooth, half, 0.5)];
  const mass = where(isSmooth, narrowMass(middle, reach), cdfOf(b).sub(below));
  // Subnormal numbers have too few digits.
  const known = where(mass.greaterEqual(2 ** -1022), mass, Number.NaN);
  const back = (z: Tensor) => z.maximum(a).minimum(b).mul(sign).mul(s).add(m);
  const quantile = (p: Tensor): Tensor => {
    const rest = p.neg().add(1);
    const [share, other] = [where(isMirrored, rest, p), where(isMirrored, p, rest)];
    const x = back(inverse(below.add(share.mul(known)), above.add(other.mul(known)), a, b));
    // Between near bounds it has the digits of the whole distribution: one of Newton's steps gives the rest.
    const at = where(isSmooth, x, m);
    const density = normalDensity(at.sub(m).div(s)).div(known.mul(s));
    const step = shareBelow(at).sub(p).div(density);
    return where(isSmooth, at.sub(step).maximum(from).minimum(to), x);
  };
  /** The probability below `x`, where bounds are near. */
  const shareBelow = (x: Tensor): Tensor => {
    const [own, width] = [x.sub(m).div(s), x.sub(from).div(s).mul(0.5)];
    const narrow = narrowMass(where(isSmooth, own.sub(width), 0), where(isSmooth, width, 0.5));
    return narrow.div(known);
  };
  // Terms of the moments: densities at the bounds, 0 where these are infinite.
  const [da, db] = [densityAt(a), densityAt(b)];
  const [narrowMean, narrowVariance] = narrowMoments(middle, reach);
  // Both bounds are below the mean, in the mirror or not.
  const isTail = b.lessEqual(-1).logicalAnd(isSmooth.logicalNot()).logicalAnd(known.isFinite());
  const [tailMean, tailVariance] = tailMoments(
    where(isTail, b.neg(), 1),
    where(isTail, half.mul(2), 1),
  );
  const byBounds = where(isTail, b.sub(tailMean), da.sub(db).div(known));
  const shift = where(isSmooth, narrowMean, byBounds);
  const spread = (): Tensor => {
    const slope = timesDensity(a, da).sub(timesDensity(b, db)).div(known);
    const apart = where(isTail, tailVariance, slope.add(1).sub(shift.square()));
    return where(isSmooth, narrowVariance, apart);
  };
  return distribution<Shape>({
    name: "truncatedNormal",
    support: "numbers from low to high",
    parameters: own,
    draw: (seed, shape) => quantile(openFractions(keyFor("truncatedNormal", seed), shape)),
    logDensity: (x) => {
      const z = widened(x).sub(m).div(s);
      const constant = s
        .log()
        .add(known.log())
        .add(0.5 * Math.log(2 * Math.PI));
      return z.square().mul(-0.5).sub(constant);
    },
    isOutside: (x) =>
      x.less(from).logicalOr(x.greater(to)).logicalOr(x.abs().equal(Number.POSITIVE_INFINITY)),
    inside: where(from.isFinite(), from, where(to.isFinite(), to, m)),
    mean: () => m.add(shift.mul(sign).mul(s)),
    variance: () => spread().mul(s.square()),
    entropy: () =>
      spread()
        .add(shift.square())
        .mul(0.5)
        .add(known.log())
        .add(s.log())
        .add(0.5 * Math.log(2 * Math.PI)),
    cdf: (x) => {
      const share = normalCdf(bound(widened(x)))
        .sub(below)
        .div(known);
      const whole = where(isMirrored, share.neg().add(1), share);
      return where(isSmooth, shareBelow(widened(x)), whole);
    },
    ends: [from, to],
    quantile: (p) => quantile(widened(p)),
  });
}

/** At infinite bounds, too, with derivatives of 0. */
function cdfOf(z: Tensor): Tensor {
  const value = normalCdf(where(z.isFinite(), z, 0));
  return where(
    z.isFinite().logicalOr(z.isNaN()),
    where(z.isNaN(), z, value),
    where(z.less(0), 0, 1),
  );
}

function densityAt(z: Tensor): Tensor {
  const value = normalDensity(where(z.isFinite(), z, 0));
  return where(z.isFinite(), value, where(z.isNaN(), z, 0));
}

function timesDensity(z: Tensor, density: Tensor): Tensor {
  return where(z.isFinite(), z, 0).mul(density);
}

/** The number with probability `p` below it and `q` above it: by the smaller, which has more digits. */
function inverse(p: Tensor, q: Tensor, a: Tensor, b: Tensor): Tensor {
  const isLeft = p.less(q);
  const tail = where(isLeft, p, q);
  const isInside = tail.greater(0);
  const z = normalQuantile(where(isInside, tail, 0.5));
  const inside = where(isLeft, z, z.neg());
  return where(isInside, inside, where(tail.isNaN(), tail, where(isLeft, a, b)));
}
