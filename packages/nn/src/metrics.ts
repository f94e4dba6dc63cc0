// How well outputs agree with targets, in numbers that people read.
import { formatShape, ShapeError, type Tensor } from "@nabla/autograd";

/** Of outputs and targets one number, a mean over examples. */
export type Metric = (outputs: Tensor, targets: Tensor) => Tensor;

/**
 * The share of examples whose greatest output is the right one. `outputs` [examples, classes];
 * targets are labels [examples], or rows [examples, classes] whose greatest element is the right one.
 *
 * @example
 * accuracy(tensor([[0.1, 0.9], [0.8, 0.2]]), tensor([[0, 1], [0, 1]])).itemSync(); // => 0.5
 */
export function accuracy(outputs: Tensor, targets: Tensor): Tensor<[]> {
  const sameExamples = outputs.rank === 2 && targets.shape[0] === outputs.shape[0];
  if (!sameExamples || targets.rank > 2) {
    throw new ShapeError(
      `accuracy: outputs ${formatShape(outputs.shape)}, targets ${formatShape(targets.shape)}, ` +
        "expected [examples, classes], and [examples] or [examples, classes]",
    );
  }
  const labels = targets.rank === 1 ? targets : targets.argMax(1);
  return outputs.argMax(1).equal(labels).mean();
}
