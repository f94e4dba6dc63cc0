// Batches as events: several independent draws are one.
import { formatShape, type Shape, ShapeError, type Tensor, where } from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";
import { fail } from "./checks.ts";
import { type Distribution, distribution, isDistribution } from "./distribution.ts";
import { dtypeOf } from "./transform.ts";

const basesOf = new WeakMap<object, Distribution>();

/**
 * The distribution of whole arrays of independent values: the last `axes` axes of `d`'s batch become the first
 * of its event, so that `logProbability` and `entropy` are sums over them. Throws `ShapeError` if the batch has
 * fewer axes.
 *
 * @example
 * const d = independent(normal(tensor([0, 1, 2]), 1), 1);
 * d.eventShape; // => [3]
 * d.logProbability(tensor([0, 1, 2])).itemSync(); // => -2.757
 */
export function independent(d: Distribution, axes: number): Distribution {
  if (!isDistribution(d)) fail(`independent: d is ${describe(d)}, expected a distribution`);
  if (!Number.isSafeInteger(axes) || axes < 0) {
    fail(`independent: axes is ${describe(axes)}, expected an integer of at least 0`);
  }
  const rank = d.batchShape.length;
  if (axes > rank) {
    const given = `the batch of ${d.name} is ${formatShape(d.batchShape)}`;
    throw new ShapeError(`independent: ${given}, expected at least ${axes} axes`);
  }
  const last = Array.from({ length: axes }, (_, i) => i - axes);
  const total = (each: Tensor): Tensor => (axes === 0 ? each : each.sum(last));
  const made = distribution<Shape, Shape>({
    name: "independent",
    support: d.support,
    parameters: { values: d.parameters, dtype: dtypeOf(d), shape: d.batchShape },
    batch: d.batchShape.slice(0, rank - axes),
    event: [...d.batchShape.slice(rank - axes), ...d.eventShape],
    drawsIntegers: d.dtype === "int32",
    isReparameterized: d.isReparameterized,
    isCircular: d.isCircular,
    draw: (seed, shape) => {
      const front = shape.slice(0, shape.length - (rank - axes));
      return d.sample(front, seed === undefined ? {} : { seed });
    },
    logDensity: (x) => {
      const each = d.logProbability(x);
      const isOutside: Tensor = each.equal(Number.NEGATIVE_INFINITY);
      // One that cannot be is enough, also where others are infinitely likely.
      const isNever: Tensor = axes === 0 ? isOutside : isOutside.any(last);
      const sum = total(where(isOutside, 0, each));
      // A parameter that is NaN is NaN there, too.
      const isKnown = isNever.logicalAnd(sum.isNaN().logicalNot());
      return where(isKnown, Number.NEGATIVE_INFINITY, sum);
    },
    isOutside: (x) => x.notEqual(x).logicalAnd(x.equal(x)),
    inside: 0,
    mean: () => d.mean(),
    variance: () => d.variance(),
    entropy: () => total(d.entropy()),
    divergence: (other) => {
      const base = basesOf.get(other);
      if (!base || other.eventShape.length !== made.eventShape.length) return undefined;
      const value = d.divergenceFrom(base);
      return value && total(value);
    },
  });
  basesOf.set(made, d);
  return made;
}
