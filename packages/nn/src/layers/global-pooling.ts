// Pooling over all places: one number for each channel.
import { formatShape, ShapeError, type ShapeOf, type Tensor } from "@nabla/autograd";
import { checkTensor } from "@nabla/autograd/checks";
import { layerOf, type Written } from "../layer-of.ts";
import type { MadeOf } from "../parts.ts";
import type { GlobalShape } from "../shapes/windows.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";

type GlobalKind = "globalMaxPooling" | "globalAveragePooling";

/** Pools all places of a channel. Made by `globalMaxPooling` and `globalAveragePooling`. */
export interface GlobalPooling<Operation extends string = string>
  extends MadeOf,
    Shaped<GlobalShape<Operation>> {
  /** `x` [examples, channels, ...places] to [examples, channels]. */
  forward<X extends Tensor>(
    x: OutputCheck<GlobalShape<Operation>, ShapeOf<X>, X>,
  ): Tensor<Output<GlobalShape<Operation>, ShapeOf<X>>>;
}

/**
 * The largest element of each channel, at any position. Input: [examples, channels, ...places], along
 * any number of axes; output: [examples, channels].
 *
 * @example
 * globalMaxPooling().forward(arange(8).reshape([1, 2, 2, 2])).arraySync(); // => [[3, 7]]
 */
export function globalMaxPooling(): GlobalPooling<"globalMaxPooling"> {
  return layerOf(pooling("globalMaxPooling", (x, places) => x.max(places)));
}

/**
 * The mean of each channel, for images of any size before the last layer. Input: [examples, channels,
 * ...places], along any number of axes; output: [examples, channels]. M. Lin, Q. Chen and S. Yan, "Network
 * in network", ICLR 2014, section 3.2.
 *
 * @example
 * globalAveragePooling().forward(arange(8).reshape([1, 2, 2, 2])).arraySync(); // => [[1.5, 5.5]]
 */
export function globalAveragePooling(): GlobalPooling<"globalAveragePooling"> {
  return layerOf(pooling("globalAveragePooling", (x, places) => x.mean(places)));
}

function pooling(
  kind: GlobalKind,
  pooled: (x: Tensor, places: readonly number[]) => Tensor,
): Written<GlobalPooling> {
  const forward = (x: Tensor): Tensor => {
    checkTensor(kind, x);
    if (x.rank < 3) {
      const given = formatShape(x.shape);
      throw new ShapeError(`${kind}: expects [examples, channels, ...places], got ${given}`);
    }
    return pooled(x, x.shape.map((_, axis) => axis).slice(2));
  };
  return { kind, forward };
}
