// How long a step should be, by how long its parameter is.
import { type Tensor, where } from "@nabla/autograd";

/** How many times longer a parameter is than its direction; 1 where one of them is 0. */
export function trustRatio(p: Tensor, direction: Tensor): Tensor {
  const [own, other] = [p.norm(), direction.norm()];
  const isThere = own.greater(0).logicalAnd(other.greater(0));
  return where(isThere, own.div(where(isThere, other, 1)), 1);
}
