// Adam: steps of a size that follows each component's own gradients.
import { type Parameter, parameter } from "@nabla/autograd";
import { checkFraction, checkPositive, type Optimizer, optimizer, stateOf } from "./optimizer.ts";

export interface AdamOptions {
  /** About how far each component goes in a step. Default: 0.001. */
  readonly learningRate?: number;
  /** How much of the mean of gradients is kept from step to step. Default: 0.9. */
  readonly beta1?: number;
  /** How much of the mean of their squares is kept. Default: 0.999. */
  readonly beta2?: number;
  /** Keeps the division from zero. Default: 1e-8. */
  readonly epsilon?: number;
}

/**
 * Adam: m = beta1 m + (1 - beta1) g and v = beta2 v + (1 - beta2) g^2 are the running means of
 * gradients and their squares, which start at 0; the step t is against m / (1 - beta1^t), divided by
 * sqrt(v / (1 - beta2^t)) + epsilon. D. P. Kingma and J. Ba, "Adam: A Method for Stochastic
 * Optimization", 2015, algorithm 1. Throws `NablaError` for options out of range.
 *
 * @example
 * const w = parameter([3, -200]);
 * const optimizer = adam([w], { learningRate: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [2.5, -199.5]
 */
export function adam(
  parameters: readonly Parameter[],
  { learningRate = 0.001, beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {},
): Optimizer {
  checkPositive("adam", "learningRate", learningRate);
  checkFraction("adam", "beta1", beta1);
  checkFraction("adam", "beta2", beta2);
  checkPositive("adam", "epsilon", epsilon);
  const [meanOf, squareOf] = [stateOf("mean"), stateOf("mean square")];
  const steps = parameter(0, { name: "steps", dtype: "float64" });
  /** 1 - beta^steps, without the digits that 1 - x loses for x near 1. */
  const missing = (beta: number) => steps.mul(Math.log(beta)).expm1().neg();
  return optimizer("adam", parameters, (gradients) => {
    steps.assign(steps.add(1));
    const [toMean, toSquare] = [missing(beta1), missing(beta2)];
    const changed = gradients.flatMap(([p, g]) => {
      const [mean, square] = [meanOf(p), squareOf(p)];
      mean.assign(mean.mul(beta1).add(g.mul(1 - beta1)));
      square.assign(square.mul(beta2).add(g.square().mul(1 - beta2)));
      const size = square.div(toSquare.cast(p.dtype)).sqrt().add(epsilon);
      const step = mean.div(toMean.cast(p.dtype)).div(size);
      return [p.assign(p.sub(step.mul(learningRate))), mean, square];
    });
    return [steps, ...changed];
  });
}
