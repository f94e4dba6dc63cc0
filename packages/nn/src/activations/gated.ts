// Gated linear units: one half of the features, times an activation of the other half. N. Shazeer, "GLU
// variants improve transformer", 2020, https://arxiv.org/abs/2002.05202
import { formatShape, ShapeError, type ShapeOf, type Tensor } from "@nabla/autograd";
import { checkTensor } from "@nabla/autograd/checks";
import type { HalfShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";

/** A function that halves the number of features. */
export interface GatedUnit<Operation extends string> extends Shaped<HalfShape<Operation>> {
  /** `x` [..., 2 features] to [..., features]. */
  <X extends Tensor>(
    x: OutputCheck<HalfShape<Operation>, ShapeOf<X>, X>,
  ): Tensor<Output<HalfShape<Operation>, ShapeOf<X>>>;
}

/**
 * a sigmoid(b), where a is the first half of the features, the last axis, and b the second. Behind a
 * `dense` of twice the features the network itself decides what passes. Input: [..., 2 features]; output:
 * [..., features]. Y. N. Dauphin et al., "Language modeling with gated convolutional networks", ICML 2017.
 * Throws `ShapeError` for an odd number of features.
 *
 * @example
 * glu(tensor([[3, 5, 0, 1000]])).arraySync(); // => [[1.5, 5]]
 * sequential(dense(4, 16), glu, dense(8, 2)).forward(zeros([3, 4])).shape; // => [3, 2]
 */
export const glu: GatedUnit<"glu"> = gated("glu", (b) => b.sigmoid());

/**
 * a gelu(b), with a and b as for `glu`. N. Shazeer, "GLU variants improve transformer", 2020.
 *
 * @example
 * geglu(tensor([[3, 5, 0, 1]])).arraySync(); // => [[0, 4.2067]]
 */
export const geglu: GatedUnit<"geglu"> = gated("geglu", (b) => b.gelu());

/**
 * a silu(b), with a and b as for `glu`. N. Shazeer, "GLU variants improve transformer", 2020.
 *
 * @example
 * swiglu(tensor([[3, 5, 0, 1]])).arraySync(); // => [[0, 3.6553]]
 */
export const swiglu: GatedUnit<"swiglu"> = gated("swiglu", (b) => b.silu());

/**
 * a relu(b), with a and b as for `glu`. N. Shazeer, "GLU variants improve transformer", 2020.
 *
 * @example
 * reglu(tensor([[3, 5, -1, 2]])).arraySync(); // => [[0, 10]]
 */
export const reglu: GatedUnit<"reglu"> = gated("reglu", (b) => b.relu());

function gated<Operation extends string>(
  name: Operation,
  activation: (b: Tensor) => Tensor,
): GatedUnit<Operation>;
function gated(name: string, activation: (b: Tensor) => Tensor): (x: Tensor) => Tensor {
  const unit = {
    [name](x: Tensor): Tensor {
      checkTensor(name, x);
      const size = x.shape.at(-1);
      if (size === undefined || size % 2 !== 0) {
        throw new ShapeError(
          `${name}: expects an even number of features, got ${formatShape(x.shape)}`,
        );
      }
      const a: Tensor = x.slice(-1, 0, size / 2);
      const b: Tensor = x.slice(-1, size / 2, size);
      return a.mul(activation(b));
    },
  };
  return unit[name]!;
}
