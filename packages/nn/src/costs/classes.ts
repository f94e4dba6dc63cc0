// Costs of choosing among classes: how unlikely the right ones seem to the network.
import { checkSameShape, logSoftmax, type Tensor, where } from "@nabla/autograd";
import { checkTensor } from "../checks.ts";
import { checkOptions, fraction } from "../options.ts";
import { checkClasses, probabilitiesOf } from "./labels.ts";

export interface CrossEntropyOptions {
  /** How much of each target is spread evenly over all classes. Default: 0. */
  readonly labelSmoothing?: number;
}

/**
 * The mean over examples of -sum(targets * log(softmax(logits))): how unlikely the network thinks
 * the right answers. `logits` [examples, classes] are what goes into the softmax; further axes, as
 * of sequences, stand before the classes. Targets are the labels, int32 or uint8 [examples], or
 * probabilities [examples, classes]. A label that is no class is an error when the graph runs. A class
 * whose target is 0 costs nothing, even if its logit is -Infinity: so classes are masked. With
 * `labelSmoothing` e the targets are (1 - e) targets + e / classes: C. Szegedy et al., "Rethinking
 * the Inception architecture for computer vision", CVPR 2016, section 7. Throws `ShapeError` for
 * other shapes.
 *
 * @example
 * const labels = tensor([0, 1], { dtype: "int32" });
 * crossEntropy(tensor([[0, 0], [0, 0]]), labels).itemSync(); // => 0.6931
 */
export function crossEntropy(
  logits: Tensor,
  targets: Tensor,
  options: CrossEntropyOptions = {},
): Tensor<[]> {
  checkOptions("crossEntropy", options, { labelSmoothing: fraction });
  const { labelSmoothing = 0 } = options;
  checkClasses("crossEntropy", "logits", logits);
  const classes = logits.shape.at(-1)!;
  const right = probabilitiesOf("crossEntropy", logits, targets);
  const wanted =
    labelSmoothing === 0 ? right : right.mul(1 - labelSmoothing).add(labelSmoothing / classes);
  return surprise(logSoftmax(logits), wanted);
}

/**
 * The mean over examples of -sum(targets * logProbabilities), for networks that end in
 * `logSoftmax`: that of `crossEntropy` is this. Shapes and targets as there; 0 log 0 is 0.
 *
 * @example
 * const labels = tensor([1], { dtype: "int32" });
 * negativeLogLikelihood(tensor([[0.5, 0.5]]).log(), labels).itemSync(); // => 0.6931
 */
export function negativeLogLikelihood(logProbabilities: Tensor, targets: Tensor): Tensor<[]> {
  const operation = "negativeLogLikelihood";
  checkClasses(operation, "log probabilities", logProbabilities);
  return surprise(logProbabilities, probabilitiesOf(operation, logProbabilities, targets));
}

/** The mean over examples of -sum(probabilities * logProbabilities). */
function surprise(logProbabilities: Tensor, probabilities: Tensor): Tensor<[]> {
  return wherePossible(logProbabilities, probabilities)
    .mul(probabilities)
    .sum()
    .div(-exampleCount(logProbabilities));
}

/** What probabilities of 0 may be multiplied with, as 0 log 0 is 0: 0 in place of -infinity. */
function wherePossible(logProbabilities: Tensor, probabilities: Tensor): Tensor {
  const isNever = logProbabilities.equal(Number.NEGATIVE_INFINITY);
  return where(probabilities.equal(0).logicalAnd(isNever), 0, logProbabilities);
}

/** All axes but the last count examples. */
function exampleCount({ size, shape }: Tensor): number {
  return size / shape.at(-1)!;
}

/**
 * The mean over examples of sum(targets * log(targets / softmax(logits))): how much is lost by
 * taking the network's probabilities for the targets'. `logits` [examples, classes], or log
 * probabilities, which log softmax leaves as they are; targets are probabilities of the same shape.
 * Where a target is 0, so is its part. S. Kullback and R. A. Leibler, "On information and
 * sufficiency", 1951.
 *
 * @example
 * klDivergence(tensor([[0, 0]]), tensor([[1, 0]])).itemSync(); // => 0.6931
 * klDivergence(tensor([[0, 0]]), tensor([[0.5, 0.5]])).itemSync(); // => 0
 */
export function klDivergence(logits: Tensor, targets: Tensor): Tensor<[]> {
  checkClasses("klDivergence", "logits", logits);
  checkTensor("klDivergence", targets);
  checkSameShape("klDivergence", logits.shape, targets.shape);
  const logTargets = where(targets.greater(0), targets, 1).log();
  return targets
    .mul(logTargets.sub(wherePossible(logSoftmax(logits), targets)))
    .sum()
    .div(exampleCount(logits));
}
