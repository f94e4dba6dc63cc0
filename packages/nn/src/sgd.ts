// Stochastic gradient descent.
import {
  NablaError,
  type Parameter,
  parameter,
  realize,
  type Tensor,
  zerosLike,
} from "@nabla/autograd";

/** Changes parameters by their gradients. */
export interface Optimizer {
  readonly parameters: readonly Parameter[];
  /**
   * Takes one step with the gradients that `backward` has left, and clears them. The costs that
   * `backward` was called on are computed in the same run, so reading them afterwards is free.
   */
  step(): void;
}

export interface SgdOptions {
  /** How far to go against the gradient. */
  readonly learningRate: number;
  /** How much of the last step is kept in the next. Default: 0. */
  readonly momentum?: number;
}

/**
 * Goes against the gradient: p - learningRate * g. With momentum m, against a velocity that keeps
 * a part of what it was: v = m v + g, p - learningRate * v. B. T. Polyak, "Some methods of speeding
 * up the convergence of iteration methods", 1964.
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
  if (!Array.isArray(parameters)) {
    throw new NablaError(`sgd: expects a list of parameters, such as network.parameters()`);
  }
  if (parameters.length === 0)
    throw new NablaError("sgd: got no parameters, nothing can be learnt");
  if (!(learningRate > 0)) {
    throw new NablaError(`sgd: learningRate is ${learningRate}, expected a positive number`);
  }
  if (!(momentum >= 0 && momentum < 1)) {
    throw new NablaError(`sgd: momentum is ${momentum}, expected 0 up to 1`);
  }
  const velocities = new Map<Parameter, Parameter>();
  return {
    parameters,
    step() {
      const updates = parameters.flatMap((p): [Parameter, Tensor][] => {
        if (!p.grad) return [];
        const direction =
          momentum === 0 ? p.grad : velocityOf(p, velocities).mul(momentum).add(p.grad);
        return [[p, direction]];
      });
      if (updates.length === 0) {
        throw new NablaError("step: no parameter has a gradient; call backward() on a cost first");
      }
      const changed = updates.flatMap(([p, direction]) => {
        const velocity = velocities.get(p)?.assign(direction);
        p.assign(p.sub((velocity ?? direction).mul(learningRate)));
        p.grad = null;
        return velocity ? [p, velocity] : [p];
      });
      realize(...changed);
    },
  };
}

function velocityOf(p: Parameter, velocities: Map<Parameter, Parameter>): Parameter {
  let velocity = velocities.get(p);
  if (!velocity) {
    velocity = parameter(zerosLike(p), { name: `velocity of ${p.name}` });
    velocities.set(p, velocity);
  }
  return velocity;
}
