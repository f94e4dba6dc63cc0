// The Dirichlet distribution.
import { ShapeError, type ShapeOf, Tensor } from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";
import { fail } from "./checks.ts";
import { type Distribution, distribution } from "./distribution.ts";
import { keyFor } from "./draws.ts";
import { powerOf } from "./gamma.ts";
import { logGammaDraws } from "./gamma-draws.ts";
import { type DistributionOptions, parameters, positive, widened } from "./parameters.ts";
import type { Front } from "./probabilities.ts";

/**
 * The Dirichlet distribution of probabilities of classes, by concentrations `[...batch, classes]`. Draws
 * `[..., classes]` sum to 1 and are reparameterised (as gamma draws are). Values have a density if they are
 * not negative and sum to 1, within 1e-5 in float32 and 1e-8 in float64. Computed in float64 whatever the
 * dtype is.
 *
 * @example
 * const d = dirichlet(tensor([1, 1, 2]));
 * d.mean().arraySync(); // => [0.25, 0.25, 0.5]
 * d.logProbability(tensor([0.25, 0.25, 0.5])).itemSync(); // => 1.099
 */
export function dirichlet<C extends Tensor>(
  concentration: C,
  options?: DistributionOptions,
): Distribution<Front<ShapeOf<C>>> {
  if (!(concentration instanceof Tensor)) {
    fail(`dirichlet: concentration is ${describe(concentration)}, expected a tensor`);
  }
  const own = parameters("dirichlet", { concentration: [concentration, positive] }, options);
  const a = widened(own.values.concentration);
  const classes = a.shape.at(-1) ?? 0;
  if (classes === 0) {
    throw new ShapeError(
      `dirichlet: concentration is ${describe(concentration)}, expected classes last`,
    );
  }
  const total = a.sum(-1);
  const share = a.div(total.expandDims(-1));
  const logBeta = (c: Tensor) => c.lgamma().sum(-1).sub(c.sum(-1).lgamma());
  return distribution<Front<ShapeOf<C>>, readonly number[]>({
    name: "dirichlet",
    support: "probabilities that sum to 1",
    parameters: own,
    batch: a.shape.slice(0, -1),
    event: [classes],
    draw: (seed, shape) =>
      logGammaDraws(keyFor("dirichlet", seed), a, [...shape, classes]).softmax(-1),
    logDensity: (x) => powerOf(widened(x), a.sub(1)).sum(-1).sub(logBeta(a)),
    isOutside: (x) => {
      const tolerance = x.dtype === "float32" ? 1e-5 : 1e-8;
      const isOff = widened(x).sum(-1, { keepDims: true }).sub(1).abs().greater(tolerance);
      return x.less(0).logicalOr(isOff);
    },
    inside: 1 / classes,
    mean: () => share,
    variance: () => share.mul(share.neg().add(1)).div(total.add(1).expandDims(-1)),
    entropy: () => {
      const slopes = a.sub(1).mul(a.digamma()).sum(-1);
      return logBeta(a).add(total.sub(classes).mul(total.digamma())).sub(slopes);
    },
    divergence: (other) => {
      if (other.name !== "dirichlet" || other.eventShape[0] !== classes) return undefined;
      const c = widened((other.parameters as typeof own.values).concentration);
      const slopes = a.digamma().sub(total.digamma().expandDims(-1));
      return logBeta(c).sub(logBeta(a)).add(a.sub(c).mul(slopes).sum(-1));
    },
  });
}
