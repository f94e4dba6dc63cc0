// How well outputs agree with targets, in numbers that people read.
import {
  arange,
  formatShape,
  NablaError,
  oneHot,
  type SameShapeCheck,
  ShapeError,
  type ShapeOf,
  type Tensor,
  where,
} from "@nabla/autograd";
import { checkCount, checkTensor, targetsLike } from "./checks.ts";
import { checkOptions, finite } from "./options.ts";

/** Of outputs and targets one number, a mean over examples. */
export type Metric = (outputs: Tensor, targets: Tensor) => Tensor;

/**
 * The share of examples whose greatest output is the right one. `outputs` [examples, classes];
 * targets are labels [examples], or rows [examples, classes] whose greatest element is the right
 * one. Further axes, as of sequences, stand before the classes. An example with a NaN among its
 * outputs or targets is never right. Throws `NablaError` for one output, which has nothing to be
 * greater than (`binaryAccuracy` is for outputs that say yes or no); a label that is no class is an
 * error when the graph runs.
 *
 * @example
 * accuracy(tensor([[0.1, 0.9], [0.8, 0.2]]), tensor([[0, 1], [0, 1]])).itemSync(); // => 0.5
 */
export function accuracy(outputs: Tensor, targets: Tensor): Tensor<[]> {
  return isAmongFirst("accuracy", 1, outputs, targets).mean();
}

/**
 * A metric: the share of examples whose right class is among the `k` greatest outputs; of equal
 * ones the first count as greater, and NaN as greater than all. Shapes and errors as for
 * `accuracy`, which is `topK(1)`. Throws `NablaError` unless `k` is a positive integer.
 *
 * @example
 * const outputs = tensor([[0.1, 0.6, 0.3], [0.5, 0.3, 0.2]]);
 * const labels = tensor([2, 2], { dtype: "int32" });
 * topK(2)(outputs, labels).itemSync(); // => 0.5
 */
export function topK(k: number): Metric {
  checkCount("topK", "k", k);
  return (outputs, targets) => isAmongFirst("topK", k, outputs, targets).mean();
}

/** Of each example, whether fewer than `k` outputs come before that of the right class. */
function isAmongFirst(operation: string, k: number, outputs: Tensor, targets: Tensor): Tensor {
  const { isRight, isKnown, labels } = rightClasses(operation, outputs, targets);
  // Not a product, in which the NaN of another class would count.
  const right = where(isRight, outputs, 0).sum(-1, { keepDims: true });
  // NaN is less or equal to nothing, so it stands before all: never among the right ones.
  const before = outputs.lessEqual(right).logicalNot();
  const classes = arange(outputs.shape.at(-1)!, { dtype: "int32" });
  const first = outputs.equal(right).logicalAnd(classes.less(labels.expandDims(-1)));
  const isNumber = right.equal(right).squeeze(-1);
  return before.logicalOr(first).sum(-1).less(k).logicalAnd(isNumber).logicalAnd(isKnown);
}

/**
 * How many examples of each class were taken for each: int32 [classes, classes], with the right
 * class along the first axis and the greatest output along the second. Shapes and errors as for
 * `accuracy`; an example with a NaN among its outputs or targets counts nowhere.
 *
 * @example
 * const outputs = tensor([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]]);
 * confusionMatrix(outputs, tensor([0, 1, 1], { dtype: "int32" })).arraySync(); // => [[1, 0], [1, 1]]
 */
export function confusionMatrix(outputs: Tensor, targets: Tensor): Tensor<[number, number]> {
  const { isRight, isKnown } = rightClasses("confusionMatrix", outputs, targets);
  const classes = outputs.shape.at(-1)!;
  const isNumber = outputs.equal(outputs).all(-1);
  const counts = isKnown.logicalAnd(isNumber).expandDims(-1);
  const guessed = oneHot(outputs.argMax(-1), classes, { dtype: "bool" });
  // A class a row, and examples along the other axis: the product counts, exactly up to 2^53.
  const [rows, columns] = [isRight, guessed].map((isClass) =>
    isClass.logicalAnd(counts).cast("float64").reshape([-1, classes]),
  );
  return rows!.transpose().matmul(columns!).cast("int32");
}

export interface BinaryAccuracyOptions {
  /** What an output is above that says yes: 0 for logits, 0.5 behind a sigmoid. Default: 0. */
  readonly threshold?: number;
}

/**
 * The share of elements on the right side: an output above `threshold` says yes, and so does a
 * target above 0.5, be the others 0 or -1. Both have one shape, whatever it is. For outputs as
 * `binaryCrossEntropy` and `hinge` take them the threshold is 0; behind a sigmoid, 0.5. NaN is
 * never right. Throws `ShapeError` for shapes that differ.
 *
 * @example
 * const targets = tensor([[1], [0]]);
 * binaryAccuracy(tensor([[-3], [2]]), targets).itemSync(); // => 0
 * binaryAccuracy(tensor([[0.9], [0.2]]), targets, { threshold: 0.5 }).itemSync(); // => 1
 */
export function binaryAccuracy<X extends Tensor, Y extends Tensor>(
  outputs: X,
  targets: SameShapeCheck<"binaryAccuracy", ShapeOf<X>, ShapeOf<Y>, Y>,
  options: BinaryAccuracyOptions = {},
): Tensor<[]> {
  checkOptions("binaryAccuracy", options, { threshold: finite });
  const { threshold = 0 } = options;
  const wanted = targetsLike("binaryAccuracy", outputs, targets);
  const given: Tensor = outputs;
  const isSame = given.greater(threshold).equal(wanted.greater(0.5));
  return isSame.logicalAnd(given.equal(given)).logicalAnd(wanted.equal(wanted)).mean();
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

/** What targets say of each example. */
interface RightClasses {
  /** bool [...examples, classes]: which class is the right one. */
  readonly isRight: Tensor;
  /** bool [...examples]: false where the targets have a NaN. */
  readonly isKnown: Tensor;
  /** int32 [...examples]. */
  readonly labels: Tensor;
}

function rightClasses(operation: string, outputs: Tensor, targets: Tensor): RightClasses {
  checkTensor(operation, outputs);
  checkTensor(operation, targets);
  const front = outputs.shape.slice(0, -1);
  const fits =
    front.length > 0 &&
    (targets.rank === front.length || targets.rank === outputs.rank) &&
    front.every((size, axis) => targets.shape[axis] === size) &&
    (targets.rank < outputs.rank || targets.shape.at(-1) === outputs.shape.at(-1));
  if (!fits) {
    throw new ShapeError(
      `${operation}: outputs ${formatShape(outputs.shape)}, targets ` +
        `${formatShape(targets.shape)}, expected [examples, classes], and [examples] or ` +
        "[examples, classes]",
    );
  }
  const classes = outputs.shape.at(-1)!;
  if (classes === 1) {
    throw new NablaError(
      `${operation}: outputs ${formatShape(outputs.shape)} have one class, which is always the ` +
        "greatest; binaryAccuracy is for outputs that say yes or no",
    );
  }
  const areLabels = targets.rank === front.length;
  const isNumber = targets.equal(targets);
  const labels = areLabels ? targets.cast("int32") : targets.argMax(-1);
  return {
    isRight: oneHot(labels, classes, { dtype: "bool", labelsOf: operation }),
    isKnown: areLabels ? isNumber : isNumber.all(-1),
    labels,
  };
}
