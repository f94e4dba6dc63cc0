// Labels of examples: whole numbers that say which class is right.
import { NablaError, type Tensor } from "@nabla/autograd";

/** Throws `NablaError` unless all labels [examples] are 0 to `classes` - 1, or ignored. */
export function checkLabels(
  operation: string,
  labels: Tensor,
  classes: number,
  ignored: ReadonlySet<number>,
): void {
  const values = labels.dataSync();
  const wrong = values.findIndex(
    (label) => !(label >= 0 && label < classes) && !ignored.has(label),
  );
  if (wrong < 0) return;
  throw new NablaError(
    `${operation}: the label of example ${wrong} is ${values[wrong]}, ` +
      `expected 0 to ${classes - 1}, for the model has ${classes} outputs`,
  );
}

/** For active calls of `ignoredIn`: the labels that costs inside them ignore. */
let noted: Set<number> | undefined;

/** To be called by a cost that ignores the label. */
export function noteIgnored(label: number): void {
  noted?.add(label);
}

/** What `f` gives, and the labels that the costs ignore which it calls. */
export function ignoredIn<Result>(f: () => Result): {
  readonly result: Result;
  readonly ignored: ReadonlySet<number>;
} {
  const outside = noted;
  const ignored = new Set<number>();
  noted = ignored;
  try {
    return { result: f(), ignored };
  } finally {
    noted = outside;
  }
}
