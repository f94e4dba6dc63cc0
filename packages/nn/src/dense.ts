// The dense (fully connected) layer.
import {
  type DTypeOption,
  type Parameter,
  parameter,
  type ShapeOf,
  type Tensor,
  zeros,
} from "@nabla/autograd";
import { checkOptions, checkTensor, flag } from "@nabla/autograd/checks";
import { adapted, canBeAdapted } from "./adapters.ts";
import { checkAxis, checkCount } from "./checks.ts";
import { firstValue, type Initializer, xavierUniform } from "./initializers.ts";
import type { NamedParameter } from "./layer.ts";
import { layerOf } from "./layer-of.ts";
import { ofWeights } from "./options.ts";
import type { MadeOf } from "./parts.ts";
import type { DenseShape, Output, OutputCheck, Shaped } from "./shapes.ts";

export interface DenseOptions extends DTypeOption {
  /** Whether a number is added for each neuron. Default: true; it starts at 0. */
  readonly bias?: boolean;
  /** First values of the weights. Default: `xavierUniform()`; before relu take `heUniform()`. */
  readonly initializer?: Initializer;
}

/** A layer of `outputFeatures` neurons with `inputFeatures` weights each. Made by `dense`. */
export interface Dense<In extends number = number, Out extends number = number>
  extends MadeOf,
    Shaped<DenseShape<In, Out>> {
  readonly inputFeatures: In;
  readonly outputFeatures: Out;
  /** `[inputs, outputs]`: column `j` holds the weights of neuron `j`. */
  readonly weight: Parameter<[In, Out]>;
  /** [outputs]; undefined without bias. */
  readonly bias: Parameter<[Out]> | undefined;
  parameters(): readonly Parameter[];
  /** "weight", and "bias" if there is one. */
  namedParameters(): readonly NamedParameter[];
  /** `x` [..., inputs] to [..., outputs]: x W + b. */
  forward<X extends Tensor>(
    x: OutputCheck<DenseShape<In, Out>, ShapeOf<X>, X>,
  ): Tensor<Output<DenseShape<In, Out>, ShapeOf<X>>>;
}

/**
 * A fully connected layer: the weighted sums x W + b of all previous activations, usually followed by an
 * activation such as `sigmoid`. Input: [..., inputFeatures]; output: [..., outputFeatures]. Throws
 * `NablaError` for sizes that are not positive integers.
 *
 * @example
 * const layer = dense(3, 2);
 * layer.forward(zeros([5, 3])).shape; // => [5, 2]
 * layer.parameters().length; // => 2
 */
export function dense<const In extends number, const Out extends number>(
  inputFeatures: In,
  outputFeatures: Out,
  options: DenseOptions = {},
): Dense<In, Out> {
  checkOptions("dense", options, { bias: flag, ...ofWeights });
  const { bias: hasBias = true, initializer = xavierUniform(), dtype = "float32" } = options;
  for (const features of [inputFeatures, outputFeatures]) checkCount("dense", "features", features);
  const first = firstValue("dense", initializer, [inputFeatures, outputFeatures], { dtype });
  const weight = parameter(first, { name: "weight" });
  canBeAdapted(weight, "inputs first");
  const bias = hasBias
    ? parameter(zeros([outputFeatures as number], { dtype }), { name: "bias" })
    : undefined;
  const forward = (x: Tensor): Tensor => {
    checkTensor("dense", x);
    checkAxis("dense", x.shape, -1, inputFeatures, "features");
    const weighted = adapted(x.matmul(weight), x, weight);
    return bias ? weighted.add(bias) : weighted;
  };
  const sizes = { inputFeatures, outputFeatures };
  const parts = { weight, bias };
  return layerOf<Dense, Dense<In, Out>>({ kind: "dense", ...sizes, ...parts, parts, forward });
}
