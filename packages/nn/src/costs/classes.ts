// Costs of choosing among classes: how unlikely the right ones seem to the network.
import {
  arange,
  checkSameShape,
  formatShape,
  logSoftmax,
  ShapeError,
  type Tensor,
  takeAlongAxis,
  where,
} from "@nabla/autograd";
import {
  checkOptions,
  checkTensor,
  fraction,
  integer,
  type Kinds,
  isTensor as tensor,
} from "@nabla/autograd/checks";
import { noteIgnored } from "../labels.ts";
import { areLabels, checkClasses, checkIgnoresNone } from "./labels.ts";
import {
  counted,
  type FrontOf,
  isPlainMean,
  ofReduction,
  type Reduced,
  type Reduction,
  type ReductionOptions,
} from "./reduction.ts";

export interface ClassCostOptions<R extends Reduction = Reduction> extends ReductionOptions<R> {
  /** A label whose examples do not count, such as padding; it need not be a class. */
  readonly ignoreLabel?: number;
  /**
   * `[classes]`: the weight of an example of each class. With labels the mean is divided by these
   * weights, as in PyTorch.
   */
  readonly classWeights?: Tensor;
}

export interface CrossEntropyOptions<R extends Reduction = Reduction> extends ClassCostOptions<R> {
  /** How much of each target is spread evenly over all classes. Default: 0. */
  readonly labelSmoothing?: number;
}

/**
 * The mean over examples of -sum(targets * log(softmax(logits))): how improbable the correct answers are
 * to the network. `logits` [examples, classes] are the softmax's input; further axes, as of sequences,
 * come before the classes. Targets are labels, int32 or uint8 [examples], or probabilities [examples,
 * classes]. A label that is not a class is an error when the graph runs, unless it is the `ignoreLabel`.
 * A class with target 0 costs nothing, even if its logit is -Infinity, so that classes can be masked.
 * With `labelSmoothing` e the targets are (1 - e) targets + e / classes: C. Szegedy et al., "Rethinking
 * the Inception architecture for computer vision", CVPR 2016, section 7. If no example counts, the mean
 * is NaN. Throws `ShapeError` for other shapes.
 *
 * @example
 * const labels = tensor([0, 1], { dtype: "int32" });
 * crossEntropy(tensor([[0, 0], [0, 0]]), labels).itemSync(); // => 0.6931
 * const padded = tensor([0, -1], { dtype: "int32" });
 * const options = { ignoreLabel: -1, reduction: "none" } as const;
 * crossEntropy(tensor([[0, 0], [0, 0]]), padded, options).arraySync(); // => [0.6931, 0]
 */
export function crossEntropy<X extends Tensor, const R extends Reduction = "mean">(
  logits: X,
  targets: Tensor,
  options: CrossEntropyOptions<R> = {},
): Reduced<R, FrontOf<X>> {
  checkOptions("crossEntropy", options, { ...ofReduction, ...ofClasses, labelSmoothing: fraction });
  checkClasses("crossEntropy", "logits", logits);
  return surprise("crossEntropy", logits, targets, options, logSoftmax) as Reduced<R, FrontOf<X>>;
}

/**
 * The mean over examples of -sum(targets * logProbabilities), for networks that end in
 * `logSoftmax`: that of `crossEntropy` is this. Shapes, targets and options as there; 0 log 0 is 0.
 *
 * @example
 * const labels = tensor([1], { dtype: "int32" });
 * negativeLogLikelihood(tensor([[0.5, 0.5]]).log(), labels).itemSync(); // => 0.6931
 */
export function negativeLogLikelihood<X extends Tensor, const R extends Reduction = "mean">(
  logProbabilities: X,
  targets: Tensor,
  options: ClassCostOptions<R> = {},
): Reduced<R, FrontOf<X>> {
  const operation = "negativeLogLikelihood";
  checkOptions(operation, options, { ...ofReduction, ...ofClasses });
  checkClasses(operation, "log probabilities", logProbabilities);
  const logs: Tensor = logProbabilities;
  return surprise(operation, logs, targets, options) as Reduced<R, FrontOf<X>>;
}

/** Kinds of the options that costs of classes have in common. */
export const ofClasses: Kinds<Omit<ClassCostOptions, keyof ReductionOptions>> = {
  ignoreLabel: integer,
  classWeights: tensor,
};

/**
 * By labels or probabilities: -sum(probabilities * log probabilities), of what `toLogs` gives; without it,
 * of log probabilities as they are given.
 */
function surprise(
  operation: string,
  given: Tensor,
  targets: Tensor,
  options: CrossEntropyOptions,
  toLogs?: (x: Tensor) => Tensor,
): Tensor {
  return areLabels(operation, given, targets)
    ? surpriseOfLabels(operation, given, targets, options, toLogs)
    : surpriseOfRows(operation, given, targets, options, toLogs);
}

/** How costs of classes use labels: which count, and which element each picks. */
export interface Labelled {
  /** Which examples count, bool; undefined for all. */
  readonly mask: Tensor | undefined;
  /** The labels [...examples, 1], with 0 for those that do not count. */
  readonly column: Tensor;
  /** The elements of `x` [...examples, classes] at the labels. */
  readonly at: (x: Tensor) => Tensor;
  /** What each example counts by its class; undefined without weights of classes. */
  readonly ofClass: Tensor | undefined;
}

export function labelled(
  operation: string,
  given: Tensor,
  labels: Tensor,
  { ignoreLabel, classWeights }: ClassCostOptions,
): Labelled {
  if (ignoreLabel !== undefined) noteIgnored(ignoreLabel);
  // Of uint8, as which a label below 0 would be another one.
  const whole = labels.dtype === "uint8" ? labels.cast("int32") : labels;
  const mask = ignoreLabel === undefined ? undefined : whole.notEqual(ignoreLabel);
  const known = mask ? where(mask, whole, 0) : whole;
  const column = known.expandDims(-1);
  // A gather, so that nothing is as large as examples times classes that need not be.
  const at = (x: Tensor): Tensor => {
    const picked: Tensor = takeAlongAxis(x, column, -1, { labelsOf: operation });
    return picked.squeeze(-1);
  };
  const weights = weightsOfClasses(operation, given, classWeights);
  const rows = weights?.broadcastTo([...given.shape]);
  return { mask, column, at, ofClass: rows && at(rows) };
}

/** Weights of classes in the dtype of the outputs. */
export function weightsOfClasses(
  operation: string,
  given: Tensor,
  weights: Tensor | undefined,
): Tensor | undefined {
  if (!weights) return undefined;
  const classes = given.shape.at(-1)!;
  if (weights.rank === 1 && weights.shape[0] === classes) return weights.cast(given.dtype);
  throw new ShapeError(
    `${operation}: classWeights are ${formatShape(weights.shape)}, expected [${classes}], as classes`,
  );
}

function surpriseOfLabels(
  operation: string,
  given: Tensor,
  labels: Tensor,
  options: CrossEntropyOptions,
  toLogs?: (x: Tensor) => Tensor,
): Tensor {
  const { labelSmoothing = 0, classWeights } = options;
  const { mask, column, at, ofClass } = labelled(operation, given, labels, options);
  const { seen, reduced } = counted(operation, given.shape.slice(0, -1), options, mask);
  const logs = toLogs ? toLogs(seen(given)) : wherePicked(seen(given), column);
  const right = at(logs);
  const wanted = ofClass ? right.mul(ofClass) : right;
  if (labelSmoothing === 0) return reduced(wanted.neg(), ofClass);
  const weights = weightsOfClasses(operation, given, classWeights);
  const even = (weights ? logs.mul(weights) : logs).mean(-1);
  const both = wanted.mul(1 - labelSmoothing).add(even.mul(labelSmoothing));
  return reduced(both.neg(), ofClass);
}

function surpriseOfRows(
  operation: string,
  given: Tensor,
  targets: Tensor,
  options: CrossEntropyOptions,
  toLogs?: (x: Tensor) => Tensor,
): Tensor {
  const { labelSmoothing = 0, ignoreLabel, classWeights } = options;
  checkIgnoresNone(operation, ignoreLabel, targets);
  const { seen, reduced } = counted(operation, given.shape.slice(0, -1), options);
  const right = seen(targets);
  const wanted =
    labelSmoothing === 0
      ? right
      : right.mul(1 - labelSmoothing).add(labelSmoothing / given.shape.at(-1)!);
  const logs = wherePossible(toLogs ? toLogs(seen(given)) : seen(given), wanted);
  const weights = weightsOfClasses(operation, given, classWeights);
  const parts = (weights ? logs.mul(weights) : logs).mul(wanted);
  if (isPlainMean(options)) return parts.sum().div(-exampleCount(given));
  return reduced(parts.sum(-1).neg());
}

/**
 * Log probabilities, without those of 0 that no label picks: 0 times the slope of the logarithm there would be
 * NaN.
 */
function wherePicked(logs: Tensor, column: Tensor): Tensor {
  const classes = arange(logs.shape.at(-1)!, { dtype: "int32" });
  return where(logs.equal(Number.NEGATIVE_INFINITY).logicalAnd(classes.notEqual(column)), 0, logs);
}

/** A factor for probabilities of 0, because 0 log 0 is 0: 0 in place of -infinity. */
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
 * Where a target is 0, so is its part. Of two distributions: `klDivergence` of
 * `@nabla/distributions`. S. Kullback and R. A. Leibler, "On information and sufficiency", 1951.
 *
 * @example
 * klDivergence(tensor([[0, 0]]), tensor([[1, 0]])).itemSync(); // => 0.6931
 * klDivergence(tensor([[0, 0]]), tensor([[0.5, 0.5]])).itemSync(); // => 0
 */
export function klDivergence<X extends Tensor, const R extends Reduction = "mean">(
  logits: X,
  targets: Tensor,
  options: ReductionOptions<R> = {},
): Reduced<R, FrontOf<X>> {
  checkOptions("klDivergence", options, ofReduction);
  checkClasses("klDivergence", "logits", logits);
  checkTensor("klDivergence", targets);
  checkSameShape("klDivergence", logits.shape, targets.shape);
  const { seen, reduced } = counted("klDivergence", logits.shape.slice(0, -1), options);
  const wanted = seen(targets);
  const logTargets = where(wanted.greater(0), wanted, 1).log();
  const parts = wanted.mul(logTargets.sub(wherePossible(logSoftmax(seen(logits)), wanted)));
  const cost: Tensor = isPlainMean(options)
    ? parts.sum().div(exampleCount(logits))
    : reduced(parts.sum(-1));
  return cost as Reduced<R, FrontOf<X>>;
}
