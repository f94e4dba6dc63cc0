// What the normalising layers share.
import { type DType, ones, type Parameter, parameter, type Tensor, zeros } from "@nabla/autograd";

/** (x - mean) / sqrt(variance + epsilon), with both over `axes`. */
export function standardized(x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const centred = x.sub(x.mean(axes, { keepDims: true }));
  const variance = centred.square().mean(axes, { keepDims: true });
  return centred.mul(variance.add(epsilon).rsqrt());
}

/** The scale of normalised values, initially 1, and the shift added then, initially 0. */
export type Scaling = Readonly<Record<"weight" | "bias", Parameter>>;

export function scaling(size: number, dtype: DType): Scaling {
  const shape = [size];
  return {
    weight: parameter(ones(shape, { dtype }), { name: "weight" }),
    bias: parameter(zeros(shape, { dtype }), { name: "bias" }),
  };
}

/** `x` scaled channel by channel. */
export function scaledChannels(x: Tensor, { weight, bias }: Scaling): Tensor {
  return x.mul(alongChannels(weight, x.rank)).add(alongChannels(bias, x.rank));
}

/** One number per channel, reshaped to broadcast along the second axis of a tensor of this rank. */
export function alongChannels(row: Tensor, rank: number): Tensor {
  return row.reshape([row.size, ...Array.from({ length: rank - 2 }, () => 1)]);
}
