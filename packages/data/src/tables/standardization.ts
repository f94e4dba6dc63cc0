// Inputs of mean 0 and deviation 1, by statistics of the training part that the model's file keeps.
import {
  formatShape,
  isNaN,
  logicalAnd,
  type Parameter,
  parameter,
  ShapeError,
  type Tensor,
  where,
} from "@nabla/autograd";
import type { Layer, NamedParameter } from "@nabla/nn";
import { checkTensor } from "../numpy/npy.ts";

/** A layer that standardises its inputs. Made by `standardization`. */
export interface Standardization extends Layer {
  /** Of each feature, without what is missing. */
  readonly mean: Parameter;
  /** Likewise; 1 where all numbers are the same, or float32 cannot tell that they are not. */
  readonly deviation: Parameter;
  forward(x: Tensor): Tensor;
  parameters(): readonly Parameter[];
  namedBuffers(): readonly NamedParameter[];
}

/**
 * A layer that takes from each feature its mean and divides by its deviation (that of the training
 * examples, `[examples, features]`), and gives 0, the mean, where a number is missing (NaN). Mean and
 * deviation are buffers: no optimiser changes them, and they are saved and loaded with the model; one to
 * load them into is `standardization(zeros([1, features]))`. A feature with infinite numbers has no mean.
 * Throws `ShapeError` for examples that are no matrix, or none.
 *
 * @example
 * const layer = standardization(tensor([[1, 5], [3, 5], [Number.NaN, 5]]));
 * layer.forward(tensor([[4, 6], [Number.NaN, 5]])).arraySync(); // => [[2, 1], [0, 0]]
 */
export function standardization(train: Tensor): Standardization {
  checkTensor("standardization", train);
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
  const square = values.sub(mean).square().mul(isThere).sum(0).div(count);
  // Of equal numbers the mean may be rounded, and so be none of them.
  const highest = where(isNaN(train), Number.NEGATIVE_INFINITY, train.cast("float64")).max(0);
  const lowest = where(isNaN(train), Number.POSITIVE_INFINITY, train.cast("float64")).min(0);
  const m = mean.cast("float32");
  const spread = square.sqrt().cast("float32");
  const d = where(logicalAnd(highest.greater(lowest), spread.greater(0)), spread, 1);
  const own: Readonly<Record<"mean" | "deviation", Parameter>> = {
    mean: parameter(m, { name: "mean" }),
    deviation: parameter(d, { name: "deviation" }),
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
      const filled = where(isNaN(x), own.mean, x);
      return filled.sub(own.mean).div(own.deviation);
    },
    parameters: () => [],
    namedBuffers: () => [
      ["mean", own.mean],
      ["deviation", own.deviation],
    ],
  };
}
