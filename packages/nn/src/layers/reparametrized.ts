// Layers whose weight is made of other parameters: by its length and direction, or divided by its largest
// singular value.
import {
  keep,
  NablaError,
  Parameter,
  parameter,
  random,
  type ShapeFunction,
  type ShapeOf,
  substitute,
  type Tensor,
} from "@nabla/autograd";
import { checkOptions, count, describe, integer, positive } from "@nabla/autograd/checks";
import { checkModel } from "../checks.ts";
import { computedDType } from "../computed.ts";
import type { Layer, Parts } from "../layer.ts";
import { layerOf, type Written } from "../layer-of.ts";
import { Mode } from "../mode.ts";
import type { MadeOf } from "../parts.ts";
import type { Output, OutputCheck, Shaped, ShapeFunctionOf } from "../shapes.ts";

/** The shape function of the layer that is wrapped. */
type Inner<L> = ShapeFunctionOf<L> extends infer F extends ShapeFunction ? F : never;

/** A layer with a weight, as `dense` and the convolutions have it. */
export type Weighted = Layer & { readonly weight: Parameter };

export interface WeightNormOptions {
  /** The axis of the weight along which each slice has its own length. Default: that of outputs. */
  readonly axis?: number;
}

/** A layer whose weight has a length and a direction. Made by `weightNorm`. */
export interface WeightNorm<L = Layer> extends MadeOf, Shaped<Inner<L>> {
  /** The lengths, 1 along all axes but one: "weight_g". */
  readonly lengths: Parameter;
  /** Of any length, as the layer's weight: "weight_v". */
  readonly directions: Parameter;
  /** What the layer gives with the weight that is made of them. */
  forward<X extends Tensor>(
    x: OutputCheck<Inner<L>, ShapeOf<X>, X>,
  ): Tensor<Output<Inner<L>, ShapeOf<X>>>;
}

/**
 * Reparametrizes a layer's weight as lengths g and directions v, a pair for each output: g v / |v|, which
 * are trained separately. Initially the weight is unchanged. T. Salimans and D. P. Kingma, "Weight
 * normalization", NIPS 2016, equation 2. For any layer with a `weight`: names are those of PyTorch's
 * `torch.nn.utils.weight_norm`. The layer's own weight is no longer a parameter of the model. Throws
 * `NablaError` for a layer without one.
 *
 * @example
 * const layer = weightNorm(dense(3, 2));
 * layer.namedParameters().map(([name]) => name); // => ["bias", "weight_g", "weight_v"]
 * layer.forward(zeros([5, 3])).shape; // => [5, 2]
 */
export function weightNorm<L extends Weighted>(
  layer: L,
  options: WeightNormOptions = {},
): WeightNorm<L> {
  checkWeighted("weightNorm", layer);
  checkOptions("weightNorm", options, { axis: integer });
  const { weight } = layer;
  const axis = outputAxis("weightNorm", layer, options.axis);
  const others = weight.shape.map((_, i) => i).filter((i) => i !== axis);
  const lengthOf = (v: Tensor): Tensor => v.square().sum(others, { keepDims: true }).sqrt();
  const first = (weight as Tensor).stopGradient();
  const lengths = parameter(lengthOf(first), { name: "weight_g" });
  const directions = parameter(first, { name: "weight_v" });
  const forward = (x: Tensor): Tensor => {
    const v: Tensor = directions;
    const made = v.mul(lengths).div(lengthOf(v));
    return substitute([weight], [made], () => layer.forward(x));
  };
  const parts = { ...partsWithoutWeight(layer), weight_g: lengths, weight_v: directions };
  const written: Written<WeightNorm> = {
    kind: "weightNorm",
    lengths,
    directions,
    parts,
    forward,
  };
  return layerOf(written);
}

export interface SpectralNormOptions extends WeightNormOptions {
  /** How often the estimate is made better at each `forward` in training. Default: 1. */
  readonly iterations?: number;
  /** The least length that is divided by. Default: 1e-12. */
  readonly epsilon?: number;
}

/** A layer whose weight is divided by its largest singular value. Made by `spectralNorm`. */
export interface SpectralNorm<L = Layer> extends MadeOf, Shaped<Inner<L>> {
  /** The weight before it is divided: "weight_orig". */
  readonly original: Parameter;
  /** [outputs], of length 1; not trained, but measured: "weight_u". */
  readonly left: Parameter;
  /** [inputs times window], of length 1; not trained, but measured: "weight_v". */
  readonly right: Parameter;
  readonly training: boolean;
  /** What the layer gives with the weight that is made of it. */
  forward<X extends Tensor>(
    x: OutputCheck<Inner<L>, ShapeOf<X>, X>,
  ): Tensor<Output<Inner<L>, ShapeOf<X>>>;
}

/**
 * A layer, whose weight is divided by its largest singular value, so that no difference grows by it: for
 * critics of adversarial networks. In training each `forward` makes the estimate better by the power
 * method, in `weight_u` and `weight_v`; after `evaluate()` these stay. T. Miyato et al., "Spectral
 * normalization for generative adversarial networks", ICLR 2018, algorithm 1. For any layer with a
 * `weight`: names are those of PyTorch's `torch.nn.utils.spectral_norm`. Throws `NablaError` for a layer
 * without one.
 *
 * @example
 * const layer = spectralNorm(dense(2, 2, { initializer: constant(3) }));
 * // The largest singular value of [[3, 3], [3, 3]] is 6.
 * layer.forward(tensor([[1, 1]])).arraySync(); // => [[1.0000, 1.0000]]
 */
export function spectralNorm<L extends Weighted>(
  layer: L,
  options: SpectralNormOptions = {},
): SpectralNorm<L> {
  checkWeighted("spectralNorm", layer);
  checkOptions("spectralNorm", options, { axis: integer, iterations: count, epsilon: positive });
  const { iterations = 1, epsilon = 1e-12 } = options;
  const { weight } = layer;
  const axis = outputAxis("spectralNorm", layer, options.axis);
  const order = [axis, ...weight.shape.map((_, i) => i).filter((i) => i !== axis)];
  const outputs = weight.shape[axis]!;
  const inputs = weight.size / outputs;
  const matrixOf = (w: Tensor): Tensor => w.permute(order).reshape([outputs, inputs]);
  const unit = (x: Tensor): Tensor => x.div(x.square().sum().sqrt().maximum(epsilon));
  const dtype = computedDType(weight.dtype);
  const cell = (name: string, size: number) =>
    parameter(unit(random.normal([size], { dtype })), { name });
  const original = parameter((weight as Tensor).stopGradient(), { name: "weight_orig" });
  const [left, right] = [cell("weight_u", outputs), cell("weight_v", inputs)];
  const mode = new Mode();
  const forward = (x: Tensor): Tensor => {
    const matrix = matrixOf(original);
    let [u, v] = [left, right].map((one) => one.stopGradient()) as [Tensor, Tensor];
    if (mode.training) {
      const fixed = matrix.stopGradient();
      for (let i = 0; i < iterations; i++) {
        v = unit(u.matmul(fixed));
        u = unit(fixed.matmul(v));
      }
    }
    const largest = u.matmul(matrix.matmul(v));
    const made = (original as Tensor).div(largest);
    // Whatever run computes the weight keeps the better estimate.
    if (mode.training) keep(made, left.assign(u), right.assign(v));
    return substitute([weight], [made], () => layer.forward(x));
  };
  const written: Written<SpectralNorm> = {
    kind: "spectralNorm",
    original,
    left,
    right,
    parts: { ...partsWithoutWeight(layer), weight_orig: original },
    buffers: { weight_u: left, weight_v: right },
    mode,
    forward,
  };
  return layerOf(written);
}

function checkWeighted(operation: string, layer: Weighted): void {
  checkModel(operation, layer, "forward");
  const { weight } = layer as Partial<Weighted>;
  if (weight instanceof Parameter && weight.rank >= 2) return;
  const given = weight instanceof Parameter ? "a row of numbers" : describe(weight);
  throw new NablaError(
    `${operation}: the layer's weight is ${given}, expected a matrix or a kernel`,
  );
}

/** The weight's axis of outputs: the last one of `dense`, the second of transposed kernels, else the first. */
function outputAxis(operation: string, layer: Weighted, axis: number | undefined): number {
  const { rank } = layer.weight;
  if (axis !== undefined && axis >= -rank && axis < rank) return (axis + rank) % rank;
  if (axis !== undefined) {
    const expected = `expected an axis of the weight, from ${-rank} to ${rank - 1}`;
    throw new NablaError(`${operation}: axis is ${axis}, ${expected}`);
  }
  if (layer.kind === "dense") return rank - 1;
  return layer.kind?.startsWith("convolutionTranspose") ? 1 : 0;
}

function partsWithoutWeight(layer: Weighted): Parts {
  return Object.fromEntries(
    Object.entries(layer.parts ?? {}).filter(([, part]) => part !== layer.weight),
  );
}
