// Datasets of two tensors: first the inputs, then the targets; in any order if they are called
// `inputs` and `targets`. A third one named `weights` has the weight of each example.
import { NablaError, type Tensor } from "@nabla/autograd";
import type { Dataset } from "./batches.ts";

/** The tensors of a dataset or a batch. */
export type Pair = readonly [inputs: Tensor, targets: Tensor, weights?: Tensor];

/** What usually goes in, and what should come out, in lower case. */
const usualInputs = new Set(["inputs", "input", "images", "image", "features", "x", "xs"]);
const usualTargets = new Set(["targets", "target", "labels", "label", "y", "ys"]);

export function pairOf(dataset: Dataset): Pair {
  const { inputs, targets } = dataset;
  const [first, second] = pairNames(dataset).map((name) => dataset[name]!);
  const pair = inputs && targets ? ([inputs, targets] as const) : ([first!, second!] as const);
  const weights = weightsIn(dataset);
  return weights ? [...pair, weights] : pair;
}

/** What the examples of a dataset or a batch count: its third tensor, if that has this name. */
export function weightsIn(dataset: Dataset): Tensor | undefined {
  return Object.keys(dataset).length === 3 ? dataset["weights"] : undefined;
}

/** All names but that of weights. */
function pairNames(dataset: object): readonly string[] {
  const names = Object.keys(dataset);
  return names.length === 3 ? names.filter((name) => name !== "weights") : names;
}

/**
 * Throws `NablaError` unless there are two tensors and perhaps `weights`, and their names say nothing else
 * than that the first goes in; `like` are the names of data that they belong to, which have the same order.
 */
export function checkPair(operation: string, dataset: object, like?: object): void {
  const names = pairNames(dataset);
  if (names.length !== 2) {
    const all = Object.keys(dataset);
    throw new NablaError(
      `${operation}: the dataset has ${all.length} tensors (${all.join(", ")}), expected 2: ` +
        "what goes in, and what should come out",
    );
  }
  const [first, second] = names as [string, string];
  if (names.includes("inputs") && names.includes("targets")) return;
  const [start, end] = like ? pairNames(like) : names;
  const isTurned = usualTargets.has(first.toLowerCase()) || usualInputs.has(second.toLowerCase());
  if (!isTurned && !(first === end && second === start)) return;
  throw new NablaError(
    `${operation}: the dataset is { ${first}, ${second} }, and the first goes in; write ` +
      `{ ${second}, ${first} }, or call them inputs and targets`,
  );
}
