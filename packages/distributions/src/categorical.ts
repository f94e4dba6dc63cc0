// The categorical distribution: one of several classes.
import type { Tensor } from "@nabla/autograd";
import { arange, ensure, type ShapeOf, where } from "@nabla/autograd";
import { type Distribution, distribution } from "./distribution.ts";
import { fractions, keyFor } from "./draws.ts";
import type { DistributionOptions } from "./parameters.ts";
import { type Classes, classParameters, type Front, timesLog } from "./probabilities.ts";

const logsOf = new WeakMap<object, Tensor>();

/**
 * The distribution of a class, 0 to classes - 1, by probabilities or logits `[...batch, classes]`.
 * Probabilities need not sum to 1: they are divided by their sum. A logit of -Infinity, or a probability
 * of 0, is a class that never is. Draws are int32, and constants for gradients; mean and variance are
 * those of the numbers of the classes.
 *
 * @example
 * const d = categorical({ probabilities: tensor([1, 1, 2]) });
 * d.logProbability(2).itemSync(); // => -0.6931
 * d.sample([4], { seed: 3 }).shape; // => [4]
 */
export function categorical<X extends Tensor>(
  classes: Classes<X>,
  options?: DistributionOptions,
): Distribution<Front<ShapeOf<X>>> {
  const {
    own,
    batch,
    classes: n,
    logs,
    probabilities,
  } = classParameters("categorical", classes, options);
  const numbers = arange(n).cast("float64");
  const moment = (power: Tensor) => probabilities.mul(power).sum(-1 as never);
  const made = distribution<Front<ShapeOf<X>>>({
    name: "categorical",
    support: `0 to ${n - 1}`,
    parameters: own,
    batch,
    drawsIntegers: true,
    draw: (seed, shape) => {
      const fraction = fractions(keyFor("categorical", seed), shape);
      return classesBy("categorical.sample", probabilities, fraction);
    },
    logDensity: (x) => {
      const isOne = x.expandDims(-1).equal(numbers);
      return where(isOne, logs, 0).sum(-1 as never);
    },
    isOutside: (x) => x.less(0).logicalOr(x.greaterEqual(n)).logicalOr(x.notEqual(x.floor())),
    inside: 0,
    mean: () => moment(numbers),
    variance: () => {
      const distance = numbers.sub(moment(numbers).expandDims(-1));
      return moment(distance.square());
    },
    entropy: () =>
      timesLog(probabilities, logs)
        .sum(-1 as never)
        .neg(),
    cdf: (x) => {
      const isUpTo = numbers.lessEqual(x.expandDims(-1));
      return where(isUpTo, probabilities, 0).sum(-1 as never);
    },
    ends: [0, n - 1],
    divergence: (other) => {
      const theirs = logsOf.get(other);
      if (theirs?.shape.at(-1) !== n) return undefined;
      const isNever = probabilities.equal(0);
      const ratio = where(isNever, 0, logs).sub(where(isNever, 0, theirs));
      return timesLog(probabilities, ratio).sum(-1 as never);
    },
  });
  logsOf.set(made, logs);
  return made;
}

/** The class that each of the fractions, uniform in 0 to 1, falls into; a class of 0 is never. */
export function classesBy(operation: string, probabilities: Tensor, fraction: Tensor): Tensor {
  const ends = probabilities.cumSum(-1 as never);
  const n = probabilities.shape.at(-1)!;
  const total = ends.slice(-1, n - 1, n);
  const areKnown = total.greater(0).logicalAnd(total.isFinite()).all();
  const message = `${operation}: a batch has no class with a positive, finite probability`;
  const known = ensure(ends, areKnown, message);
  const isPassed = known.lessEqual(fraction.expandDims(-1).mul(total));
  return isPassed
    .cast("int32")
    .sum(-1 as never)
    .cast("int32");
}
