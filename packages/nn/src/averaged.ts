// A mean of a model's weights over the steps of its training.
import {
  compile,
  formatShape,
  NablaError,
  parameter,
  ShapeError,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import { checkOptions, fraction, type Kind } from "@nabla/autograd/checks";
import { checkState, realizing, type StatefulCallback } from "./callbacks.ts";
import { checkModel } from "./checks.ts";
import { zerosFor } from "./computed.ts";
import { checkBlocks, readNow } from "./later.ts";
import type { Model } from "./layer.ts";

export interface AveragedOptions {
  /**
   * How much of the mean each step keeps, such as 0.999: an exponential mean that starts from the weights
   * after the first counted step. Default: the plain mean of all counted steps.
   */
  readonly decay?: number;
  /** How many steps come before the first that counts. Default: 0. */
  readonly after?: number;
}

/** A mean of weights. Made by `averaged`. */
export interface AveragedWeights extends StatefulCallback {
  /** Counts the weights as they are; a `fit` that has this among its callbacks does, after each step. */
  update(): void;
  /** What `f` gives while the model has the mean for weights; it has its own again after. */
  during<T>(f: () => T | Promise<T>): Promise<T>;
  /** Gives the model the mean for weights. */
  assign(): void;
}

const steps: Kind = [(x) => Number.isSafeInteger(x) && (x as number) >= 0, "an integer from 0"];

/**
 * The mean of a model's parameters over the steps of its training, which often predicts better than the
 * last ones: B. T. Polyak and A. B. Juditsky, "Acceleration of Stochastic Approximation by Averaging",
 * 1992. As a callback of `fit` it counts after each step, the model is measured with the mean at the end of
 * each epoch, and checkpoints keep it. Buffers, such as running statistics, and parameters of integers stay the model's. `during`
 * and `assign` do nothing before the first step that counts.
 *
 * @example
 * const model = dense(1, 1, { bias: false });
 * const mean = averaged(model);
 * for (const weight of [1, 2, 6]) {
 *   model.weight.assign([[weight]]);
 *   mean.update();
 * }
 * await mean.during(() => model.weight.arraySync()); // => [[3]]
 * model.weight.arraySync(); // => [[6]]
 */
export function averaged(model: Model, options: AveragedOptions = {}): AveragedWeights {
  checkModel("averaged", model);
  checkOptions("averaged", options, { decay: fraction, after: steps });
  const { decay, after = 0 } = options;
  // Integers have no mean: they keep the model's value, as buffers do.
  const parameters = model.parameters().filter(({ dtype }) => dtype.includes("float"));
  const means = parameters.map((p) => parameter(zerosFor(p), { name: `mean of ${p.name}` }));
  /** Number of steps so far; only those beyond `after` count. */
  let seen = 0;
  const count = compile((weight: Tensor) => {
    means.forEach((mean, i) => {
      const own = weight.cast(mean.dtype);
      mean.assign(mean.add(parameters[i]!.sub(mean).mul(own)));
    });
    return weight;
  });
  /** What the next weights count for; undefined where they do not. */
  const next = () => {
    const counted = ++seen - after;
    if (counted < 1) return undefined;
    const share = counted === 1 || decay === undefined ? 1 / counted : 1 - decay;
    return tensor(share, { dtype: "float64" });
  };
  const swapped = (): (() => void) => {
    if (seen <= after) return () => undefined;
    const own = parameters.map((p) => p.snapshot());
    parameters.forEach((p, i) => p.assign(means[i]!.snapshot()));
    return () => parameters.forEach((p, i) => p.assign(own[i]!));
  };
  const during: AveragedWeights["during"] = async (f) => {
    const back = swapped();
    try {
      return await f();
    } finally {
      back();
    }
  };
  return {
    update() {
      checkBlocks("update", "have it among the callbacks of fit");
      const weight = next();
      if (weight) count(weight);
    },
    async afterStep() {
      const weight = next();
      if (weight) await count.async(weight);
    },
    aroundMeasuring: during,
    during,
    assign() {
      swapped();
    },
    state: () => ({
      steps: tensor(seen, { dtype: "float64" }),
      ...Object.fromEntries(means.map((mean, i) => [String(i), mean.snapshot()] as const)),
    }),
    load(state) {
      checkState(state);
      const { steps: stored, ...others } = state;
      if (stored?.size !== 1) throw new NablaError("load: the state has no number of steps");
      const names = Object.keys(others);
      if (names.length !== means.length) {
        throw new NablaError(
          `load: the state has ${names.length} means, expected ${means.length}, one for each parameter`,
        );
      }
      const values = means.map(({ shape }, i) => {
        const value = others[i];
        if (!value) throw new NablaError(`load: the state has no mean "${i}"`);
        const [given, expected] = [formatShape(value.shape), formatShape(shape)];
        if (given === expected) return readNow("load", value, realizing);
        throw new ShapeError(`load: mean "${i}" is ${given} in the state, expected ${expected}`);
      });
      seen = readNow("load", stored, realizing)[0]!;
      means.forEach((mean, i) => {
        mean.assign(tensor(values[i]!, { shape: [...mean.shape], dtype: mean.dtype }));
      });
    },
  };
}
