// Metrics from confusion counts: per class, how often it was predicted, and how often correctly.
import { oneHot, type Tensor } from "@nabla/autograd";
import { checkOptions, finite, oneOf } from "@nabla/autograd/checks";
import { targetsLike } from "../checks.ts";
import { listed, ofSums, type StatefulMetric, weighted, weightsOf, withState } from "./metric.ts";
import { rightClasses } from "./right-classes.ts";

/** The type of `confusionMatrix`. */
export interface ConfusionMatrix extends StatefulMetric<readonly (readonly number[])[]> {
  (outputs: Tensor, targets: Tensor): Tensor<[number, number]>;
}

/**
 * How many examples of each class were taken for each: int32 [classes, classes], with the right
 * class along the first axis and the greatest output along the second. Shapes and errors as for
 * `accuracy`; an example with a NaN among its outputs or targets counts nowhere. As a metric of
 * `measure` and `fit` it gives these rows as lists, of all examples.
 *
 * @example
 * const outputs = tensor([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]]);
 * confusionMatrix(outputs, tensor([0, 1, 1], { dtype: "int32" })).arraySync(); // => [[1, 0], [1, 1]]
 */
export const confusionMatrix: ConfusionMatrix = /* @__PURE__ */ withState(
  (outputs: Tensor, targets: Tensor) => taken(outputs, targets).cast("int32"),
  /* @__PURE__ */ ofSums(
    "confusionMatrix",
    (outputs, targets, weights) => taken(outputs, targets, weights).flatten(),
    (sums) => {
      const classes = Math.sqrt(sums.length);
      return Array.from({ length: classes }, (_, i) => [
        ...sums.subarray(i * classes, (i + 1) * classes),
      ]);
    },
  ),
);

function taken(outputs: Tensor, targets: Tensor, given?: Tensor): Tensor<[number, number]> {
  const { isRight, isKnown } = rightClasses("confusionMatrix", outputs, targets);
  const classes = outputs.shape.at(-1)!;
  const counts = isKnown.logicalAnd(outputs.equal(outputs).all(-1));
  const weights = weightsOf("confusionMatrix", counts.shape, given);
  const guessed = oneHot(outputs.argMax(-1), classes, { dtype: "float64" });
  // A class a row, and examples along the other axis: the product counts, exactly up to 2^53.
  const [rows, columns] = [
    isRight.cast("float64"),
    guessed.mul(weighted(counts, weights).expandDims(-1)),
  ].map((x) => x.reshape([-1, classes]));
  const found: Tensor = rows!.transpose().matmul(columns!);
  return found as Tensor<[number, number]>;
}

/**
 * How a metric of classes becomes one number: "binary" for outputs that each say yes or no, whose
 * yes is what counts; "macro" for the mean over classes, "weighted" for their mean by how many
 * examples each has, "micro" for all decisions together; "none" for a list, one number a class.
 */
export type Average = "binary" | "macro" | "weighted" | "micro" | "none";

export interface ClassOptions<A extends Average = Average> {
  /** Default: "binary". */
  readonly average?: A;
  /** For "binary": the threshold above which an output means yes, as for `binaryAccuracy`. Default: 0. */
  readonly threshold?: number;
}

/** A list of numbers for "none", else one. */
export type Averaged<A extends Average> = A extends "none" ? readonly number[] : number;

/**
 * A metric: the share of predictions of a class that are correct. For "binary" outputs and targets have
 * the same shape, of any rank; else shapes and errors are those of `accuracy`, and the largest output is
 * the prediction. NaN if the class was never predicted; "macro" and "weighted" leave such classes out, as
 * scikit-learn does with `zero_division=np.nan`. An output of NaN is a miss.
 *
 * @example
 * const outputs = tensor([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]]);
 * const dataset = { outputs, labels: tensor([0, 1, 1], { dtype: "int32" }) };
 * const metrics = { precision: precision({ average: "none" }) };
 * await measure(sequential((x) => x), dataset, metrics); // => { precision: [0.5, 1] }
 */
export function precision<A extends Average = "binary">(
  options: ClassOptions<A> = {},
): StatefulMetric<Averaged<A>> {
  return scored("precision", options, "binary", (both, said) => ratio(both, said));
}

/**
 * A metric: the share of a class's examples that were predicted correctly; "none" gives the accuracy of
 * each class, and "macro" the balanced accuracy. Shapes, errors and NaN as for `precision`: here NaN if
 * the class has no example.
 *
 * @example
 * const dataset = { outputs: tensor([2, -1, 3]), targets: tensor([1, 1, 0]) };
 * await measure(sequential((x) => x), dataset, { recall: recall() }); // => { recall: 0.5 }
 */
export function recall<A extends Average = "binary">(
  options: ClassOptions<A> = {},
): StatefulMetric<Averaged<A>> {
  return scored("recall", options, "binary", (both, _, is) => ratio(both, is));
}

/**
 * A metric: the harmonic mean of precision and recall, 2 TP / (2 TP + FP + FN). Shapes, errors and NaN as
 * for `precision`: here NaN if the class has no example and was never predicted.
 *
 * @example
 * const dataset = { outputs: tensor([2, -1, 3]), targets: tensor([1, 1, 0]) };
 * await measure(sequential((x) => x), dataset, { f1: f1Score() }); // => { f1: 0.5 }
 */
export function f1Score<A extends Average = "binary">(
  options: ClassOptions<A> = {},
): StatefulMetric<Averaged<A>> {
  return scored("f1Score", options, "binary", (both, said, is) => ratio(2 * both, said + is));
}

/**
 * A metric: intersection over union, also called Jaccard's index: TP / (TP + FP + FN). By default the
 * mean over classes. For pixels the classes are the last axis: outputs [images, height, width, classes].
 * Shapes, errors and NaN as for `f1Score`.
 *
 * @example
 * const outputs = tensor([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7]]);
 * const dataset = { outputs, labels: tensor([0, 1, 1], { dtype: "int32" }) };
 * await measure(sequential((x) => x), dataset, { iou: iou() }); // => { iou: 0.5 }
 */
export function iou<A extends Average = "macro">(
  options: ClassOptions<A> = {},
): StatefulMetric<Averaged<A>> {
  return scored("iou", options, "macro", (both, said, is) => ratio(both, said + is - both));
}

/** Sums of weights per class: predicted and correct, predicted, and actual. */
type Score = (both: number, said: number, is: number) => number | undefined;

function scored<A extends Average>(
  operation: string,
  options: ClassOptions<A>,
  usual: Average,
  score: Score,
): StatefulMetric<Averaged<A>> {
  const averages = oneOf("binary", "macro", "weighted", "micro", "none");
  checkOptions(operation, options, { average: averages, threshold: finite });
  const { average = usual, threshold = 0 } = options;
  const decisions = average === "binary" ? binaryDecisions(threshold) : classDecisions;
  return ofSums(
    operation,
    (outputs, targets, given) => {
      const { said, is } = decisions(operation, outputs, targets);
      const front = average === "binary" ? outputs.shape : outputs.shape.slice(0, -1);
      const weights = weightsOf(operation, front, given).expandDims(-1);
      const sums = [said.logicalAnd(is), said, is].map((x) =>
        weighted(x, weights)
          .reshape([-1, x.shape.at(-1)!])
          .sum(0),
      );
      return listed(...sums);
    },
    (sums) => averaged(average, sums, score) as Averaged<A>,
  );
}

/** bool [...examples, classes]: the predicted class of each example, and the actual one. */
interface Decisions {
  readonly said: Tensor;
  readonly is: Tensor;
}

function binaryDecisions(threshold: number) {
  return (operation: string, outputs: Tensor, targets: Tensor): Decisions => {
    const wanted = targetsLike(operation, outputs, targets);
    return {
      said: outputs.greater(threshold).expandDims(-1),
      is: wanted.greater(0.5).expandDims(-1),
    };
  };
}

function classDecisions(operation: string, outputs: Tensor, targets: Tensor): Decisions {
  const { isRight, isKnown } = rightClasses(operation, outputs, targets);
  const isNumber = outputs.equal(outputs).all(-1, { keepDims: true });
  const greatest = oneHot(outputs.argMax(-1), outputs.shape.at(-1)!, { dtype: "bool" });
  return {
    said: greatest.logicalAnd(isNumber),
    is: isRight.logicalAnd(isKnown.expandDims(-1)),
  };
}

function averaged(average: Average, sums: Float64Array, score: Score): MetricNumber {
  const classes = sums.length / 3;
  const part = (i: number) => sums.subarray(i * classes, (i + 1) * classes);
  const [both, said, is] = [part(0), part(1), part(2)];
  const total = (x: Float64Array) => x.reduce((sum, one) => sum + one, 0);
  if (average === "micro") return score(total(both), total(said), total(is)) ?? Number.NaN;
  const scores = Array.from(both, (one, i) => score(one, said[i]!, is[i]!));
  if (average === "none") return numbersOrNaN(scores);
  if (average === "binary") return scores[0] ?? Number.NaN;
  return meanOfDefined(scores, average === "macro" ? undefined : is);
}

type MetricNumber = number | readonly number[];

/** part / whole; undefined where both are 0. So it is not taken for the NaN of an output. */
export function ratio(part: number, whole: number): number | undefined {
  return part === 0 && whole === 0 ? undefined : part / whole;
}

/** Per-class values as a list: NaN for undefined ones. */
export function numbersOrNaN(values: readonly (number | undefined)[]): readonly number[] {
  return values.map((value) => value ?? Number.NaN);
}

/** The mean, by weights, of the defined ones; NaN if none is, or if one of them is NaN. */
export function meanOfDefined(
  values: readonly (number | undefined)[],
  weights?: ArrayLike<number>,
): number {
  let [sum, all] = [0, 0];
  values.forEach((value, i) => {
    if (value === undefined) return;
    const weight = weights ? weights[i]! : 1;
    sum += weight * value;
    all += weight;
  });
  return sum / all;
}
