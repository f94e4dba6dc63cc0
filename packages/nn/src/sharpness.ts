// Sharpness-aware minimisation, as a cost.
import { gradients, NablaError, type Parameter, substitute, type Tensor } from "@nabla/autograd";
import { checkOptions, describe, positive } from "@nabla/autograd/checks";
import { checkParameters } from "./checks.ts";
import { normOf } from "./clipping.ts";
import { checkOneNumber } from "./fit-cost.ts";

export interface SharpnessOptions {
  /** How far away the parameters are moved, as one long vector. Default: 0.05. */
  readonly radius?: number;
}

/**
 * The cost at the worst nearby point: after a step of length `radius` up its gradient. The gradient
 * there, which `backward` leaves in the parameters, is that of sharpness-aware minimisation (SAM), so any
 * optimiser that uses it looks for flat minima; in `fit`, call it in `batchCost`. `cost()` is called
 * twice, so a step takes twice as long, and running statistics are updated twice; random draws should use
 * the key given to `batchCost`. P. Foret, A. Kleiner, H. Mobahi and B. Neyshabur, "Sharpness-Aware
 * Minimization for Efficiently Improving Generalization", 2021, algorithm 1. Throws `NablaError` for a
 * radius that is not a positive number.
 *
 * @example
 * const w = parameter([3, 4]);
 * const cost = () => w.square().sum();
 * sharpnessAware(cost, [w], { radius: 1 }).backward();
 * w.grad?.arraySync(); // => [7.2, 9.6]
 */
export function sharpnessAware(
  cost: () => Tensor,
  parameters: readonly Parameter[],
  options: SharpnessOptions = {},
): Tensor {
  if (typeof cost !== "function") {
    throw new NablaError(`sharpnessAware: cost is ${describe(cost)}, expected a function`);
  }
  checkParameters("sharpnessAware", parameters);
  checkOptions("sharpnessAware", options, { radius: positive });
  const { radius = 0.05 } = options;
  const moving = parameters.filter(({ isFrozen }) => !isFrozen);
  const here: unknown = cost();
  checkOneNumber("sharpnessAware: the cost", here);
  const slopes = gradients(here, moving);
  // As in the authors' program: no gradient moves nothing.
  const scale = normOf(slopes).add(1e-12).reciprocal().mul(radius);
  const moved = moving.map((p, i) =>
    p.add(slopes[i]!.mul(scale.cast(slopes[i]!.dtype)).stopGradient()),
  );
  const highest: unknown = substitute(moving, moved, cost);
  checkOneNumber("sharpnessAware: the cost", highest);
  return highest;
}
