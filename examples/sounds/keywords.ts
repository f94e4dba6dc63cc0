// Which word is it? Mel spectra of the sound, then convolutions along time. The spectra are part of the
// model, so that gradients go back to the samples. After T. N. Sainath and C. Parada, "Convolutional
// neural networks for small-footprint keyword spotting", 2015.
import { gradients, type Tensor } from "@nabla/autograd";
import {
  accuracy,
  adam,
  convolution1d,
  crossEntropy,
  dense,
  fit,
  globalMaxPooling,
  type Layer,
  relu,
  sequential,
} from "@nabla/nn";
import { decibels, melSpectrogram } from "@nabla/signal";
import { type Recordings, sampleRate, words } from "./words.ts";

const mels = 20;

/** Mel spectra in bels, [examples, mels, frames], around their mean. */
export function features(sounds: Tensor): Tensor {
  const spectra = melSpectrogram(sounds, sampleRate, 128, { mels, hopLength: 64 });
  const levels = decibels(spectra, { least: 1e-3 }).div(10);
  return levels.sub(levels.mean([1, 2], { keepDims: true }));
}

/** Logits [examples, words] of sounds [examples, samples]. */
export function listener(channels: number): Layer {
  return sequential(
    features,
    convolution1d(mels, channels, 5),
    relu,
    convolution1d(channels, channels, 5, { dilation: 2 }),
    relu,
    globalMaxPooling(),
    dense(channels, words.length),
  );
}

/** Tells of the accuracy on `heldOut` after each epoch. */
export async function* train(
  model: Layer,
  { sounds, labels }: Recordings,
  heldOut: Recordings,
  epochs: number,
): AsyncGenerator<number> {
  const reports = fit(
    model,
    { inputs: sounds, targets: labels },
    {
      cost: crossEntropy,
      optimizer: adam(model.parameters(), { learningRate: 0.005 }),
      epochs,
      batchSize: 30,
      shuffle: 1,
      validation: { inputs: heldOut.sounds, targets: heldOut.labels },
      metrics: { accuracy },
    },
  );
  for await (const { metrics } of reports) if (metrics) yield metrics["accuracy"];
}

/** How much the logit of each one's word depends on each sample: [examples, samples], 0 or more. */
export function dependence(model: Layer, { sounds, labels }: Recordings): Tensor {
  const own = (model.forward(sounds) as Tensor).takeAlongAxis(labels.expandDims(1), 1);
  return gradients(own.sum(), [sounds])[0].abs();
}
