// Transforms that remember what directions have been.

import { checkKind, checkOptions, flag, fraction, positive } from "@nabla/autograd/checks";
import { type AdamOptions, adamDirection, adamKeeps } from "../optimizers/adam.ts";
import { runningMean } from "../optimizers/optimizer.ts";
import type { Transform } from "./chain.ts";

/**
 * A transform to a velocity with decay `keep`: v = keep v + d; with `nesterov` to d + keep v. As in
 * `sgd`. Throws `NablaError` for a decay that is not from 0 up to 1.
 *
 * @example
 * const w = parameter([1]);
 * const optimizer = chain(addMomentum(0.5))([w], { learningRate: 0.25 });
 * for (let i = 0; i < 2; i++) {
 *   w.sum().backward();
 *   optimizer.step();
 * }
 * w.arraySync(); // => [0.375]
 */
export function addMomentum(
  keep: number,
  options: { readonly nesterov?: boolean } = {},
): Transform {
  checkKind("addMomentum", "the part that is kept", keep, fraction);
  checkOptions("addMomentum", options, { nesterov: flag });
  return {
    name: "addMomentum",
    keeps: () => ["velocity"],
    each(direction, { kept }) {
      const velocity = kept["velocity"]!;
      velocity.assign(velocity.mul(keep).add(direction));
      return options.nesterov ? direction.add(velocity.mul(keep)) : velocity;
    },
  };
}

/**
 * A transform to Adam's direction, with the options of `adam` except for the learning rate. Throws
 * `NablaError` for options out of range.
 *
 * @example
 * const w = parameter([3, -200]);
 * const optimizer = chain(scaleByAdam({ beta1: 0.8 }))([w], { learningRate: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [2.5, -199.5]
 */
export function scaleByAdam(options: Omit<AdamOptions, "learningRate"> = {}): Transform {
  checkOptions("scaleByAdam", options, {
    beta1: fraction,
    beta2: fraction,
    epsilon: positive,
    amsGrad: flag,
  });
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, amsGrad = false } = options;
  const own = { beta1, beta2, epsilon, amsGrad };
  return {
    name: "scaleByAdam",
    counts: true,
    keeps: () => adamKeeps(own),
    each: (g, { kept, ofSteps }) => adamDirection({ g, kept, ofSteps, options: own }),
  };
}

export interface ScaleByRmsOptions {
  /** How much of the mean of squares is kept from step to step. Default: 0.99. */
  readonly decay?: number;
  /** Keeps the division from zero. Default: 1e-8. */
  readonly epsilon?: number;
}

/**
 * A transform that divides by the root of the running mean of squares, as `rmsProp` does. Throws
 * `NablaError` for options out of range.
 *
 * @example
 * const w = parameter([3, -200]);
 * const optimizer = chain(scaleByRms({ decay: 0.75 }))([w], { learningRate: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [2, -199]
 */
export function scaleByRms(options: ScaleByRmsOptions = {}): Transform {
  checkOptions("scaleByRms", options, { decay: fraction, epsilon: positive });
  const { decay = 0.99, epsilon = 1e-8 } = options;
  return {
    name: "scaleByRms",
    keeps: () => ["meanSquare"],
    each(direction, { kept }) {
      const meanSquare = kept["meanSquare"]!;
      meanSquare.assign(runningMean(meanSquare, direction.square(), decay));
      return direction.div(meanSquare.sqrt().add(epsilon));
    },
  };
}
