// The share of examples that are right.
import type { SameShapeCheck, ShapeOf, Tensor } from "@nabla/autograd";
import { checkOptions, finite } from "@nabla/autograd/checks";
import { checkCount, targetsLike } from "../checks.ts";
import { listed, ofSums, type StatefulMetric, weighted, weightsOf, withState } from "./metric.ts";
import { isAmongFirst } from "./right-classes.ts";

/** A metric of classes: a function of a batch, and with a state of all examples. */
export interface ClassMetric extends StatefulMetric<number> {
  (outputs: Tensor, targets: Tensor): Tensor<[]>;
}

/**
 * The share of examples whose largest output is the correct class. `outputs` [examples, classes]; targets
 * are labels [examples], or rows [examples, classes] whose largest element is the correct class. Further
 * axes, as of sequences, come before the classes. An example with a NaN among its outputs or targets is
 * never correct. Throws `NablaError` for a single output, which has nothing to compare with
 * (`binaryAccuracy` is for yes-or-no outputs); a label that is not a class is an error when the graph
 * runs.
 *
 * @example
 * accuracy(tensor([[0.1, 0.9], [0.8, 0.2]]), tensor([[0, 1], [0, 1]])).itemSync(); // => 0.5
 */
export const accuracy: ClassMetric = /* @__PURE__ */ amongFirst("accuracy", 1);

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
export function topK(k: number): ClassMetric {
  checkCount("topK", "k", k);
  return amongFirst("topK", k);
}

function amongFirst(operation: string, k: number): ClassMetric {
  const areRight = (outputs: Tensor, targets: Tensor) =>
    isAmongFirst(operation, k, outputs, targets);
  return withState(
    (outputs: Tensor, targets: Tensor): Tensor<[]> => areRight(outputs, targets).mean(),
    shareOf(operation, areRight),
  );
}

export interface BinaryAccuracyOptions {
  /** The threshold above which an output means yes: 0 for logits, 0.5 after a sigmoid. Default: 0. */
  readonly threshold?: number;
}

/** The type of `binaryAccuracy`. */
export interface BinaryAccuracy extends StatefulMetric<number> {
  <X extends Tensor, Y extends Tensor>(
    outputs: X,
    targets: SameShapeCheck<"binaryAccuracy", ShapeOf<X>, ShapeOf<Y>, Y>,
    options?: BinaryAccuracyOptions,
  ): Tensor<[]>;
}

/**
 * The share of correct elements: an output above `threshold` means yes, and so does a target above 0.5,
 * whether the others are 0 or -1. Both have the same shape, of any rank. For outputs as
 * `binaryCrossEntropy` and `hinge` take them the threshold is 0, as it is when `fit` and `measure` are
 * given this metric; after a sigmoid, 0.5. NaN is never correct. Throws `ShapeError` for shapes that
 * differ.
 *
 * @example
 * const targets = tensor([[1], [0]]);
 * binaryAccuracy(tensor([[-3], [2]]), targets).itemSync(); // => 0
 * binaryAccuracy(tensor([[0.9], [0.2]]), targets, { threshold: 0.5 }).itemSync(); // => 1
 */
export const binaryAccuracy: BinaryAccuracy = /* @__PURE__ */ withState(
  (outputs: Tensor, targets: unknown, options: BinaryAccuracyOptions = {}): Tensor<[]> => {
    checkOptions("binaryAccuracy", options, { threshold: finite });
    return areOnSide(outputs, targets, options.threshold).mean();
  },
  /* @__PURE__ */ shareOf("binaryAccuracy", (outputs, targets) => areOnSide(outputs, targets)),
);

function areOnSide(outputs: Tensor, targets: unknown, threshold = 0): Tensor {
  const wanted = targetsLike("binaryAccuracy", outputs, targets);
  const isSame = outputs.greater(threshold).equal(wanted.greater(0.5));
  return isSame.logicalAnd(outputs.equal(outputs)).logicalAnd(wanted.equal(wanted));
}

/** How much of the weights those have that are right. */
function shareOf(
  operation: string,
  areRight: (outputs: Tensor, targets: Tensor) => Tensor,
): StatefulMetric<number> {
  return ofSums(
    operation,
    (outputs, targets, given) => {
      const right = areRight(outputs, targets);
      const weights = weightsOf(operation, right.shape, given);
      return listed(weighted(right, weights).sum(), weights.sum());
    },
    ([right, all]) => right! / all!,
  );
}
