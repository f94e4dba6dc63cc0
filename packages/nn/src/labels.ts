// Labels of examples: whole numbers that say which class is right.
import { NablaError, type Tensor } from "@nabla/autograd";

/** Throws `NablaError` unless all labels [examples] are 0 to `classes` - 1. */
export function checkLabels(operation: string, labels: Tensor, classes: number): void {
  const values = labels.dataSync();
  const wrong = values.findIndex((label) => !(label >= 0 && label < classes));
  if (wrong < 0) return;
  throw new NablaError(
    `${operation}: the label of example ${wrong} is ${values[wrong]}, ` +
      `expected 0 to ${classes - 1}, for the model has ${classes} outputs`,
  );
}
