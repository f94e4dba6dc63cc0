// The von Mises distribution, the normal distribution's counterpart on the circle.
import {
  type Broadcast,
  type Operand,
  type Shape,
  type ShapeOf,
  stopGradient,
  type Tensor,
  where,
} from "@nabla/autograd";
import { logScaledBessel, oneLess } from "./bessel.ts";
import { type Distribution, distribution } from "./distribution.ts";
import { fractions, keyFor, openFractions } from "./draws.ts";
import {
  type DistributionOptions,
  finite,
  notNegative,
  parameters,
  widened,
} from "./parameters.ts";
import { firstAccepted } from "./rejection.ts";
import { batchedTo } from "./shapes.ts";

/**
 * The von Mises distribution of angles in radians, with density e^(k cos(x - mean)) / (2 pi I_0(k)), where k is
 * the `concentration`, 0 or more: 0 is uniform on the circle, and large ones are nearly normal with variance
 * 1 / k. The density has the period 2 pi, so any real number is an angle; draws lie in [-pi, pi), and are
 * constants for gradients. `mean` is the direction that was given, `variance` the circular variance, 1 -
 * I_1(k) / I_0(k). Computed in float64 whatever the dtype is. K. V. Mardia and P. E. Jupp, "Directional
 * statistics", 2000, section 3.5.4.
 *
 * @example
 * const d = vonMises(0, tensor([0, 4]));
 * d.logProbability(0).exp().arraySync(); // => [0.1592, 0.7689]
 * d.variance().arraySync(); // => [1, 0.1365]
 */
export function vonMises<M extends Operand, C extends Operand>(
  mean: M,
  concentration: C,
  options?: DistributionOptions,
): Distribution<Broadcast<ShapeOf<M>, ShapeOf<C>>> {
  const given = { mean: [mean, finite], concentration: [concentration, notNegative] } as const;
  const own = parameters("vonMises", given, options);
  const [m, k] = [widened(own.values.mean), widened(own.values.concentration)];
  const logArea = logScaledBessel(k).add(Math.log(2 * Math.PI));
  return distribution({
    name: "vonMises",
    support: "real numbers, as angles in radians",
    parameters: own,
    isReparameterized: false,
    isCircular: true,
    draw: (seed, shape) => {
      return turnedBy(stopGradient(m), turns(keyFor("vonMises", seed), stopGradient(k), shape));
    },
    // cos - 1, with the digits that are left next to the mean.
    logDensity: (x) => k.mul(widened(x).sub(m).mul(0.5).sin().square()).mul(-2).sub(logArea),
    isOutside: (x) => x.abs().equal(Number.POSITIVE_INFINITY),
    inside: own.values.mean,
    mean: () => m,
    variance: () => oneLess(k),
    entropy: () => k.mul(oneLess(k)).add(logArea),
    divergence: (other) => {
      if (other.name !== "vonMises") return undefined;
      const theirs = other.parameters as typeof own.values;
      const [m2, k2] = [widened(theirs.mean), widened(theirs.concentration)];
      const spread = oneLess(k);
      const apart = m.sub(m2).mul(0.5).sin().square().mul(2);
      // The expectations of k (cos(x - m) - 1) and of the same with their parameters.
      const [ours, others] = [k.mul(spread), k2.mul(spread.add(apart).sub(spread.mul(apart)))];
      return others.sub(ours).add(logScaledBessel(k2)).sub(logScaledBessel(k));
    },
  });
}

/** The sum of two angles, of which `turn` is between -pi and pi, in [-pi, pi). */
function turnedBy(mean: Tensor, turn: Tensor): Tensor {
  const angle = mean.sin().atan2(mean.cos()).add(turn);
  const above = where(angle.less(-Math.PI), angle.add(2 * Math.PI), angle);
  return where(above.greaterEqual(Math.PI), above.sub(2 * Math.PI), above);
}

/**
 * Angles from the mean: D. J. Best and N. I. Fisher, "Efficient simulation of the von Mises distribution",
 * Applied Statistics 28 (1979), 152-157, with 1 - cos of the angle in place of the cosine, which has too few
 * digits where concentrations are large. A proposal is rejected with a probability below 0.35, so all 64 are
 * with one below 2^-96; that is an error.
 */
function turns(key: Tensor, concentration: Tensor, shape: Shape): Tensor {
  const k = batchedTo(concentration, shape);
  const root = k.mul(2).hypot(1);
  const excess = root.add(k.mul(2)).reciprocal().add(1);
  // 1 - 1 / r, where r = (1 + root) / (2 k) is the parameter of the wrapped Cauchy proposals.
  const rest = excess.div(root.add(1));
  return firstAccepted(key, k.isNaN().logicalNot(), shape, (first, second) => {
    const u = fractions(first, shape);
    // 1 - z, where z = cos(2 pi u).
    const height = u.mul(Math.PI).sin().square().mul(2);
    const inverse = rest.neg().add(1);
    const below = rest.mul(height).div(inverse.mul(height.neg().add(2)).add(rest));
    const c = excess.mul(0.5).add(k.mul(below));
    const isTaken = openFractions(second, shape).log().lessEqual(c.log().sub(c).add(1));
    const angle = below.mul(0.5).minimum(1).sqrt().asin().mul(2);
    return { value: where(u.less(0.5), angle, angle.neg()), isTaken };
  });
}
