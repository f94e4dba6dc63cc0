// Residual connections: the output of layers, added to their input.
import { formatShape, ShapeError, type ShapeOf, type Tensor } from "@nabla/autograd";
import { checkTensor } from "@nabla/autograd/checks";
import type { Layer, LayerFunction } from "../layer.ts";
import { layerOf } from "../layer-of.ts";
import type { MadeOf } from "../parts.ts";
import { sequential } from "../sequential.ts";
import type { ResidualShape } from "../shapes/layers.ts";
import type { ChainAt, Output, OutputCheck, SequentialShape, Shaped } from "../shapes.ts";

/** x + f(x). Made by `residual`. */
export interface Residual<Layers extends readonly unknown[] = readonly (Layer | LayerFunction)[]>
  extends MadeOf,
    Shaped<ResidualShape<SequentialShape<Layers>>> {
  readonly layers: Layers;
  /** The shape stays as it is. */
  forward<X extends Tensor>(
    x: OutputCheck<ResidualShape<SequentialShape<Layers>>, ShapeOf<X>, X>,
  ): Tensor<Output<ResidualShape<SequentialShape<Layers>>, ShapeOf<X>>>;
}

/**
 * x plus the output of the layers, applied one after the other: they learn a change, and gradients bypass
 * them. For layers that keep the shape. K. He, X. Zhang, S. Ren and J. Sun, "Deep residual learning for
 * image recognition", CVPR 2016, equation 1. Throws `ShapeError` if the layers change the shape.
 *
 * @example
 * const block = residual(dense(8, 32), relu, dense(32, 8));
 * block.forward(zeros([5, 8])).shape; // => [5, 8]
 */
export function residual<Layers extends readonly (Layer | LayerFunction)[]>(
  ...layers: { readonly [K in keyof Layers]: Layers[K] & ChainAt<Layers, K> }
): Residual<Layers> {
  const change: Layer & MadeOf = sequential<readonly (Layer | LayerFunction)[]>(...(layers as []));
  const forward = (x: Tensor): Tensor => {
    checkTensor("residual", x);
    const y = change.forward(x);
    const [given, got] = [formatShape(x.shape), formatShape(y.shape)];
    if (given !== got) throw new ShapeError(`residual: ${given} goes in, ${got} comes out`);
    return x.add(y);
  };
  return layerOf<Residual, Residual<Layers>>({
    kind: "residual",
    layers,
    parts: change.parts,
    forward,
  });
}
