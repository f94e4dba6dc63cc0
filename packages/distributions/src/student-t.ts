// Student's t distribution.
import { type Broadcast, type Operand, type ShapeOf, type Tensor, where } from "@nabla/autograd";
import { logOfOnePlusSquare } from "./cauchy.ts";
import { type Distribution, distribution } from "./distribution.ts";
import { keyFor, normals } from "./draws.ts";
import { logGammaDraws } from "./gamma-draws.ts";
import { betaCdf, logBeta } from "./incomplete-beta.ts";
import { type DistributionOptions, finite, parameters, positive, widened } from "./parameters.ts";
import { split } from "./rejection.ts";

/**
 * Student's t distribution with these degrees of freedom, at `location` and of `scale`. The mean is NaN up
 * to 1 degree; the variance is infinite up to 2 degrees, and NaN up to 1. Draws are reparameterised.
 * Computed in float64 whatever the dtype is.
 *
 * @example
 * studentT(4, 0, 1).variance().itemSync(); // => 2
 * studentT(4, 0, 1).cdf(1).itemSync(); // => 0.8130
 */
export function studentT<D extends Operand, L extends Operand, S extends Operand>(
  degrees: D,
  location: L,
  scale: S,
  options?: DistributionOptions,
): Distribution<Broadcast<Broadcast<ShapeOf<D>, ShapeOf<L>>, ShapeOf<S>>> {
  const own = parameters(
    "studentT",
    { degrees: [degrees, positive], location: [location, finite], scale: [scale, positive] },
    options,
  );
  const [v, m, s] = [
    widened(own.values.degrees),
    widened(own.values.location),
    widened(own.values.scale),
  ];
  const half = v.mul(0.5);
  const standardized = (x: Tensor) => widened(x).sub(m).div(s);
  return distribution({
    name: "studentT",
    support: "real numbers",
    parameters: own,
    draw: (seed, shape) => {
      const [forNormal, forGamma] = split(keyFor("studentT", seed), 2);
      const spread = half
        .log()
        .sub(logGammaDraws(forGamma!, half, shape))
        .mul(0.5)
        .exp();
      return normals(forNormal!, shape).mul(spread).mul(s).add(m);
    },
    logDensity: (x) => {
      const power = v
        .add(1)
        .mul(-0.5)
        .mul(logOfOnePlusSquare(standardized(x).div(v.sqrt())));
      return power
        .sub(s.log())
        .sub(v.log().mul(0.5))
        .sub(logBeta(half, halfAsTensor(half)));
    },
    isOutside: (x) => x.abs().equal(Number.POSITIVE_INFINITY),
    inside: own.values.location,
    mean: () => where(v.greater(1), m, Number.NaN),
    variance: () => {
      const ratio = v.div(where(v.greater(2), v.sub(2), 1));
      const known = where(v.greater(2), ratio, Number.POSITIVE_INFINITY);
      return where(v.greater(1), known, Number.NaN).mul(s.square());
    },
    entropy: () => {
      const next = half.add(0.5);
      const slopes = next.mul(next.digamma().sub(half.digamma()));
      return slopes
        .add(v.log().mul(0.5))
        .add(logBeta(half, halfAsTensor(half)))
        .add(s.log());
    },
    cdf: (x) => {
      const given = standardized(x);
      const isFinite = given.isFinite();
      const z = where(isFinite, given, 1);
      const isCenter = z.equal(0);
      const t = where(isCenter, 1, z);
      // P(|T| > t) = I_x(v / 2, 1 / 2) with x = v / (v + t^2), without squares that overflow.
      const r = t.abs().div(v.sqrt());
      const isLarge = r.greater(1);
      const q = where(isLarge, where(isLarge, r, 1).reciprocal(), r).square();
      const [less, more] = [q.div(q.add(1)), q.add(1).reciprocal()];
      const both = betaCdf(
        half,
        halfAsTensor(half),
        where(isLarge, less, more),
        where(isLarge, more, less),
      );
      const tail = both.mul(0.5);
      const value = where(
        isCenter,
        half.sub(half).add(0.5),
        where(t.less(0), tail, tail.neg().add(1)),
      );
      const end = where(given.less(0), half.sub(half), half.sub(half).add(1));
      return where(isFinite.logicalOr(given.isNaN()), where(given.isNaN(), given, value), end);
    },
    ends: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  });
}

function halfAsTensor(like: Tensor): Tensor {
  return like.mul(0).add(0.5);
}
