// From images to rows of features.
import { NablaError, type ShapeOf, type Tensor } from "@nabla/autograd";
import { checkTensor, describe } from "@nabla/autograd/checks";
import { layerOf } from "../layer-of.ts";
import type { MadeOf } from "../parts.ts";
import type { FlattenShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";

/** Joins axes. Made by `flatten`. */
export interface FlattenLayer<Start extends number = number>
  extends MadeOf,
    Shaped<FlattenShape<Start>> {
  readonly startAxis: Start;
  /** `x` [examples, ...] to [examples, features]. */
  forward<X extends Tensor>(
    x: OutputCheck<FlattenShape<Start>, ShapeOf<X>, X>,
  ): Tensor<Output<FlattenShape<Start>, ShapeOf<X>>>;
}

/**
 * All axes from `startAxis` on joined into one; by default all but the first, so that each example
 * becomes a row. (The function of the same name in `@nabla/autograd` joins those of one tensor.)
 *
 * @example
 * flatten().forward(zeros([100, 8, 13, 13])).shape; // => [100, 1352]
 */
export function flatten<const Start extends number = 1>(startAxis?: Start): FlattenLayer<Start> {
  const start: unknown = startAxis === undefined ? 1 : startAxis;
  if (!Number.isInteger(start)) {
    throw new NablaError(
      `flatten: startAxis is ${describe(start)}, expected an integer: flatten()`,
    );
  }
  const forward = (x: Tensor): Tensor => {
    checkTensor("flatten", x);
    return x.flatten(start as number);
  };
  return layerOf<FlattenLayer, FlattenLayer<Start>>({
    kind: "flatten",
    startAxis: start as number,
    forward,
  });
}
