// What all optimisers share: which parameters have gradients, and one run for all that changes.
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

/** A parameter and its gradient. */
export type Gradient = readonly [p: Parameter, g: Tensor];

/** An optimiser called `name`. `update` assigns to parameters and state, and says to which. */
export function optimizer(
  name: string,
  parameters: readonly Parameter[],
  update: (gradients: readonly Gradient[]) => readonly Parameter[],
): Optimizer {
  if (!Array.isArray(parameters)) {
    throw new NablaError(`${name}: expects a list of parameters, such as network.parameters()`);
  }
  if (parameters.length === 0) {
    throw new NablaError(`${name}: got no parameters, nothing can be learnt`);
  }
  return {
    parameters,
    step() {
      const gradients = parameters.flatMap((p): Gradient[] => (p.grad ? [[p, p.grad]] : []));
      if (gradients.length === 0) {
        throw new NablaError("step: no parameter has a gradient; call backward() on a cost first");
      }
      const changed = update(gradients);
      for (const [p] of gradients) p.grad = null;
      realize(...changed);
    },
  };
}

/** Gives each parameter a companion of its shape, 0 at first: the `name` that an optimiser keeps of it. */
export function stateOf(name: string): (p: Parameter) => Parameter {
  const states = new Map<Parameter, Parameter>();
  return (p) => {
    let state = states.get(p);
    if (!state) states.set(p, (state = parameter(zerosLike(p), { name: `${name} of ${p.name}` })));
    return state;
  };
}

/** `value`, if it is a positive number; else throws `NablaError`. */
export function checkPositive(operation: string, name: string, value: number): number {
  if (value > 0) return value;
  throw new NablaError(`${operation}: ${name} is ${value}, expected a positive number`);
}

/** `value`, if it is 0 or more and below 1; else throws `NablaError`. */
export function checkFraction(operation: string, name: string, value: number): number {
  if (value >= 0 && value < 1) return value;
  throw new NablaError(`${operation}: ${name} is ${value}, expected 0 up to 1`);
}
