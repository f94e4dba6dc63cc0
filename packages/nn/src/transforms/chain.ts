// Optimisers as chains: what makes a step's direction of a gradient, one after the other.
import { formatShape, NablaError, type Parameter, ShapeError, Tensor } from "@nabla/autograd";
import { callable, checkOptions, describe, type Kinds, text } from "@nabla/autograd/checks";
import {
  firstValues,
  type Moving,
  type Optimizer,
  type Parameters,
  type Rule,
  type Update,
} from "../optimizers/optimizer.ts";
import { optimizerBy } from "../optimizers/optimizer-by.ts";
import type { LearningRate } from "../schedules.ts";

/** What a transform is given for a parameter besides the incoming direction. */
export interface Transforming extends Pick<Update<unknown>, "kept" | "ofSteps"> {
  readonly p: Parameter;
}

/**
 * A part of a chain: maps the incoming direction to another, for each parameter separately (`each`), or
 * for all updated ones (`all`). The first gets gradients.
 */
export interface Transform {
  /** What errors call it. */
  readonly name: string;
  /** The state of a parameter, as in a `Rule`. Default: none. */
  keeps?(p: Parameter): readonly string[] | Readonly<Record<string, Tensor>>;
  /** Whether it needs `ofSteps`. Default: false. */
  readonly counts?: true;
  each?(direction: Tensor, how: Transforming): Tensor;
  all?(directions: readonly Tensor[], hows: readonly Transforming[]): readonly Tensor[];
}

/** What an optimiser that is a chain takes. */
export interface ChainOptions {
  /** How far to go against the direction: a number, or a schedule. */
  readonly learningRate: LearningRate;
}

const kinds: Kinds<Transform> = {
  name: text,
  keeps: callable,
  counts: [(x) => x === true, "true, or left out"],
  each: callable,
  all: callable,
};

/**
 * Combines transforms to a function that makes optimisers: the gradient passes through all of them, and
 * the parameter moves against the result, p - learningRate * direction. The order matters: `decayWeights`
 * before `scaleByAdam` is a penalty, after it the decay of `adamW`. Groups may have different learning
 * rates. Like `optax.chain`. Throws `NablaError` for an argument that is not a transform.
 *
 * @example
 * const clippedAdamW = chain(clipByNorm(1), scaleByAdam(), decayWeights(0.01));
 * const w = parameter([3, -200]);
 * const optimizer = clippedAdamW([w], { learningRate: 0.5 });
 * w.square().sum().backward();
 * optimizer.step();
 * w.arraySync(); // => [2.485, -198.5]
 */
export function chain(
  ...transforms: readonly Transform[]
): (parameters: Parameters<ChainOptions>, options: ChainOptions) => Optimizer {
  transforms.forEach(checkTransform);
  const rule: Rule<ChainOptions> = {
    name: "chain",
    defaults: {},
    keeps: (_, p) => Object.fromEntries(transforms.flatMap((one, i) => keptBy(one, i, p))),
    ...(transforms.some(({ counts }) => counts) ? { counts: true } : {}),
    together: (moving) =>
      transforms.reduce<readonly Tensor[]>(
        (directions, transform, i) => after(transform, i, directions, moving),
        moving.map(({ how }) => how.g),
      ),
    update: (p, { g, learningRate }) => p.sub(g.mul(learningRate)),
  };
  return (parameters, options) => optimizerBy(rule, parameters, options);
}

/** What a transform at `position` keeps, by names that no other has. */
function keptBy(
  transform: Transform,
  position: number,
  p: Parameter,
): readonly (readonly [string, Tensor])[] {
  const first = firstValues(transform.name, transform.keeps?.(p) ?? [], p);
  return Object.entries(first).map(([key, value]) => [`${position}.${key}`, value] as const);
}

/** The directions after the transform at `position`. */
function after(
  transform: Transform,
  position: number,
  directions: readonly Tensor[],
  moving: readonly Moving<ChainOptions>[],
): readonly Tensor[] {
  const own = `${position}.`;
  const hows = moving.map(({ p, how }): Transforming => {
    const kept = Object.entries(how.kept).flatMap(([key, cell]) =>
      key.startsWith(own) ? [[key.slice(own.length), cell] as const] : [],
    );
    return { p, kept: Object.fromEntries(kept), ofSteps: how.ofSteps };
  });
  const made: unknown = transform.all
    ? transform.all(directions, hows)
    : directions.map((direction, i) => transform.each!(direction, hows[i]!));
  if (Array.isArray(made) && made.length === moving.length) {
    made.forEach((direction: unknown, i) => checkDirection(transform, direction, moving[i]!.p));
    return made as readonly Tensor[];
  }
  throw new NablaError(
    `chain: ${transform.name} gives ${describe(made)}, expected a list of ${moving.length} tensors`,
  );
}

function checkDirection(
  { name }: Transform,
  direction: unknown,
  { name: of, shape }: Parameter,
): void {
  if (!(direction instanceof Tensor)) {
    throw new NablaError(
      `chain: ${name} gives ${describe(direction)} for "${of}", expected a tensor`,
    );
  }
  const [is, expected] = [formatShape((direction as Tensor).shape), formatShape(shape)];
  if (is === expected) return;
  throw new ShapeError(`chain: ${name} gives ${is} for "${of}", expected ${expected}`);
}

function checkTransform(one: Transform, position: number): void {
  checkOptions(`chain: transform ${position}`, one, kinds, "name");
  const [hasEach, hasAll] = [one.each !== undefined, one.all !== undefined];
  if (hasEach !== hasAll) return;
  const has = hasEach ? "both `each` and `all`" : "neither `each` nor `all`";
  throw new NablaError(`chain: ${one.name} has ${has}, expected one of them`);
}
