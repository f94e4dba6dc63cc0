// Focal costs, which reduce the weight of examples that are already classified well: T. Lin et al.,
// "Focal loss for dense object detection", ICCV 2017.
import {
  exp,
  logSoftmax,
  type SameShapeCheck,
  type ShapeOf,
  softplus,
  type Tensor,
  where,
} from "@nabla/autograd";
import { checkOptions, fraction, notNegative } from "@nabla/autograd/checks";
import { targetsLike } from "../checks.ts";
import { type ClassCostOptions, labelled, ofClasses, weightsOfClasses } from "./classes.ts";
import { areLabels, checkClasses, checkIgnoresNone } from "./labels.ts";
import {
  counted,
  type FrontOf,
  ofReduction,
  type Reduced,
  type Reduction,
  type ReductionOptions,
} from "./reduction.ts";

export interface FocalCrossEntropyOptions<R extends Reduction = Reduction>
  extends ClassCostOptions<R> {
  /** How fast the weight of well-classified examples falls; 0 is `crossEntropy`. Default: 2. */
  readonly gamma?: number;
}

/**
 * The mean over examples of -sum(targets (1 - p)^gamma log p), with p = softmax(logits): cross-entropy in
 * which an example has the less part the surer the network is of its right class. Shapes, targets and
 * options as for `crossEntropy`; the mean is over examples, whatever the `classWeights`.
 *
 * @example
 * const labels = tensor([0, 0], { dtype: "int32" });
 * const options = { reduction: "none" } as const;
 * focalCrossEntropy(tensor([[0, 0], [2, 0]]), labels, options).arraySync(); // => [0.1733, 0.001804]
 */
export function focalCrossEntropy<X extends Tensor, const R extends Reduction = "mean">(
  logits: X,
  targets: Tensor,
  options: FocalCrossEntropyOptions<R> = {},
): Reduced<R, FrontOf<X>> {
  const operation = "focalCrossEntropy";
  checkOptions(operation, options, { ...ofReduction, ...ofClasses, gamma: notNegative });
  checkClasses(operation, "logits", logits);
  const { gamma = 2, ignoreLabel, classWeights } = options;
  const given: Tensor = logits;
  const front = given.shape.slice(0, -1);
  let cost: Tensor;
  if (areLabels(operation, given, targets)) {
    const { mask, at, ofClass } = labelled(operation, given, targets, options);
    const { seen, reduced } = counted(operation, front, options, mask);
    const each = focused(at(logSoftmax(seen(given))), gamma);
    cost = reduced(ofClass ? each.mul(ofClass) : each);
  } else {
    checkIgnoresNone(operation, ignoreLabel, targets);
    const { seen, reduced } = counted(operation, front, options);
    const right = seen(targets);
    const weights = weightsOfClasses(operation, given, classWeights);
    const logs = where(right.equal(0), 0, logSoftmax(seen(given)));
    const parts = focused(logs, gamma).mul(right);
    cost = reduced((weights ? parts.mul(weights) : parts).sum(-1));
  }
  return cost as Reduced<R, FrontOf<X>>;
}

/** -(1 - p)^gamma log p. */
function focused(log: Tensor, gamma: number): Tensor {
  if (gamma === 0) return log.neg();
  const rest = log.expm1().neg();
  // A power below 1 has no slope at 0, where all of it is 0.
  const isSure = rest.equal(0);
  return where(isSure, 0, where(isSure, 1, rest).pow(gamma).mul(log).neg());
}

export interface BinaryFocalCrossEntropyOptions<R extends Reduction = Reduction>
  extends ReductionOptions<R> {
  /** How fast the weight of well-classified examples falls; 0 is `binaryCrossEntropy`. Default: 2. */
  readonly gamma?: number;
  /** What yes counts, from 0 to 1; no counts 1 - alpha. Default: both count 1. */
  readonly alpha?: number;
}

/**
 * The mean over all elements of -(1 - p)^gamma log p where the target is 1 and of -p^gamma log(1 - p) where
 * it is 0, with p = sigmoid(logit). Targets between 0 and 1 are probabilities of these. Any shape.
 *
 * @example
 * const options = { reduction: "none" } as const;
 * binaryFocalCrossEntropy(tensor([0, 2]), tensor([1, 1]), options).arraySync(); // => [0.1733, 0.001804]
 */
export function binaryFocalCrossEntropy<
  X extends Tensor,
  Y extends Tensor,
  const R extends Reduction = "mean",
>(
  logits: X,
  targets: SameShapeCheck<"binaryFocalCrossEntropy", ShapeOf<X>, ShapeOf<Y>, Y>,
  options: BinaryFocalCrossEntropyOptions<R> = {},
): Reduced<R, ShapeOf<X>> {
  const operation = "binaryFocalCrossEntropy";
  checkOptions(operation, options, { ...ofReduction, gamma: notNegative, alpha: fraction });
  const { gamma = 2, alpha } = options;
  const wanted = targetsLike(operation, logits, targets);
  const { seen, reduced } = counted(operation, logits.shape, options);
  const [z, t] = [seen(logits), seen(wanted)];
  /** Of how likely the answer seems: log p is -softplus(-z). */
  const part = (share: Tensor, x: Tensor) => {
    const shown = where(share.equal(0), 0, x);
    const cost = softplus(shown.neg());
    const focus = gamma === 0 ? cost : exp(softplus(shown).mul(-gamma)).mul(cost);
    return focus.mul(share);
  };
  const [yes, no] = [part(t, z), part(t.neg().add(1), z.neg())];
  const both = alpha === undefined ? yes.add(no) : yes.mul(alpha).add(no.mul(1 - alpha));
  return reduced(both) as Reduced<R, ShapeOf<X>>;
}
