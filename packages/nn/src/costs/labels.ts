// What is right, as labels or as probabilities.
import { checkSameShape, formatShape, NablaError, ShapeError, type Tensor } from "@nabla/autograd";
import { checkTensor } from "@nabla/autograd/checks";

/** Throws `ShapeError` unless there are examples, and classes on the last axis. */
export function checkClasses(operation: string, named: string, outputs: Tensor): void {
  checkTensor(operation, outputs);
  const { shape, rank } = outputs;
  if (rank >= 2) return;
  throw new ShapeError(
    `${operation}: ${named} are ${formatShape(shape)}, expected [examples, classes]`,
  );
}

/**
 * Whether targets are labels, one for each row of `outputs`; else they have its shape, or it
 * throws.
 */
export function areLabels(operation: string, outputs: Tensor, targets: Tensor): boolean {
  checkTensor(operation, targets);
  const front = outputs.shape.slice(0, -1);
  const isOneARow = targets.rank === front.length;
  checkSameShape(operation, isOneARow ? front : outputs.shape, targets.shape);
  return isOneARow;
}

/** Throws `NablaError` where there is a label to be ignored, but targets are rows. */
export function checkIgnoresNone(
  operation: string,
  ignoreLabel: number | undefined,
  rows: Tensor,
): void {
  if (ignoreLabel === undefined) return;
  throw new NablaError(
    `${operation}: ignoreLabel is ${ignoreLabel}, but the targets are ${formatShape(rows.shape)}, ` +
      "one row an example; expected labels",
  );
}
