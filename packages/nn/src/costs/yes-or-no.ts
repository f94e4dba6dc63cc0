// Costs of outputs that each say yes or no.
import { relu, type SameShapeCheck, type ShapeOf, softplus, Tensor, where } from "@nabla/autograd";
import { checkOptions, fraction, type Kind } from "@nabla/autograd/checks";
import { targetsLike } from "../checks.ts";
import {
  counted,
  ofReduction,
  type Reduced,
  type Reduction,
  type ReductionOptions,
} from "./reduction.ts";

export interface BinaryCrossEntropyOptions<R extends Reduction = Reduction>
  extends ReductionOptions<R> {
  /**
   * What a target of yes counts, in comparison to no: a number, or a tensor that broadcasts to the
   * targets, such as [outputs]. Often (number of no) / (number of yes). Default: 1.
   */
  readonly positiveWeight?: number | Tensor;
  /** e: targets are (1 - e) t + e / 2. Default: 0. */
  readonly labelSmoothing?: number;
}

/** A positive number, or a tensor. */
export const weightOfYes: Kind = [
  (x) => x instanceof Tensor || (typeof x === "number" && x > 0),
  "a positive number or a tensor",
];

/**
 * The mean over all elements of -log(p) where the target is 1 and of -log(1 - p) where it is 0, with p =
 * sigmoid(logit): how improbable the correct answers are to the network. Like `crossEntropy` it takes
 * logits, the sigmoid's input, because probabilities have lost the digits that it needs: it computes
 * softplus(z) - t z. Targets between 0 and 1 are probabilities. An infinite logit costs nothing if it is
 * right, and infinity if it is not. Any shape.
 *
 * @example
 * binaryCrossEntropy(tensor([0, 100]), tensor([1, 1])).itemSync(); // => 0.3466
 * binaryCrossEntropy(tensor([0, 0]), tensor([1, 0]), { positiveWeight: 3 }).itemSync(); // => 1.3863
 */
export function binaryCrossEntropy<
  X extends Tensor,
  Y extends Tensor,
  const R extends Reduction = "mean",
>(
  logits: X,
  targets: SameShapeCheck<"binaryCrossEntropy", ShapeOf<X>, ShapeOf<Y>, Y>,
  options: BinaryCrossEntropyOptions<R> = {},
): Reduced<R, ShapeOf<X>> {
  const operation = "binaryCrossEntropy";
  checkOptions(operation, options, {
    ...ofReduction,
    positiveWeight: weightOfYes,
    labelSmoothing: fraction,
  });
  const { positiveWeight = 1, labelSmoothing = 0 } = options;
  const given = targetsLike(operation, logits, targets);
  const { seen, reduced } = counted(operation, logits.shape, options);
  const z = seen(logits);
  const t =
    labelSmoothing === 0
      ? seen(given)
      : seen(given)
          .mul(1 - labelSmoothing)
          .add(labelSmoothing / 2);
  const parts =
    positiveWeight === 1 ? surprise(z, t) : surpriseOfBoth(z, t, numbersOf(positiveWeight, z));
  return reduced(parts) as Reduced<R, ShapeOf<X>>;
}

/** softplus(z) - t z: how unlikely answers seem. */
export function surprise(z: Tensor, t: Tensor): Tensor {
  // At infinity this would be infinity - infinity: there it is softplus(-z) + (1 - t) z.
  const isYes = z.equal(Number.POSITIVE_INFINITY);
  const finite = softplus(z).sub(timesInfinity(z, t));
  return where(isYes, timesInfinity(z, t.neg().add(1)), finite);
}

/** The same, where yes counts `weight` times: that of yes, and that of no, which both may be infinite. */
function surpriseOfBoth(z: Tensor, t: Tensor, weight: Tensor | number): Tensor {
  const share = (s: Tensor, x: Tensor) => where(s.equal(0), 0, x).mul(s);
  const no = share(t.neg().add(1), softplus(z));
  return share(t, softplus(z.neg())).mul(weight).add(no);
}

export function numbersOf(weight: number | Tensor, { dtype }: Tensor): number | Tensor {
  return typeof weight === "number" ? weight : weight.cast(dtype);
}

/** z t, where 0 times an infinity is 0. */
function timesInfinity(z: Tensor, t: Tensor): Tensor {
  return where(t.equal(0).logicalAnd(z.abs().equal(Number.POSITIVE_INFINITY)), 0, z).mul(t);
}

/**
 * The mean over all elements of max(0, 1 - target * output), with targets of -1 and 1: 0 once an
 * output is on the right side by 1. C. Cortes and V. Vapnik, "Support-vector networks", 1995. Any
 * shape.
 *
 * @example
 * hinge(tensor([2, 0.5, -1]), tensor([1, 1, 1])).itemSync(); // => 0.8333
 */
export function hinge<X extends Tensor, Y extends Tensor, const R extends Reduction = "mean">(
  outputs: X,
  targets: SameShapeCheck<"hinge", ShapeOf<X>, ShapeOf<Y>, Y>,
  options: ReductionOptions<R> = {},
): Reduced<R, ShapeOf<X>> {
  checkOptions("hinge", options, ofReduction);
  const wanted = targetsLike("hinge", outputs, targets);
  const { seen, reduced } = counted("hinge", outputs.shape, options);
  return reduced(relu(seen(outputs).mul(seen(wanted)).neg().add(1))) as Reduced<R, ShapeOf<X>>;
}
