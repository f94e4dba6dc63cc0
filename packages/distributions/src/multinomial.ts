// The multinomial distribution.
import {
  ensure,
  type Operand,
  random,
  type Shape,
  scan,
  type Tensor,
  where,
} from "@nabla/autograd";
import { binomialDraws } from "./binomial-draws.ts";
import { type Distribution, distribution } from "./distribution.ts";
import { keyFor } from "./draws.ts";
import { type DistributionOptions, count as isCount, parameters, widened } from "./parameters.ts";
import { type Classes, classParameters, timesLog } from "./probabilities.ts";
import { batchedTo, broadcastShapes } from "./shapes.ts";

/**
 * The distribution of how often each class is drawn in `count` independent draws of `categorical`, by
 * probabilities or logits `[...batch, classes]`. Draws `[..., classes]` are int32, sum to `count`, and are
 * constants for gradients. Densities are computed in float64 whatever the dtype is.
 *
 * @example
 * const d = multinomial(4, { probabilities: tensor([0.25, 0.75]) });
 * d.mean().arraySync(); // => [1, 3]
 * d.logProbability(tensor([1, 3])).exp().itemSync(); // => 0.4219
 */
export function multinomial(
  count: Operand,
  classes: Classes,
  options?: DistributionOptions,
): Distribution {
  const given = classParameters("multinomial", classes, options);
  const counts = parameters("multinomial", { count: [count, isCount] }, { dtype: "float64" });
  const n = counts.values.count;
  const batch = broadcastShapes("multinomial", [
    ["count", counts],
    ["the batch of classes", { shape: given.batch }],
  ]);
  const p = given.probabilities;
  const each = n.expandDims(-1);
  return distribution<Shape, readonly number[]>({
    name: "multinomial",
    support: "integers that sum to count",
    parameters: { ...given.own, values: { count: n, ...given.own.values } },
    batch,
    event: [given.classes],
    drawsIntegers: true,
    draw: (seed, shape) => drawsByClass(keyFor("multinomial", seed), n, p, shape),
    logDensity: (x) => {
      const k = widened(x);
      const ways = n.add(1).lgamma().sub(k.add(1).lgamma().sum(-1));
      return ways.add(timesLog(k, given.logs).sum(-1));
    },
    isOutside: (x) => {
      const isOff = widened(x).sum(-1, { keepDims: true }).notEqual(each);
      return x.less(0).logicalOr(x.notEqual(x.floor())).logicalOr(isOff);
    },
    // At counts that do not sum to `count` the formula has a value, too.
    inside: 0,
    mean: () => each.mul(p),
    variance: () => each.mul(p).mul(p.neg().add(1)),
  });
}

/** Class by class: of what is left, a binomial share. */
function drawsByClass(key: Tensor, n: Tensor, p: Tensor, shape: Shape): Tensor {
  const classes = p.shape.at(-1)!;
  const isKnown = n.isNaN().logicalNot().all().logicalAnd(p.isNaN().logicalNot().all());
  const message = "multinomial.sample: a count or a probability is none";
  const known = ensure(p, isKnown, message).broadcastTo([...shape, classes]);
  const rest = known.cumSum(-1, { reverse: true });
  const yes = where(rest.greater(0), known.div(where(rest.greater(0), rest, 1)), 0).minimum(1);
  const order = [shape.length, ...shape.map((_, axis) => axis)];
  const chances = yes.transpose(order);
  const keys = random.split(key, classes);
  const [, drawn] = scan(
    (left: Tensor, [one, chance]: readonly [Tensor, Tensor]) => {
      const taken = binomialDraws(one, left, chance, chance.neg().add(1), shape);
      return [left.sub(taken), taken];
    },
    batchedTo(n, shape),
    [keys, chances] as readonly [Tensor, Tensor],
  );
  return drawn.transpose([...shape.map((_, axis) => axis + 1), 0]);
}
