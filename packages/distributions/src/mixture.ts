// Mixtures: a component is drawn, and then a value of it.
import {
  formatShape,
  type Seed,
  type Shape,
  ShapeError,
  stack,
  stopGradient,
  Tensor,
  where,
} from "@nabla/autograd";
import { checkNames, describe } from "@nabla/autograd/checks";
import { drawsFor } from "./broadcast-draws.ts";
import { classesBy } from "./categorical.ts";
import { fail } from "./checks.ts";
import { type Distribution, distribution, isDistribution } from "./distribution.ts";
import { fractions, keyFor } from "./draws.ts";
import type { Float } from "./parameters.ts";
import { classParameters } from "./probabilities.ts";
import { split } from "./rejection.ts";
import { batchedTo, broadcastShapes } from "./shapes.ts";
import { dtypeOf } from "./transform.ts";

/** What components are drawn by, `[...batch, components]`: probabilities or logits. */
export type Weights = Tensor | { readonly logits: Tensor };

/** The components of a mixture, one after the other along an axis in front of the event's. */
interface Components {
  readonly count: number;
  readonly batch: Shape;
  readonly event: Shape;
  readonly drawsIntegers: boolean;
  readonly isCircular: boolean;
  readonly dtype: Float;
  readonly support: string;
  /** `[..., ...batch, count]` */
  readonly logDensity: (x: Tensor) => Tensor;
  readonly cdf: (x: Tensor) => Tensor;
  /** `[...batch, count, ...event]` */
  readonly moment: (name: "mean" | "variance") => Tensor;
  /** `[...shape, ...batch, count, ...event]` */
  readonly draw: (key: Tensor, shape: Shape, batch: Shape) => Tensor;
}

/**
 * A mixture of distributions: a component is drawn by its weight, then a value of it. `weights`
 * `[...batch, n]` are probabilities, which are divided by their sum, or `{ logits }`. The components are a
 * list of n distributions of the same events, all of integers or none, of angles or none, whose batches broadcast; or one
 * distribution, whose last batch axis counts them. Draws are constants for gradients, as they do not depend
 * smoothly on weights; densities, and so maximum likelihood, have all gradients. There is no closed form of
 * the entropy and of quantiles, and of angles none of mean and variance; `cdf` is known where the components' are. Throws `NablaError` for components
 * that do not fit together, `ShapeError` for shapes.
 *
 * @example
 * const d = mixture(tensor([0.25, 0.75]), [normal(-1, 0.5), normal(1, 0.5)]);
 * d.logProbability(1).itemSync(); // => -0.5134
 * [d.mean(), d.variance()].map((x) => x.itemSync()); // => [0.5, 1]
 * mixture({ logits: tensor([0, 0, 0]) }, poisson(tensor([1, 5, 9]))).mean().itemSync(); // => 5
 */
export function mixture(
  weights: Weights,
  components: Distribution | readonly Distribution[],
): Distribution {
  const all = componentsOf(components);
  const byLogits = !(weights instanceof Tensor);
  if (byLogits) checkNames("mixture", weights, ["logits"]);
  const classes = byLogits ? weights : { probabilities: weights };
  const given = classParameters("mixture", classes, {});
  const { logs, probabilities } = given;
  if (given.classes !== all.count) {
    throw new ShapeError(
      `mixture: weights are ${formatShape(logs.shape)}, expected ${all.count} components last`,
    );
  }
  const batch = broadcastShapes("mixture", [
    ["the batch of weights", { shape: given.batch }],
    ["that of components", { shape: all.batch }],
  ]);
  const dtype = given.own.dtype === "float64" ? "float64" : all.dtype;
  const { event } = all;
  /** The weights of moments and events: `[...batch, count, ...1s]`. */
  const shares: Tensor = probabilities.reshape([...probabilities.shape, ...event.map(() => 1)]);
  const axis = -1 - event.length;
  const mixed = (values: Tensor): Tensor => timesShares(shares, values).sum(axis);
  const mean = (): Tensor => mixed(all.moment("mean"));
  const variance = (): Tensor => {
    const center = mean();
    const distance = all.moment("mean").sub(center.expandDims(axis));
    return mixed(all.moment("variance").add(distance.square()));
  };
  return distribution<Shape, Shape>({
    name: "mixture",
    support: all.support,
    parameters: { ...given.own, dtype },
    batch,
    event,
    drawsIntegers: all.drawsIntegers,
    isCircular: all.isCircular,
    isReparameterized: false,
    draw: (seed, shape) => drawn(all, probabilities, keyFor("mixture", seed), shape, batch),
    logDensity: (x) => logDensityOf(logs, probabilities, all.logDensity(x)),
    // The components know.
    isOutside: (x) => x.notEqual(x).logicalAnd(x.equal(x)),
    inside: 0,
    // Directions are not averaged as numbers are.
    ...(all.isCircular ? {} : { mean, variance }),
    cdf: (x) => timesShares(probabilities, all.cdf(x)).sum(-1),
  });
}

/** A component that never is does not count, infinite as it may be. */
function timesShares(shares: Tensor, values: Tensor): Tensor {
  const isIgnored: Tensor = shares.equal(0).logicalAnd(values.isFinite().logicalNot());
  return shares.mul(where(isIgnored, 0, values));
}

/**
 * The logarithm of the sum of densities by their shares. Components whose share is 0 add nothing, but a derivative
 * by it: log (1 + p d / sum), of ratios d / sum up to e^80.
 */
function logDensityOf(logs: Tensor, shares: Tensor, densities: Tensor): Tensor {
  const isIgnored: Tensor = logs.equal(Number.NEGATIVE_INFINITY);
  // Infinite ones, too; what is NaN stays so.
  const counted = where(isIgnored.logicalAnd(densities.isNaN().logicalNot()), 0, densities);
  const sum = logSum(logs.add(counted));
  const isKnown: Tensor = isIgnored.logicalAnd(sum.isFinite().expandDims(-1));
  const ratio = where(isKnown, densities.sub(sum.expandDims(-1)), 0)
    .minimum(80)
    .exp();
  return sum.add(where(isKnown, shares.mul(ratio), 0).sum(-1).log1p());
}

/** log of the sum of e^terms over the last axis; -Infinity, without a gradient, where all terms are. */
function logSum(terms: Tensor): Tensor {
  const isNone: Tensor = terms.equal(Number.NEGATIVE_INFINITY).all(-1, { keepDims: true });
  const sum: Tensor = where(isNone, 0, terms).logSumExp(-1);
  return where(isNone.squeeze(-1), Number.NEGATIVE_INFINITY, sum);
}

function drawn(
  all: Components,
  probabilities: Tensor,
  key: Tensor,
  shape: Shape,
  batch: Shape,
): Tensor {
  const [forComponent, forValues] = split(key, 2) as [Tensor, Tensor];
  // `shape` ends with the batch.
  const chosen = classesBy("mixture.sample", probabilities, fractions(forComponent, shape));
  const values = all.draw(forValues, shape.slice(0, shape.length - batch.length), batch);
  const at: Tensor = chosen.reshape([...shape, 1, ...all.event.map(() => 1)]);
  const axis = -1 - all.event.length;
  return stopGradient(values.takeAlongAxis(at, axis).squeeze(axis));
}

function componentsOf(given: unknown): Components {
  if (isDistribution(given)) return ofBatch(given);
  const expected =
    "expected a list of distributions, or one with the components as its last batch axis";
  if (!Array.isArray(given)) fail(`mixture: components are ${describe(given)}, ${expected}`);
  const wrong = given.findIndex((one) => !isDistribution(one));
  if (wrong >= 0)
    fail(`mixture: component ${wrong} is ${describe(given[wrong])}, expected a distribution`);
  if (given.length === 0) fail(`mixture: components are an empty list, ${expected}`);
  return ofList(given as readonly Distribution[]);
}

function ofList(list: readonly Distribution[]): Components {
  const [first] = list as readonly [Distribution];
  const event = first.eventShape;
  list.forEach((one, i) => {
    if (kindOf(one) !== kindOf(first)) {
      const kinds = [first, one].map((d) => `${d.name} ${kindOf(d)}`);
      fail(
        `mixture: component 0 draws ${kinds[0]}, component ${i} ${kinds[1]}: expected all of one kind`,
      );
    }
    if (formatShape(one.eventShape) === formatShape(event)) return;
    const shapes = `component 0 has events ${formatShape(event)}, component ${i} ${formatShape(one.eventShape)}`;
    throw new ShapeError(`mixture: ${shapes}: expected all of one shape`);
  });
  const batch = broadcastShapes(
    "mixture",
    list.map((one, i) => [`the batch of component ${i}`, { shape: one.batchShape }]),
  );
  const axis = -1 - event.length;
  const supports = new Set(list.map((one) => one.support));
  return {
    count: list.length,
    batch,
    event,
    drawsIntegers: isInteger(first),
    isCircular: first.isCircular,
    dtype: list.some((one) => dtypeOf(one) === "float64") ? "float64" : "float32",
    support: [...supports].join(", or "),
    logDensity: (x) =>
      stacked(
        list.map((one) => one.logProbability(x)),
        -1,
      ),
    cdf: (x) =>
      stacked(
        list.map((one) => one.cdf(x)),
        -1,
      ),
    moment: (name) => {
      const values = list.map((one) => batchedTo(one[name](), batch, event.length));
      return stacked(values, axis);
    },
    draw: (key, shape, to) => {
      const keys = split(key, list.length);
      return stacked(
        list.map((one, i) => drawsFor(one, shape, to, keys[i] as Seed)),
        axis,
      );
    },
  };
}

/** Side by side along a new axis, after they are broadcast. */
function stacked(list: readonly Tensor[], axis: number): Tensor {
  const shape = broadcastShapes(
    "mixture",
    list.map((x, i) => [`component ${i}`, x] as const),
  );
  const isDouble = list.some((x) => x.dtype === "float64");
  const same = list.map((x) => {
    const whole: Tensor = x.broadcastTo([...shape]);
    return isDouble ? whole.cast("float64") : whole;
  });
  return stack<Tensor[], number>(same, axis);
}

function ofBatch(d: Distribution): Components {
  const { batchShape, eventShape: event } = d;
  const count = batchShape.at(-1);
  if (count === undefined || count === 0) {
    const given = `the batch of ${d.name} is ${formatShape(batchShape)}`;
    throw new ShapeError(`mixture: ${given}, expected components as its last axis`);
  }
  const axis = -1 - event.length;
  const spread = (x: Tensor): Tensor => x.expandDims(axis);
  return {
    count,
    batch: batchShape.slice(0, -1),
    event,
    drawsIntegers: isInteger(d),
    isCircular: d.isCircular,
    dtype: dtypeOf(d),
    support: d.support,
    logDensity: (x) => d.logProbability(spread(x)),
    cdf: (x) => d.cdf(spread(x)),
    moment: (name) => d[name](),
    draw: (key, shape, to) => drawsFor(d, shape, [...to, count], key),
  };
}

function kindOf(d: Distribution): string {
  if (isInteger(d)) return "integers";
  return d.isCircular ? "angles" : "real numbers";
}

function isInteger(d: Distribution): boolean {
  return d.dtype === "int32";
}
