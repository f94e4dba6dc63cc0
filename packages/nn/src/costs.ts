// Costs: one number that says how far the outputs are from what they should be.
import {
  checkSameShape,
  formatShape,
  logSoftmax,
  oneHot,
  type SameShapeCheck,
  ShapeError,
  type ShapeOf,
  type Tensor,
} from "@nabla/autograd";

/**
 * The mean over examples of the sum of squared differences between outputs and targets, which both
 * have the shape [examples, outputs]. (`meanSquaredError` of other libraries divides by the
 * number of outputs as well.)
 *
 * @example
 * quadraticCost(tensor([[0.5, 0], [1, 1]]), tensor([[1, 0], [1, 0]])).itemSync(); // => 0.625
 */
export function quadraticCost<X extends Tensor, Y extends Tensor>(
  outputs: X,
  targets: SameShapeCheck<"quadraticCost", ShapeOf<X>, ShapeOf<Y>, Y>,
): Tensor<[]> {
  const wanted = targets as Tensor;
  checkSameShape("quadraticCost", outputs.shape, wanted.shape);
  const examples = outputs.rank === 0 ? 1 : outputs.shape[0]!;
  return (outputs as Tensor).sub(wanted).square().sum().div(examples);
}

/**
 * The mean over examples of -sum(targets * log(softmax(logits))): how unlikely the network thinks
 * the right answers. `logits` [examples, classes] are what goes into the softmax. Targets are the
 * labels, int32 or uint8 [examples], or probabilities [examples, classes].
 *
 * @example
 * const labels = tensor([0, 1], { dtype: "int32" });
 * crossEntropy(tensor([[0, 0], [0, 0]]), labels).itemSync(); // => 0.6931
 */
export function crossEntropy(logits: Tensor, targets: Tensor): Tensor<[]> {
  if (logits.rank !== 2) {
    throw new ShapeError(
      `crossEntropy: logits are ${formatShape(logits.shape)}, expected [examples, classes]`,
    );
  }
  const [examples, classes] = logits.shape as readonly [number, number];
  const isLabels = targets.rank === 1 && targets.shape[0] === examples;
  if (!isLabels) checkSameShape("crossEntropy", logits.shape, targets.shape);
  const wanted = isLabels ? oneHot(targets, classes, { dtype: logits.dtype }) : targets;
  return logSoftmax(logits).mul(wanted).sum().div(-examples);
}
