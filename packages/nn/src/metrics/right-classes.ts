// Which class is the right one, and whether it is among the greatest outputs.
import {
  arange,
  formatShape,
  NablaError,
  oneHot,
  ShapeError,
  type Tensor,
  where,
} from "@nabla/autograd";
import { checkTensor } from "@nabla/autograd/checks";

/** What targets say of each example. */
export interface RightClasses {
  /** bool [...examples, classes]: which class is the right one. */
  readonly isRight: Tensor;
  /** bool [...examples]: false where the targets have a NaN. */
  readonly isKnown: Tensor;
  /** int32 [...examples]. */
  readonly labels: Tensor;
}

export function rightClasses(operation: string, outputs: Tensor, targets: Tensor): RightClasses {
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

/** Of each example, whether fewer than `k` outputs come before that of the right class. */
export function isAmongFirst(
  operation: string,
  k: number,
  outputs: Tensor,
  targets: Tensor,
): Tensor {
  const { isRight, isKnown, labels } = rightClasses(operation, outputs, targets);
  // Not a product, to which the NaN of another class would spread.
  const right = where(isRight, outputs, 0).sum(-1, { keepDims: true });
  // NaN compares false with everything, so it would rank first: it is never among the correct ones.
  const before = outputs.lessEqual(right).logicalNot();
  const classes = arange(outputs.shape.at(-1)!, { dtype: "int32" });
  const first = outputs.equal(right).logicalAnd(classes.less(labels.expandDims(-1)));
  const isNumber = right.equal(right).squeeze(-1);
  return before.logicalOr(first).sum(-1).less(k).logicalAnd(isNumber).logicalAnd(isKnown);
}
