// The networks that can be trained: layers of neurons that see all pixels, or convolutions before
// them.

import type { Tensor } from "@nabla/autograd";
import {
  convolution2d,
  flatten,
  type Layer,
  type LayerFunction,
  maxPooling2d,
  sequential,
} from "@nabla/nn";
import {
  activations,
  denseNetworkOf,
  digits,
  type NeuronOptions,
  neuronsOn,
  pixels,
} from "./dense-network.ts";
import type { TrainingOptions } from "./training-options.ts";

/** How many numbers come out of the convolutions. */
const ofConvolutions = 400;

/** `784-16-16-10`: what goes into each layer of neurons, and what comes out. */
export function sizesText({
  model = "mlp",
  hidden,
}: Pick<NetworkOptions, "model" | "hidden">): string {
  return [model === "cnn" ? `cnn-${ofConvolutions}` : pixels, ...hidden, digits].join("-");
}

/** What a network's layers are made from; without `model`, an mlp. */
export type NetworkOptions = NeuronOptions & Partial<Pick<TrainingOptions, "model">>;

/**
 * Images, uint8 [n, 28, 28], to activations between 0 and 1; sigmoid outputs for the quadratic
 * cost, else logits.
 */
export function networkOf({ model = "mlp", ...options }: NetworkOptions): Layer {
  if (model === "mlp") return denseNetworkOf(options);
  const layers = convolutions(activations[options.activation]);
  return sequential(...layers, ...neuronsOn(ofConvolutions, options));
}

/**
 * [n, 28, 28] to [n, 400], in the sizes of LeNet-5 (Y. LeCun, L. Bottou, Y. Bengio and P. Haffner,
 * "Gradient-based learning applied to document recognition", 1998, section II.B), but with the
 * greatest of each window instead of a weighted mean, and each kernel on all channels. The greatest
 * is taken first: activations rise, so that it comes to the same, for a quarter of the work.
 */
function convolutions(activation: LayerFunction): (Layer | LayerFunction)[] {
  return [
    (images: Tensor) => images.reshape([images.shape[0]!, 1, 28, 28]).div(255),
    convolution2d(1, 6, 5, { padding: 2 }),
    maxPooling2d(2),
    activation,
    convolution2d(6, 16, 5),
    maxPooling2d(2),
    activation,
    flatten(),
  ];
}
