// Parametric relu: the slope for negative inputs is learnt.
import {
  type DTypeOption,
  full,
  type KeepShape,
  type Parameter,
  parameter,
  type ShapeOf,
  type Tensor,
  where,
} from "@nabla/autograd";
import { checkOptions, checkTensor, finite } from "@nabla/autograd/checks";
import { checkAxis, checkCount } from "../checks.ts";
import { layerOf } from "../layer-of.ts";
import { weightDType } from "../options.ts";
import type { MadeOf } from "../parts.ts";
import type { ChannelShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import { alongChannels } from "./standardized.ts";

export interface PreluOptions extends DTypeOption {
  /** The slope below 0 at first. Default: 0.25. */
  readonly initial?: number;
}

/** With a single slope, any shape; with several, shapes with that many channels. */
type PreluShape<C extends number> = C extends 1 ? KeepShape : ChannelShape<"prelu", C>;

/** A relu whose slope below 0 is learnt. Made by `prelu`. */
export interface Prelu<C extends number = number> extends MadeOf, Shaped<PreluShape<C>> {
  readonly channels: C;
  /** `[channels]`: the slopes below 0. */
  readonly weight: Parameter<[C]>;
  /** With one slope any shape, else `x` [examples, channels, ...]; it stays as it is. */
  forward<X extends Tensor>(
    x: OutputCheck<PreluShape<C>, ShapeOf<X>, X>,
  ): Tensor<Output<PreluShape<C>, ShapeOf<X>>>;
}

/**
 * x if positive, weight times x otherwise: with a single slope, or with one for each of `channels`, the
 * second axis. The derivative at 0 is the slope. K. He, X. Zhang, S. Ren and J. Sun, "Delving deep into
 * rectifiers", ICCV 2015, equation 1. Throws `NablaError` for channels that are not a positive integer.
 *
 * @example
 * prelu().forward(tensor([-2, 3])).arraySync(); // => [-0.5, 3]
 */
export function prelu<const C extends number = 1>(
  channels: C = 1 as C,
  options: PreluOptions = {},
): Prelu<C> {
  checkCount("prelu", "channels", channels);
  checkOptions("prelu", options, { initial: finite, dtype: weightDType });
  const { initial = 0.25, dtype = "float32" } = options;
  const weight = parameter(full([channels as number], initial, { dtype }), { name: "weight" });
  const forward = (x: Tensor): Tensor => {
    checkTensor("prelu", x);
    if (channels !== 1) checkAxis("prelu", x.shape, 1, channels, "channels");
    const slope = channels === 1 ? weight.reshape([]) : alongChannels(weight, x.rank);
    return where(x.greater(0), x, x.mul(slope));
  };
  return layerOf<Prelu, Prelu<C>>({ kind: "prelu", channels, weight, parts: { weight }, forward });
}
