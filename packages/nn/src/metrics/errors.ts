// Metrics of numbers: how far outputs are from targets, and how unlikely they make them.
import {
  formatShape,
  logSoftmax,
  type SameShapeCheck,
  ShapeError,
  type ShapeOf,
  type Tensor,
  where,
  zeros,
} from "@nabla/autograd";
import { checkOptions, checkTensor, integer, oneOf } from "@nabla/autograd/checks";
import { targetsLike } from "../checks.ts";
import { checkIgnoresNone } from "../costs/labels.ts";
import { meanOfDefined, numbersOrNaN, ratio } from "./counts.ts";
import {
  checkAlike,
  known,
  listed,
  ofSums,
  type StatefulMetric,
  weighted,
  weightsOf,
  withState,
} from "./metric.ts";
import { rightClasses } from "./right-classes.ts";

/** The type of `meanAbsoluteError`. */
export interface MeanAbsoluteError extends StatefulMetric<number> {
  <X extends Tensor, Y extends Tensor>(
    outputs: X,
    targets: SameShapeCheck<"meanAbsoluteError", ShapeOf<X>, ShapeOf<Y>, Y>,
  ): Tensor<[]>;
}

/**
 * The mean of the absolute differences between outputs and targets, over all elements of any shape.
 *
 * @example
 * meanAbsoluteError(tensor([1, 2]), tensor([1, 5])).itemSync(); // => 1.5
 */
export const meanAbsoluteError: MeanAbsoluteError = /* @__PURE__ */ withState(
  (outputs: Tensor, targets: unknown): Tensor<[]> => {
    const wanted = targetsLike("meanAbsoluteError", outputs, targets);
    return outputs.sub(wanted).abs().mean();
  },
  /* @__PURE__ */ meanOf("meanAbsoluteError", (difference) => difference.abs()),
);

/** A metric: the mean over all elements of `f` of the differences between outputs and targets. */
export function meanOf(
  operation: string,
  f: (difference: Tensor) => Tensor,
): StatefulMetric<number> {
  return ofSums(
    operation,
    (outputs, targets, given) => {
      const wanted = targetsLike(operation, outputs, targets);
      const each = f(outputs.cast("float64").sub(wanted.cast("float64")));
      const weights = weightsOf(operation, outputs.shape, given);
      return listed(weighted(each, weights).sum(), weights.sum());
    },
    ([sum, all]) => sum! / all!,
  );
}

export interface R2Options<A extends "macro" | "none" = "macro" | "none"> {
  /** Of several outputs: their mean, or a list of them. Default: "macro". */
  readonly average?: A;
}

/**
 * A metric: the share of the targets' variance that the outputs explain, 1 - sum((t - y)^2) /
 * sum((t - mean t)^2). Outputs and targets have the same shape [examples] or [examples, outputs].
 * Of constant targets it is -Infinity, or undefined where all were met: NaN, and "macro" leaves it out
 * (scikit-learn's values with `force_finite=False`). NaN where an output or target is NaN.
 *
 * @example
 * const dataset = { outputs: tensor([1, 2, 4]), targets: tensor([1, 2, 3]) };
 * await measure(sequential((x) => x), dataset, { r2: r2Score() }); // => { r2: 0.5 }
 */
export function r2Score<A extends "macro" | "none" = "macro">(
  options: R2Options<A> = {},
): StatefulMetric<A extends "none" ? readonly number[] : number> {
  checkOptions("r2Score", options, { average: oneOf("macro", "none") });
  const { average = "macro" } = options;
  return {
    start: () => [],
    observe: (outputs, targets, weights) => spreads(outputs, targets, weights),
    update([before], observed) {
      const added = Float64Array.from(observed);
      if (!before) return [added];
      checkAlike("r2Score", before, added);
      return [together(before, added)];
    },
    result([state]) {
      const all = known("r2Score", state);
      const count = (all.length - 1) / 3;
      const scores = Array.from({ length: count }, (_, i) => {
        const missed = ratio(all[1 + 2 * count + i]!, all[1 + count + i]!);
        return missed === undefined ? undefined : 1 - missed;
      });
      const value = average === "none" ? numbersOrNaN(scores) : meanOfDefined(scores);
      return value as number & (A extends "none" ? readonly number[] : number);
    },
  };
}

/**
 * Per batch: the total weight of the examples; then for each output the mean of targets, the sum of
 * squared distances of targets from it, and the sum of squared errors.
 */
function spreads(outputs: Tensor, targets: unknown, given: Tensor | undefined): Tensor<[number]> {
  const wanted = targetsLike("r2Score", outputs, targets);
  if (outputs.rank !== 1 && outputs.rank !== 2) {
    throw new ShapeError(
      `r2Score: outputs are ${formatShape(outputs.shape)}, expected [examples] or [examples, outputs]`,
    );
  }
  // A batch without examples has weight 0.
  if (outputs.shape[0] === 0) return zeros([1 + 3 * (outputs.shape[1] ?? 1)], { dtype: "float64" });
  const [ys, ts] = [outputs, wanted].map((x) => x.cast("float64").reshape([x.shape[0]!, -1]));
  const weights = weightsOf("r2Score", outputs.shape.slice(0, 1), given).expandDims(-1);
  const all = weights.sum();
  // Relative to the first target that counts: constant targets then differ by exactly 0.
  const first = ts!.gather(0, weights.notEqual(0).cast("int32").argMax(0));
  const distances = ts!.sub(first);
  const mean = weighted(distances, weights).sum(0).div(all);
  const squares = [distances.sub(mean), ts!.sub(ys!)].map((x) =>
    weighted(x.square(), weights).sum(0),
  );
  return listed(all, first.squeeze(0).add(mean), ...squares) as Tensor<[number]>;
}

/**
 * The same of two batches. T. Chan, G. Golub and R. LeVeque, "Updating formulae and a pairwise
 * algorithm for computing sample variances", 1979.
 */
function together(a: Float64Array, b: Float64Array): Float64Array {
  const [weightA, weightB] = [a[0]!, b[0]!];
  if (weightB === 0) return a;
  if (weightA === 0) return b;
  const all = weightA + weightB;
  const count = (a.length - 1) / 3;
  const sum = a.map((x, i) => x + b[i]!);
  for (let i = 1; i <= count; i++) {
    const distance = b[i]! - a[i]!;
    sum[i] = a[i]! + (distance * weightB) / all;
    sum[i + count]! += (distance * distance * weightA * weightB) / all;
  }
  return sum;
}

export interface PerplexityOptions {
  /** A label whose examples do not count, such as padding. */
  readonly ignoreLabel?: number;
}

/**
 * A metric: e to the mean of -log softmax(logits) at the right class, that is, among how many equally
 * likely classes the network would be as unsure. `outputs` are logits [examples, classes], with further
 * axes, as of sequences, before the classes; targets are labels, or rows as for `accuracy`. Throws
 * `NablaError` for an `ignoreLabel` where they are rows.
 *
 * @example
 * const dataset = { outputs: zeros([2, 5]), labels: tensor([3, 1], { dtype: "int32" }) };
 * await measure(sequential((x) => x), dataset, { perplexity: perplexity() }); // => { perplexity: 5 }
 */
export function perplexity(options: PerplexityOptions = {}): StatefulMetric<number> {
  checkOptions("perplexity", options, { ignoreLabel: integer });
  const { ignoreLabel } = options;
  return ofSums(
    "perplexity",
    (outputs, targets, given) => {
      checkTensor("perplexity", targets);
      const isIgnored = ignoreLabel === undefined ? undefined : targets.equal(ignoreLabel);
      const labels = isIgnored ? where(isIgnored, 0, targets).cast(targets.dtype) : targets;
      const { isRight, isKnown } = rightClasses("perplexity", outputs, labels);
      if (targets.rank === outputs.rank) checkIgnoresNone("perplexity", ignoreLabel, targets);
      const logs = logSoftmax(outputs.cast("float64"));
      const surprise = where(isRight, logs, 0).sum(-1).neg();
      const each = where(isKnown, surprise, Number.NaN);
      const all = weightsOf("perplexity", each.shape, given);
      const weights = isIgnored ? where(isIgnored, 0, all) : all;
      return listed(weighted(each, weights).sum(), weights.sum());
    },
    ([sum, all]) => Math.exp(sum! / all!),
  );
}
