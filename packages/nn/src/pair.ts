// Datasets of two tensors: first what goes in, then what should come out.
import { NablaError, type Tensor } from "@nabla/autograd";
import type { Dataset } from "./batches.ts";

/** The two tensors of a dataset or a batch. */
export type Pair = readonly [inputs: Tensor, targets: Tensor];

export function pairOf(dataset: Dataset): Pair {
  const [inputs, targets] = Object.values(dataset);
  return [inputs!, targets!];
}

/** Throws `NablaError` unless there are two tensors. */
export function checkPair(operation: string, dataset: object): void {
  const names = Object.keys(dataset);
  if (names.length === 2) return;
  throw new NablaError(
    `${operation}: the dataset has ${names.length} tensors (${names.join(", ")}), expected 2: ` +
      "what goes in, and what should come out",
  );
}
