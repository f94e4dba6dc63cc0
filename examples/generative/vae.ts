// A variational autoencoder: an encoder gives each image a normal distribution of codes, a decoder draws
// the image again from one of them. What it draws from random codes are new images. D. P. Kingma and M.
// Welling, "Auto-encoding variational Bayes", 2014.
import { random, type Tensor } from "@nabla/autograd";
import {
  type BatchFitOptions,
  binaryCrossEntropy,
  dense,
  madeOf,
  type Optimizer,
  relu,
  sequential,
} from "@nabla/nn";

export interface Sizes {
  readonly pixels: number;
  readonly hidden: number;
  /** Numbers in a code. */
  readonly code: number;
}

export type VariationalAutoencoder = ReturnType<typeof variationalAutoencoder>;

export function variationalAutoencoder({ pixels, hidden, code }: Sizes) {
  const parts = {
    encoder: sequential(dense(pixels, hidden), relu, dense(hidden, 2 * code)),
    decoder: sequential(dense(code, hidden), relu, dense(hidden, pixels)),
  };
  return {
    ...madeOf(parts),
    pixels,
    code,
    /** Of each image [count, pixels] the normal distribution of its codes, [count, code] each. */
    encode(images: Tensor): { readonly mean: Tensor; readonly logVariance: Tensor } {
      const [mean, logVariance] = parts.encoder.forward(images).split(2, 1) as [Tensor, Tensor];
      return { mean, logVariance };
    },
    /** The logits of the pixels of each code's image. */
    decode: (codes: Tensor): Tensor => parts.decoder.forward(codes),
  };
}

/** The two terms of the evidence lower bound, negated, in nats an image. */
export function costsOf(
  model: VariationalAutoencoder,
  { images }: { readonly images: Tensor },
  key: Tensor<[2]>,
) {
  const { mean, logVariance } = model.encode(images);
  // Noise of a key, scaled and shifted: gradients go through the draw.
  const noise = random.normal(mean.shape, { seed: key });
  const logits = model.decode(mean.add(logVariance.mul(0.5).exp().mul(noise)));
  return {
    reconstruction: binaryCrossEntropy(logits, images).mul(model.pixels),
    // The KL divergence of the codes from the standard normal distribution.
    divergence: logVariance.exp().add(mean.square()).sub(1).sub(logVariance).mul(0.5).sum(1).mean(),
  };
}

/** How `fit` trains it. */
export function trainingBy(optimizer: Optimizer, epochs: number, batchSize: number) {
  return { batchCost: costsOf, optimizer, epochs, batchSize } satisfies BatchFitOptions<
    VariationalAutoencoder,
    { readonly images: Tensor }
  >;
}

/** New images, [count, pixels] from 0 to 1. */
export function drawn(model: VariationalAutoencoder, count: number, seed: number): Tensor {
  return model.decode(random.normal([count, model.code], { seed })).sigmoid();
}
