// How long a step should be, by how long its parameter is.
import { type Tensor, where } from "@nabla/autograd";

/** The direction, as long as the parameter; as it is where one of them is 0. */
export function asLongAs(p: Tensor, direction: Tensor): Tensor {
  const [own, other] = [p.norm(), direction.norm()];
  const isThere = own.greater(0).logicalAnd(other.greater(0));
  // Divided first: how many times longer the parameter is may be beyond all numbers.
  return direction.div(where(isThere, other, 1)).mul(where(isThere, own, 1));
}
