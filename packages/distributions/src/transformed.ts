// Distributions of functions of what another one draws.
import {
  formatShape,
  type Shape,
  ShapeError,
  type Tensor,
  where,
  zeros,
  zerosLike,
} from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";
import { drawsFor } from "./broadcast-draws.ts";
import { fail } from "./checks.ts";
import { type Distribution, distribution, type Formulas, isDistribution } from "./distribution.ts";
import { broadcastShapes } from "./shapes.ts";
import { checkTransform, dtypeOf, isBeyond, type Transform, valueOf } from "./transform.ts";

/**
 * The distribution of y = f(x), element by element, where x is drawn from `base` and f is one transform after
 * the other: `affine(location, scale)`, `exp`, `sigmoid`, `tanh`, or an object of your own. The density is
 * that of x divided by |dy / dx|; elements of an event are transformed each by itself. Draws are
 * reparameterised if the base's are. Mean, variance and entropy are known if all transforms are affine, cdf and
 * quantile if an event is one number; else they throw `NablaError`, as do distributions of integers and of angles. Next to
 * the ends of its range (a sigmoid near 1) y has few digits, and so has its density.
 *
 * @example
 * const d = transformed(normal(0, 0.5), exp, affine(1, 2));
 * d.logProbability(tensor([0, 3])).arraySync(); // => [-Infinity, -0.9189]
 * d.quantile(0.5).itemSync(); // => 3
 */
export function transformed(base: Distribution, ...transforms: readonly Transform[]): Distribution {
  if (!isDistribution(base))
    fail(`transformed: base is ${describe(base)}, expected a distribution`);
  if (base.dtype === "int32") {
    fail(`transformed: ${base.name} draws integers, expected a distribution with a density`);
  }
  if (base.isCircular) {
    fail(`transformed: ${base.name} draws angles, expected a distribution of numbers on a line`);
  }
  transforms.forEach(checkTransform);
  const event = base.eventShape;
  const batch = batchOf(base, transforms);
  const areWide = transforms.some(({ dtype }) => dtype === "float64");
  const dtype = areWide ? "float64" : dtypeOf(base);
  const last = event.map((_, i) => i - event.length);
  const forward = (x: Tensor): Tensor => transforms.reduce((y, one) => one.forward(y), x);
  const formulas: Formulas = {
    name: "transformed",
    support: transforms.reduce((of, { name }) => `${name} of ${of}`, base.support),
    parameters: { values: base.parameters, dtype, shape: batch },
    batch,
    event,
    isReparameterized: base.isReparameterized,
    draw: (seed, shape) => {
      const front = shape.slice(0, shape.length - batch.length);
      return forward(drawsFor(base, front, batch, seed).cast(dtype));
    },
    logDensity: (y) => {
      const { x, isOutside, logDeterminant } = traced(y, transforms);
      const total: Tensor = last.length === 0 ? logDeterminant : logDeterminant.sum(last);
      const isNever: Tensor = last.length === 0 ? isOutside : isOutside.any(last);
      const value = base.logProbability(x).sub(total);
      // A parameter that is NaN is NaN outside, too.
      const isKnown = isNever.logicalAnd(value.isNaN().logicalNot());
      return where(isKnown, Number.NEGATIVE_INFINITY, value);
    },
    // The formula knows what is outside of the ranges of transforms.
    isOutside: (y) => y.notEqual(y).logicalAnd(y.equal(y)),
    inside: 0,
  };
  const whole = event.length === 0 ? ofNumbers(base, transforms, forward) : {};
  return distribution<Shape, Shape>({ ...formulas, ...whole, ...moments(base, transforms, batch) });
}

type Moments = Pick<Formulas, "mean" | "variance" | "entropy">;

/** If all transforms are linear. */
function moments(base: Distribution, transforms: readonly Transform[], batch: Shape): Moments {
  const maps = transforms.flatMap(({ linear }) => linear ?? []);
  if (maps.length < transforms.length) return {};
  const event = base.eventShape;
  const zero: Tensor = zeros([...batch, ...event]);
  const logScale = maps.reduce<Tensor>((sum, { scale }) => sum.add(scale.abs().log()), zero);
  const last = event.map((_, i) => i - event.length);
  return {
    mean: () =>
      maps.reduce<Tensor>((x, { location, scale }) => x.mul(scale).add(location), base.mean()),
    variance: () => maps.reduce<Tensor>((x, { scale }) => x.mul(scale.square()), base.variance()),
    entropy: () => base.entropy().add(last.length === 0 ? logScale : logScale.sum(last)),
  };
}

/** What is known where an event is one number. */
function ofNumbers(
  base: Distribution,
  transforms: readonly Transform[],
  forward: (x: Tensor) => Tensor,
): Pick<Formulas, "cdf" | "quantile"> {
  const isFalling = transforms
    .flatMap((one) => one.isFalling ?? [])
    .reduce<Tensor | undefined>((a, b) => (a ? a.notEqual(b) : b), undefined);
  const turned = (p: Tensor): Tensor => {
    return isFalling ? where(isFalling, p.neg().add(1), p) : p;
  };
  return {
    cdf: (y) => turned(base.cdf(traced(y, transforms).x)),
    quantile: (p) => forward(base.quantile(turned(p))),
  };
}

interface Traced {
  /** Infinite where y is beyond what there is. */
  readonly x: Tensor;
  readonly isOutside: Tensor;
  readonly logDeterminant: Tensor;
}

/** Goes back from y to x. */
function traced(y: Tensor, transforms: readonly Transform[]): Traced {
  const start: Traced = { x: y, isOutside: y.abs().equal(infinity), logDeterminant: zerosLike(y) };
  return transforms.reduceRight<Traced>((after, one) => {
    const isHere = isBeyond(one, after.x);
    const own = where(isHere, valueOf(one), after.x);
    const x = one.inverse(own);
    const isUpper = after.x.greater(one.low ?? 0);
    const isUp = one.isFalling ? isUpper.notEqual(one.isFalling) : isUpper;
    return {
      x: where(isHere, where(isUp, infinity, -infinity), x),
      isOutside: after.isOutside.logicalOr(isHere),
      logDeterminant: after.logDeterminant.add(one.logDeterminant(x, own)),
    };
  }, start);
}

const infinity = Number.POSITIVE_INFINITY;

/** The batch of draws: that of the base, and what parameters of transforms add to it. */
function batchOf(base: Distribution, transforms: readonly Transform[]): Shape {
  const event = base.eventShape;
  const own = [...base.batchShape, ...event];
  const all = broadcastShapes("transformed", [
    [`draws of ${base.name}`, { shape: own }],
    ...transforms.map(({ name, shape = [] }) => [name, { shape }] as const),
  ]);
  const [batch, last] = [
    all.slice(0, all.length - event.length),
    all.slice(all.length - event.length),
  ];
  if (last.every((size, i) => size === event[i])) return batch;
  const given = `events of ${base.name} are ${formatShape(event)}`;
  throw new ShapeError(
    `transformed: ${given}, but transforms have parameters for ${formatShape(last)}`,
  );
}
