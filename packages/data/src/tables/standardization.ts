// Inputs of mean 0 and deviation 1, by statistics of the training part that the model's file keeps.
import {
  formatShape,
  isNaN,
  type Parameter,
  parameter,
  ShapeError,
  type Tensor,
  where,
} from "@nabla/autograd";
import { checkOptions, oneOf } from "@nabla/autograd/checks";
import type { Layer, NamedParameter } from "@nabla/nn";
import { checkTensor } from "../numpy/npy.ts";

/** A layer that standardises its inputs. Made by `standardization`. */
export interface Standardization extends Layer {
  /** Of each feature, without what is missing. */
  readonly mean: Parameter;
  /** Likewise; 1 where all numbers are the same. */
  readonly deviation: Parameter;
  /** Float32, unless `dtype` said float64. */
  forward(x: Tensor): Tensor;
  parameters(): readonly Parameter[];
  namedBuffers(): readonly NamedParameter[];
}

export interface StandardizationOptions {
  /** What the layer gives. Default: "float32", as networks take it. */
  readonly dtype?: "float32" | "float64";
}

/**
 * A layer that takes from each feature its mean and divides by its deviation (that of the training
 * examples, `[examples, features]`), and gives 0, the mean, where a number is missing (NaN). It computes in
 * float64 and rounds at the end, so that features of float64 which vary little beside their mean, such as
 * times in seconds, lose nothing. Mean and deviation, float64, are buffers: no optimiser changes them, and
 * they are saved and loaded with the model; one to load them into is `standardization(zeros([1, features]))`.
 * A feature with infinite numbers has no mean.
 * Throws `ShapeError` for examples that are no matrix, or none, `NablaError` for options it does not have.
 *
 * @example
 * const layer = standardization(tensor([[1, 5], [3, 5], [Number.NaN, 5]]));
 * layer.forward(tensor([[4, 6], [Number.NaN, 5]])).arraySync(); // => [[2, 1], [0, 0]]
 */
export function standardization(
  train: Tensor,
  options: StandardizationOptions = {},
): Standardization {
  checkTensor("standardization", train);
  checkOptions("standardization", options, { dtype: oneOf("float32", "float64") });
  const { dtype = "float32" } = options;
  const { shape } = train as Tensor<[number, number]>;
  if (shape.length !== 2 || shape[0] === 0) {
    throw new ShapeError(
      `standardization: got ${formatShape(shape)}, expected examples, [examples, features]`,
    );
  }
  const features = shape[1];
  const isThere = isNaN(train).cast("float64").neg().add(1);
  const values = where(isNaN(train), 0, train.cast("float64")) as Tensor<[number, number]>;
  const count = isThere.sum(0).maximum(1);
  const mean = values.sum(0).div(count);
  // Divided by the largest, whose square might be infinite or 0.
  const away = values.sub(mean).mul(isThere).abs();
  const most = away.max(0);
  const largest = where(most.greater(0), most, 1);
  const spread = away.div(largest).square().sum(0).div(count).sqrt().mul(largest);
  // Of equal numbers the mean may be rounded, and so be none of them.
  const highest = where(isNaN(train), Number.NEGATIVE_INFINITY, train.cast("float64")).max(0);
  const lowest = where(isNaN(train), Number.POSITIVE_INFINITY, train.cast("float64")).min(0);
  const deviation = where(highest.greater(lowest), spread, 1);
  const own: Readonly<Record<"mean" | "deviation", Parameter>> = {
    mean: parameter(mean, { name: "mean" }),
    deviation: parameter(deviation, { name: "deviation" }),
  };
  return {
    ...own,
    forward(x) {
      checkTensor("standardization", x);
      if (x.shape.at(-1) !== features) {
        const given = formatShape(x.shape);
        throw new ShapeError(`standardization: expects ${features} features, got ${given}`);
      }
      // Before the difference: the derivative of what is missing is 0, not NaN.
      const filled = where(isNaN(x), own.mean, x.cast("float64"));
      return filled.sub(own.mean).div(own.deviation).cast(dtype);
    },
    parameters: () => [],
    namedBuffers: () => [
      ["mean", own.mean],
      ["deviation", own.deviation],
    ],
  };
}
