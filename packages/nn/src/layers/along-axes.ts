// What is done to one axis of places after the other.
import type { Tensor } from "@nabla/autograd";

/** A [to, from] matrix applied along an axis: each new place is a sum of old ones. */
export function mixedAlong(x: Tensor, axis: number, matrix: Tensor): Tensor {
  const last = x.rank - 1;
  const order = x.shape.map((_, i) => i);
  [order[axis], order[last]] = [last, axis];
  return x.permute(order).matmul(matrix.transpose()).permute(order);
}
