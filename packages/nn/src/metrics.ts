// How well outputs agree with targets, in numbers that people read.
import {
  arange,
  formatShape,
  oneHot,
  type SameShapeCheck,
  ShapeError,
  type ShapeOf,
  type Tensor,
  takeAlongAxis,
} from "@nabla/autograd";
import { checkCount, targetsLike } from "./checks.ts";

/** Of outputs and targets one number, a mean over examples. */
export type Metric = (outputs: Tensor, targets: Tensor) => Tensor;

/**
 * The share of examples whose greatest output is the right one. `outputs` [examples, classes];
 * targets are labels [examples], or rows [examples, classes] whose greatest element is the right
 * one. Further axes, as of sequences, stand before the classes.
 *
 * @example
 * accuracy(tensor([[0.1, 0.9], [0.8, 0.2]]), tensor([[0, 1], [0, 1]])).itemSync(); // => 0.5
 */
export function accuracy(outputs: Tensor, targets: Tensor): Tensor<[]> {
  return outputs
    .argMax(-1)
    .equal(labelsOf("accuracy", outputs, targets))
    .mean();
}

/**
 * A metric: the share of examples whose right class is among the `k` greatest outputs; of equal
 * ones the first count as greater. Shapes as for `accuracy`, which is `topK(1)`.
 *
 * @example
 * const outputs = tensor([[0.1, 0.6, 0.3], [0.5, 0.3, 0.2]]);
 * const labels = tensor([2, 2], { dtype: "int32" });
 * topK(2)(outputs, labels).itemSync(); // => 0.5
 */
export function topK(k: number): Metric {
  checkCount("topK", "k", k);
  return (outputs, targets) => {
    const labels = labelsOf("topK", outputs, targets).expandDims(-1);
    const right = takeAlongAxis(outputs, labels);
    // NaN is less or equal to nothing, so it stands before all: never among the right ones.
    const before = outputs.lessEqual(right).logicalNot();
    const classes = arange(outputs.shape.at(-1)!, { dtype: "int32" });
    const first = outputs.equal(right).logicalAnd(classes.less(labels));
    return before.logicalOr(first).sum(-1).less(k).mean();
  };
}

/**
 * How many examples of each class were taken for each: int32 [classes, classes], with the right
 * class along the first axis and the greatest output along the second. Shapes as for `accuracy`.
 *
 * @example
 * const outputs = tensor([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]]);
 * confusionMatrix(outputs, tensor([0, 1, 1], { dtype: "int32" })).arraySync(); // => [[1, 0], [1, 1]]
 */
export function confusionMatrix(outputs: Tensor, targets: Tensor): Tensor<[number, number]> {
  const classes = outputs.shape.at(-1) ?? 0;
  const right = labelsOf("confusionMatrix", outputs, targets).flatten();
  const guessed = outputs.argMax(-1).flatten();
  // A class a row, and examples along the other axis: the product counts, exactly up to 2^53.
  const [rows, columns] = [right, guessed].map((labels) =>
    oneHot(labels, classes, { dtype: "float64" }),
  );
  return rows!.transpose().matmul(columns!).cast("int32");
}

/**
 * The mean of the absolute differences between outputs and targets, over all elements of any shape.
 *
 * @example
 * meanAbsoluteError(tensor([1, 2]), tensor([1, 5])).itemSync(); // => 1.5
 */
export function meanAbsoluteError<X extends Tensor, Y extends Tensor>(
  outputs: X,
  targets: SameShapeCheck<"meanAbsoluteError", ShapeOf<X>, ShapeOf<Y>, Y>,
): Tensor<[]> {
  const wanted = targetsLike("meanAbsoluteError", outputs, targets);
  return (outputs as Tensor).sub(wanted).abs().mean();
}

/** The right class of each row of outputs, as a whole number. */
function labelsOf(operation: string, outputs: Tensor, targets: Tensor): Tensor {
  const front = outputs.shape.slice(0, -1);
  const fits =
    front.length > 0 &&
    (targets.rank === front.length || targets.rank === outputs.rank) &&
    front.every((size, axis) => targets.shape[axis] === size);
  if (!fits) {
    throw new ShapeError(
      `${operation}: outputs ${formatShape(outputs.shape)}, targets ` +
        `${formatShape(targets.shape)}, expected [examples, classes], and [examples] or ` +
        "[examples, classes]",
    );
  }
  return targets.rank === front.length ? targets.cast("int32") : targets.argMax(-1);
}
