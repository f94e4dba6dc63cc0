// Batch normalisation: each channel with the mean 0 and the variance 1 of the batch.
import {
  type DTypeOption,
  keep,
  NablaError,
  ones,
  type Parameter,
  parameter,
  realize,
  type ShapeOf,
  type Tensor,
  zeros,
} from "@nabla/autograd";
import { checkOptions, checkTensor, fraction, positive } from "@nabla/autograd/checks";
import { checkAxis, checkCount } from "../checks.ts";
import { computedDType } from "../computed.ts";
import { layerOf } from "../layer-of.ts";
import { Mode } from "../mode.ts";
import { weightDType } from "../options.ts";
import type { MadeOf } from "../parts.ts";
import type { ChannelShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import { alongChannels, scaledChannels, scaling } from "./standardized.ts";

export interface BatchNormOptions extends DTypeOption {
  /** How much of the running statistics each batch replaces. Default: 0.1. */
  readonly momentum?: number;
  /** Added to the variance. Default: 1e-5. */
  readonly epsilon?: number;
}

/** Normalises by the batch in training, by running statistics after. Made by `batchNorm`. */
export interface BatchNorm<C extends number = number>
  extends MadeOf,
    Shaped<ChannelShape<"batchNorm", C>> {
  readonly channels: C;
  /** `[channels]`: what normalised values are multiplied by; 1 at first. */
  readonly weight: Parameter<[C]>;
  /** `[channels]`: the shift added then; initially 0. */
  readonly bias: Parameter<[C]>;
  /** [channels]; not trained, but measured. 0 at first. */
  readonly runningMean: Parameter<[C]>;
  /** [channels]; not trained, but measured. 1 at first. */
  readonly runningVariance: Parameter<[C]>;
  readonly training: boolean;
  /** `x` [examples, channels, ...]; the shape stays as it is. */
  forward<X extends Tensor>(
    x: OutputCheck<ChannelShape<"batchNorm", C>, ShapeOf<X>, X>,
  ): Tensor<Output<ChannelShape<"batchNorm", C>, ShapeOf<X>>>;
}

/**
 * (x - mean) / sqrt(variance + epsilon) * weight + bias, channel by channel. In training mean and
 * variance are those of the batch over all axes but the second, and each `forward` moves the running
 * statistics, the buffers `running_mean` and `running_var`, by `momentum` towards the batch's mean and
 * unbiased variance; after `evaluate()` the running statistics are used instead. Input: [examples,
 * channels, ...]. S. Ioffe and C. Szegedy, "Batch normalization: accelerating deep network training by
 * reducing internal covariate shift", ICML 2015, algorithms 1 and 2. Distances from the mean whose
 * squares overflow (1.8e19 in float32) give 0, as in PyTorch, and the running variance stays infinite. A
 * compiled function stays in the mode in which it was traced. Throws `NablaError` in training for a
 * single element per channel, which has no variance.
 *
 * @example
 * const layer = batchNorm(1);
 * const x = tensor([[1], [3]]);
 * layer.forward(x).arraySync(); // => [[-1.0000], [1.0000]]
 * layer.runningMean.arraySync(); // => [0.2]
 * layer.evaluate();
 * layer.forward(x).arraySync(); // => [[0.7628], [2.6697]]
 */
export function batchNorm<const C extends number>(
  channels: C,
  options: BatchNormOptions = {},
): BatchNorm<C> {
  checkCount("batchNorm", "channels", channels);
  const kinds = { momentum: fraction, epsilon: positive, dtype: weightDType };
  checkOptions("batchNorm", options, kinds);
  const { momentum = 0.1, epsilon = 1e-5, dtype = "float32" } = options;
  const cell = (name: string, value: Tensor) => parameter(value, { name });
  const parts = scaling(channels, dtype);
  // Running means move by less than 16 bits tell apart.
  const ofRunning = { dtype: computedDType(dtype) };
  const runningMean = cell("running_mean", zeros([channels as number], ofRunning));
  const runningVariance = cell("running_var", ones([channels as number], ofRunning));
  const mode = new Mode();
  const byBatch = (x: Tensor): Tensor => {
    const axes = x.shape.flatMap((_, axis) => (axis === 1 ? [] : [axis]));
    const count = x.size / channels;
    if (count < 2) {
      throw new NablaError(
        `batchNorm: [${x.shape.join(", ")}] has ${count} elements a channel, expected at least 2 ` +
          "in training; evaluate() uses the running statistics",
      );
    }
    // Computes the last batch's statistics unless they are known: otherwise the running statistics
    // would keep the graphs of all steps. Does nothing in compile().
    computeIfPossible(runningMean, runningVariance);
    const mean = x.mean(axes, { keepDims: true });
    const centred = x.sub(mean);
    const variance = centred.square().mean(axes, { keepDims: true });
    const move = (running: Parameter, measured: Tensor) => {
      const row = measured
        .reshape([channels as number])
        .stopGradient()
        .cast(ofRunning.dtype);
      return running.assign(running.mul(1 - momentum).add(row.mul(momentum)));
    };
    // Whatever run normalises the batch moves both, or fails and moves none.
    const moved = [
      move(runningMean, mean),
      move(runningVariance, variance.mul(count / (count - 1))),
    ];
    keep(variance, ...moved);
    return centred.mul(variance.add(epsilon).rsqrt());
  };
  const byRunning = (x: Tensor): Tensor => {
    const [mean, variance] = [runningMean, runningVariance].map((p) =>
      alongChannels(p.stopGradient(), x.rank),
    );
    return x.sub(mean!).mul(variance!.add(epsilon).rsqrt());
  };
  const forward = (x: Tensor): Tensor => {
    checkTensor("batchNorm", x);
    checkAxis("batchNorm", x.shape, 1, channels, "channels");
    const normalised = mode.training ? byBatch(x) : byRunning(x);
    return scaledChannels(normalised, parts);
  };
  return layerOf<BatchNorm, BatchNorm<C>>({
    kind: "batchNorm",
    channels,
    ...parts,
    runningMean,
    runningVariance,
    parts,
    buffers: { running_mean: runningMean, running_var: runningVariance },
    mode,
    forward,
  });
}

/**
 * If a batch cannot be computed, for example because of an index out of range, the running statistics
 * keep their values. Reading the layer's output for that batch throws the error.
 */
function computeIfPossible(...running: readonly Parameter[]): void {
  try {
    realize(...running);
  } catch (error) {
    if (!(error instanceof NablaError)) throw error;
  }
}
