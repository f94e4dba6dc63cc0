// What the normalising layers share.
import type { Tensor } from "@nabla/autograd";

/** (x - mean) / sqrt(variance + epsilon), with both over `axes`. */
export function standardized(x: Tensor, axes: readonly number[], epsilon: number): Tensor {
  const centred = x.sub(x.mean(axes, { keepDims: true }));
  const variance = centred.square().mean(axes, { keepDims: true });
  return centred.mul(variance.add(epsilon).rsqrt());
}

/** One number a channel, to be broadcast along the second axis of a tensor of so many axes. */
export function alongChannels(row: Tensor, rank: number): Tensor {
  return row.reshape([row.size, ...Array.from({ length: rank - 2 }, () => 1)]);
}
