// Costs of outputs that each say yes or no.
import {
  relu,
  type SameShapeCheck,
  type ShapeOf,
  softplus,
  type Tensor,
  where,
} from "@nabla/autograd";
import { targetsLike } from "../checks.ts";

/**
 * The mean over all elements of -log(p) where the target is 1 and of -log(1 - p) where it is 0,
 * with p = sigmoid(logit): how unlikely the network thinks the right answers. Like `crossEntropy`
 * it takes logits, what goes into the sigmoid, since probabilities have lost the digits that it
 * needs: it is softplus(z) - t z. Targets between 0 and 1 are probabilities. An infinite logit
 * costs nothing where it is right, and infinity where it is not. Any shape.
 *
 * @example
 * binaryCrossEntropy(tensor([0, 100]), tensor([1, 1])).itemSync(); // => 0.3466
 */
export function binaryCrossEntropy<X extends Tensor, Y extends Tensor>(
  logits: X,
  targets: SameShapeCheck<"binaryCrossEntropy", ShapeOf<X>, ShapeOf<Y>, Y>,
): Tensor<[]> {
  const wanted = targetsLike("binaryCrossEntropy", logits, targets);
  const z: Tensor = logits;
  // At infinity this would be infinity - infinity: there it is softplus(-z) + (1 - t) z.
  const isYes = z.equal(Number.POSITIVE_INFINITY);
  const finite = softplus(z).sub(timesInfinity(z, wanted));
  return where(isYes, timesInfinity(z, wanted.neg().add(1)), finite).mean();
}

/** z t, where 0 times an infinity is 0. */
function timesInfinity(z: Tensor, t: Tensor): Tensor {
  return where(t.equal(0).logicalAnd(z.abs().equal(Number.POSITIVE_INFINITY)), 0, z).mul(t);
}

/**
 * The mean over all elements of max(0, 1 - target * output), with targets of -1 and 1: 0 once an
 * output is on the right side by 1. C. Cortes and V. Vapnik, "Support-vector networks", 1995. Any
 * shape.
 *
 * @example
 * hinge(tensor([2, 0.5, -1]), tensor([1, 1, 1])).itemSync(); // => 0.8333
 */
export function hinge<X extends Tensor, Y extends Tensor>(
  outputs: X,
  targets: SameShapeCheck<"hinge", ShapeOf<X>, ShapeOf<Y>, Y>,
): Tensor<[]> {
  const wanted = targetsLike("hinge", outputs, targets);
  return relu((outputs as Tensor).mul(wanted).neg().add(1)).mean();
}
