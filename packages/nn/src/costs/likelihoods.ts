// How unlikely targets are where outputs are parameters of a distribution: -log of its density.
import {
  formatShape,
  type SameShapeCheck,
  ShapeError,
  type ShapeOf,
  type Tensor,
  where,
} from "@nabla/autograd";
import { checkOptions, checkTensor, flag, positive } from "@nabla/autograd/checks";
import { targetsLike } from "../checks.ts";
import {
  counted,
  ofReduction,
  type Reduced,
  type Reduction,
  type ReductionOptions,
} from "./reduction.ts";

export interface GaussianOptions<R extends Reduction = Reduction> extends ReductionOptions<R> {
  /** Whether the constant log(2 pi) / 2 is part of it. Default: false. */
  readonly full?: boolean;
  /** What variances are at least, so that none divides by 0. Default: 1e-6. */
  readonly epsilon?: number;
}

/**
 * The mean over all elements of (log(variance) + (target - mean)^2 / variance) / 2: how unlikely targets are
 * by normal distributions, whose means and variances are outputs of the network. Means and targets have one
 * shape; variances that shape, or one that broadcasts to it, such as [examples, 1]. Variances below `epsilon`
 * count as `epsilon` and, as in PyTorch, still get its gradient; below 0 they have no meaning: end the network in
 * `softplus` or `exp`. D. Nix and A. Weigend, "Estimating the mean and variance of the target probability
 * distribution", 1994.
 *
 * @example
 * const [means, variances] = [tensor([0, 1]), tensor([1, 4])];
 * gaussianNegativeLogLikelihood(means, tensor([1, 1]), variances).itemSync(); // => 0.5966
 */
export function gaussianNegativeLogLikelihood<
  X extends Tensor,
  Y extends Tensor,
  const R extends Reduction = "mean",
>(
  means: X,
  targets: SameShapeCheck<"gaussianNegativeLogLikelihood", ShapeOf<X>, ShapeOf<Y>, Y>,
  variances: Tensor,
  options: GaussianOptions<R> = {},
): Reduced<R, ShapeOf<X>> {
  const operation = "gaussianNegativeLogLikelihood";
  checkOptions(operation, options, { ...ofReduction, full: flag, epsilon: positive });
  const { full = false, epsilon = 1e-6 } = options;
  const wanted = targetsLike(operation, means, targets);
  checkTensor(operation, variances);
  const { shape } = means as Tensor;
  const axes = variances.shape.map((size, i) => [size, shape[shape.length - variances.rank + i]]);
  if (!axes.every(([size, other]) => other !== undefined && (size === 1 || size === other))) {
    throw new ShapeError(
      `${operation}: variances are ${formatShape(variances.shape)}, expected ${formatShape(shape)}, ` +
        "or a shape that broadcasts to it",
    );
  }
  const { seen, reduced } = counted(operation, shape, options);
  const all = seen(variances.broadcastTo([...shape]));
  // The least one is added to, not put in its place: so the gradient goes on.
  const least = where(all.less(epsilon), all.neg().add(epsilon), 0).stopGradient();
  const variance = all.add(least);
  const squares = seen(wanted).sub(seen(means)).square();
  const each = variance.log().add(squares.div(variance)).mul(0.5);
  const constant = full ? Math.log(2 * Math.PI) / 2 : 0;
  return reduced(constant === 0 ? each : each.add(constant)) as Reduced<R, ShapeOf<X>>;
}

export interface PoissonOptions<R extends Reduction = Reduction> extends ReductionOptions<R> {
  /** Whether outputs are logarithms of rates; else they are rates. Default: true. */
  readonly logInput?: boolean;
  /** Whether log(target!) is part of it, by Stirling's approximation for targets above 1. Default: false. */
  readonly full?: boolean;
  /** Added to the rates before taking the logarithm. Default: 1e-8. */
  readonly epsilon?: number;
}

/**
 * The mean over all elements of rate - target log(rate): how unlikely counts are by Poisson distributions
 * whose rates are e^outputs, or outputs with `logInput: false`. Any shape. Options and values are PyTorch's.
 *
 * @example
 * poissonNegativeLogLikelihood(tensor([0, 1]), tensor([1, 2])).itemSync(); // => 0.8591
 */
export function poissonNegativeLogLikelihood<
  X extends Tensor,
  Y extends Tensor,
  const R extends Reduction = "mean",
>(
  outputs: X,
  targets: SameShapeCheck<"poissonNegativeLogLikelihood", ShapeOf<X>, ShapeOf<Y>, Y>,
  options: PoissonOptions<R> = {},
): Reduced<R, ShapeOf<X>> {
  const operation = "poissonNegativeLogLikelihood";
  checkOptions(operation, options, {
    ...ofReduction,
    logInput: flag,
    full: flag,
    epsilon: positive,
  });
  const { logInput = true, full = false, epsilon = 1e-8 } = options;
  const wanted = targetsLike(operation, outputs, targets);
  const { seen, reduced } = counted(operation, outputs.shape, options);
  const [y, t] = [seen(outputs), seen(wanted)];
  const each = logInput ? y.exp().sub(t.mul(y)) : y.sub(t.mul(y.add(epsilon).log()));
  return reduced(full ? each.add(logOfFactorial(t)) : each) as Reduced<R, ShapeOf<X>>;
}

/** By Stirling's approximation, and 0 up to 1. */
function logOfFactorial(t: Tensor): Tensor {
  const isLarge = t.greater(1);
  const known = where(isLarge, t, 2);
  const approximation = known
    .mul(known.log())
    .sub(known)
    .add(
      known
        .mul(2 * Math.PI)
        .log()
        .mul(0.5),
    );
  return where(isLarge, approximation, 0);
}
