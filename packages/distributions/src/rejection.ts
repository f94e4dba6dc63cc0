// Draws by rejection: proposals for each element until one is accepted.
import { random, type Shape, type Tensor, where, whileLoop, zeros } from "@nabla/autograd";

/** Proposals of an element before a draw is an error. */
const mostProposals = 64;

export interface Proposal {
  readonly value: Tensor;
  readonly isTaken: Tensor;
}

/**
 * The first accepted proposal of each element where `isAsked`, in float64, elsewhere 0. Each proposal gets
 * two keys of its own.
 */
export function firstAccepted(
  key: Tensor,
  isAsked: Tensor,
  shape: Shape,
  propose: (first: Tensor, second: Tensor) => Proposal,
): Tensor {
  const { value } = whileLoop(
    ({ isDone }) => isDone.all().logicalNot(),
    (carry) => {
      const [next, first, second] = split(carry.key, 3);
      const proposal = propose(first!, second!);
      return {
        key: next!,
        value: where(carry.isDone, carry.value, proposal.value),
        isDone: carry.isDone.logicalOr(proposal.isTaken),
      };
    },
    {
      key,
      value: zeros([...shape], { dtype: "float64" }) as Tensor,
      isDone: isAsked.logicalNot(),
    },
    { maxSteps: mostProposals },
  );
  return value;
}

/** Keys made of one, as they are told apart in a loop. */
export function split(key: Tensor, count: number): readonly Tensor[] {
  const keys = random.split(key, count);
  return Array.from({ length: count }, (_, i) => keys.at(i));
}
