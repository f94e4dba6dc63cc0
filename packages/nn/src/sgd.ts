// Stochastic gradient descent.
import type { Parameter } from "@nabla/autograd";
import { checkFraction, checkPositive, type Optimizer, optimizer, stateOf } from "./optimizer.ts";

export interface SgdOptions {
  /** How far to go against the gradient. */
  readonly learningRate: number;
  /** How much of the last step is kept in the next. Default: 0. */
  readonly momentum?: number;
}

/**
 * Goes against the gradient: p - learningRate * g. With momentum m, against a velocity that keeps
 * a part of what it was: v = m v + g, p - learningRate * v. B. T. Polyak, "Some methods of speeding
 * up the convergence of iteration methods", 1964. Throws `NablaError` for options out of range.
 *
 * @example
 * const w = parameter([3]);
 * const optimizer = sgd([w], { learningRate: 0.25 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [1.5]
 */
export function sgd(
  parameters: readonly Parameter[],
  { learningRate, momentum = 0 }: SgdOptions,
): Optimizer {
  checkPositive("sgd", "learningRate", learningRate);
  checkFraction("sgd", "momentum", momentum);
  const velocityOf = stateOf("velocity");
  return optimizer("sgd", parameters, (gradients) =>
    gradients.flatMap(([p, g]) => {
      if (momentum === 0) return [p.assign(p.sub(g.mul(learningRate)))];
      const velocity = velocityOf(p);
      velocity.assign(velocity.mul(momentum).add(g));
      return [p.assign(p.sub(velocity.mul(learningRate))), velocity];
    }),
  );
}
