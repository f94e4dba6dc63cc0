// Datasets of two tensors: first what goes in, then what should come out; `inputs` and `targets`
// stand for that wherever they are.
import { NablaError, type Tensor } from "@nabla/autograd";
import type { Dataset } from "./batches.ts";

/** The two tensors of a dataset or a batch. */
export type Pair = readonly [inputs: Tensor, targets: Tensor];

/** What usually goes in, and what should come out, in lower case. */
const usualInputs = new Set(["inputs", "input", "images", "image", "features", "x", "xs"]);
const usualTargets = new Set(["targets", "target", "labels", "label", "y", "ys"]);

export function pairOf(dataset: Dataset): Pair {
  const { inputs, targets } = dataset;
  if (inputs && targets) return [inputs, targets];
  const [first, second] = Object.values(dataset);
  return [first!, second!];
}

/**
 * Throws `NablaError` unless there are two tensors, and their names say nothing else than that the
 * first goes in; `like` are the names of data that they belong to, which have the same order.
 */
export function checkPair(operation: string, dataset: object, like?: object): void {
  const names = Object.keys(dataset);
  if (names.length !== 2) {
    throw new NablaError(
      `${operation}: the dataset has ${names.length} tensors (${names.join(", ")}), expected 2: ` +
        "what goes in, and what should come out",
    );
  }
  const [first, second] = names as [string, string];
  if (names.includes("inputs") && names.includes("targets")) return;
  const [start, end] = like ? Object.keys(like) : names;
  const isTurned = usualTargets.has(first.toLowerCase()) || usualInputs.has(second.toLowerCase());
  if (!isTurned && !(first === end && second === start)) return;
  throw new NablaError(
    `${operation}: the dataset is { ${first}, ${second} }, and the first goes in; write ` +
      `{ ${second}, ${first} }, or call them inputs and targets`,
  );
}
