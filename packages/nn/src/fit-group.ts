// Steps of `fit` on several batches: the mean of their gradients, then one step of the optimiser.
import {
  compile,
  type DType,
  external,
  full,
  guard,
  NablaError,
  type Parameter,
  parameter,
  type RandomState,
  random,
  realizeAsync,
  type Tensor,
  takeGradients,
  zeros,
} from "@nabla/autograd";
import { computedDType, zerosFor } from "./computed.ts";
import type { Fed, FeedBatch } from "./feed.ts";
import { type Costs, positionText, type StepPosition } from "./fit-cost.ts";
import {
  byItself,
  changeGradients,
  restorerOf,
  type StepOptions,
  stepAfter,
  type TakenStep,
  takeBackDraws,
  tensorsOf,
} from "./fit-step.ts";
import { type Model, namedBuffersOf } from "./layer.ts";
import type { Team } from "./team.ts";

/** Steps that several processes take together. */
export interface Together {
  readonly team: Team;
  /** How many of a group's batches are each rank's. */
  readonly accumulate: number;
  /** Whether this rank is to stop after the step. */
  readonly isStopping: () => boolean;
}

/** What a step gives. */
export interface GroupStep extends TakenStep {
  /** How many ranks are to stop, where there are several. */
  readonly stopping?: Tensor;
}

/** Sums of named costs. */
type Sums = Readonly<Record<string, Tensor>>;

/** Of a batch or several, times their weights, added up. */
interface Added {
  /** The cost and the gradients; undefined for parameters without one. */
  readonly all: readonly (Tensor | undefined)[];
  readonly named: Sums;
}

/**
 * Takes a step with the batches of a group, and returns their cost. Gradient and cost are means over
 * examples: each batch's mean times its size relative to the first batch, accumulated one batch after the
 * other, and divided by the sum of these weights. So batches of equal size are summed and divided by
 * their number. Each batch has its own position in the sequence of random draws. Throws `NablaError`, and
 * takes no step, if a cost is NaN. With `together`, each rank computes some of the batches, rank 0 the
 * first ones, and accumulates them; then the ranks' sums are added. Measured values, such as running
 * statistics, are averaged over ranks.
 *
 * Of `together`, each rank computes some of the batches, the first ones rank 0, and adds them up; then
 * the ranks' sums are added. What layers measure, such as running statistics, is the mean over ranks.
 */
export function groupStepOf(
  model: Model,
  costs: Costs,
  options: StepOptions,
  together?: Together,
): (group: readonly Fed[], position: StepPosition) => Promise<GroupStep> {
  const { optimizer, beforeStep, compiled = true } = options;
  const { parameters } = optimizer;
  const sums = [
    parameter(zeros([], { dtype: computedDType(parameters[0]!.dtype) }), { name: "sum of costs" }),
    ...parameters.map((p) => parameter(zerosFor(p), { name: `sum of gradients of ${p.name}` })),
  ];
  const same = sameParameters(costs.operation, parameters);
  /** The weights of the current batch and of the whole group, evaluated at each call. */
  let [weight, total] = [1, 1];
  const numbers = (ask: () => number) => {
    const known = new Map<DType, Tensor>();
    return (dtype: DType): Tensor => {
      const number = known.get(dtype) ?? external(ask, { dtype });
      known.set(dtype, number);
      return number;
    };
  };
  const contributed = (batch: FeedBatch): Added => {
    const {
      cost,
      costs: named,
      gradients,
    } = byItself(model, optimizer, () => ({
      ...costs.differentiated(batch),
      gradients: takeGradients(parameters),
    }));
    same.check(gradients);
    const weightIn = numbers(() => weight);
    return {
      all: [cost.reshape([]), ...gradients].map((x, i) =>
        x?.cast(sums[i]!.dtype).mul(weightIn(sums[i]!.dtype)),
      ),
      named: mapValues(named, (x) => x.mul(weightIn(x.dtype))),
    };
  };
  const added = (batch: FeedBatch, before: Sums): Added => {
    const { all, named } = contributed(batch);
    return {
      all: all.map((x, i) => x && sums[i]!.add(x)),
      named: addedTo(before, named, costs.operation),
    };
  };
  const keep = ({ all }: Added): readonly Tensor[] =>
    all.flatMap((x, i) => (x ? [sums[i]!.assign(x)] : []));
  let at: StepPosition;
  const buffers = namedBuffersOf(model).flatMap(([, p]) => (isFloat(p) ? [p] : []));
  /** The sums of all ranks. */
  const ofAll = (own: Added): Added & { readonly stopping?: Tensor } => {
    if (!together) return own;
    const { team, isStopping } = together;
    const flag = external(() => (isStopping() ? 1 : 0), { dtype: sums[0]!.dtype });
    const there = own.all.flatMap((x) => x ?? []);
    const named = Object.entries(own.named);
    const all = team.sums([...there, flag, ...buffers, ...named.map(([, x]) => x)]);
    const after = there.length + 1;
    buffers.forEach((p, i) => p.assign(all[after + i]!.div(team.size)));
    let next = 0;
    return {
      all: own.all.map((x) => x && all[next++]!),
      named: Object.fromEntries(
        named.map(([name], i) => [name, all[after + buffers.length + i]!] as const),
      ),
      stopping: all[there.length]!,
    };
  };
  /** Leaves the mean gradients in the parameters. */
  const averaged = (own: Added): GroupStep => {
    const { all, named, ...more } = ofAll(own);
    const totalIn = numbers(() => total);
    const meanOf = (x: Tensor) => x.div(totalIn(x.dtype));
    const [cost, ...gradients] = all.map((x) => x && meanOf(x));
    if (together) {
      guard(cost!, (known) => {
        if (Number.isNaN(known.dataSync()[0])) throw nanOnARank(costs.operation, at);
      });
    }
    parameters.forEach((p, i) => {
      if (gradients[i]) p.grad = gradients[i];
    });
    const measured = changeGradients(costs.operation, options);
    return { cost: cost!, costs: mapValues(named, meanOf), ...more, ...measured };
  };
  /** What changes no sum: 0 would change the sign of -0. */
  const nothing = (named: Sums): Added => ({
    all: sums.map(({ shape, dtype }, i) =>
      i === 0 || same.isMoving(i - 1) ? full([...shape], -0, { dtype }) : undefined,
    ),
    named: mapValues(named, ({ dtype }) => full([], -0, { dtype })),
  });
  /** The named costs of a batch, which are the same in all; undefined before the first. */
  let known: Sums | undefined;
  const adding = { first: contributed, next: added };
  const ending = { only: contributed, last: added };
  const run = compiled
    ? {
        ...mapValues(
          adding,
          (of) =>
            compile((batch: FeedBatch, before: Sums) => {
              const sum = of(batch, before);
              keep(sum);
              return sum.named;
            }).async,
        ),
        ...mapValues(
          ending,
          (of) =>
            compile((batch: FeedBatch, before: Sums) => {
              const step = averaged(of(batch, before));
              optimizer.step();
              return { ...step };
            }).async,
        ),
        idle: compile((named: Sums) => {
          const step = averaged(nothing(named));
          optimizer.step();
          return { ...step };
        }).async,
      }
    : {
        ...mapValues(adding, (of) => async (batch: FeedBatch, before: Sums) => {
          const sum = of(batch, before);
          await realizeAsync(...keep(sum), ...Object.values(sum.named));
          return sum.named;
        }),
        ...mapValues(ending, (of) => async (batch: FeedBatch, before: Sums) => {
          const step = averaged(of(batch, before));
          await stepAfter([...tensorsOf(step), ...(together ? buffers : [])], optimizer);
          return step;
        }),
        idle: async (named: Sums) => {
          const step = averaged(nothing(named));
          await stepAfter([...tensorsOf(step), ...buffers], optimizer);
          return step;
        },
      };
  /** Named as the costs of another rank's batch, and notes which parameters move by it; computes nothing. */
  const namedIn = (batch: FeedBatch, position: StepPosition): Sums => {
    costs.begin(batch, position);
    return mapValues(contributed(batch).named, ({ dtype }) => zeros([], { dtype }));
  };
  return async (group, position) => {
    const restore = await restorerOf(model, optimizer, beforeStep !== undefined);
    const before = random.state();
    const after = { ...before, draws: before.draws + 1 };
    const sizes = group.map(({ count }) => count);
    const weights = sizes.map((size) => size / sizes[0]!);
    total = weights.reduce((sum, one) => sum + one);
    at = position;
    const [from, to] = ownOf(group.length, together);
    random.restore(after);
    try {
      if (from === to) {
        if (!known) {
          known = namedIn(group[0]!.batch, position);
          await restore();
          random.restore(after);
        }
        return await run.idle(known);
      }
      let sum: Sums = {};
      for (let i = from; i < to - 1; i++) {
        sum = await drawnAt(before, i, () => {
          const { batch } = group[i]!;
          weight = weights[i]!;
          costs.begin(batch, position);
          return (i === from ? run.first : run.next)(batch, sum);
        });
      }
      const last = to - 1;
      const taken = await drawnAt(before, last, () => {
        const { batch } = group[last]!;
        weight = weights[last]!;
        costs.begin(batch, position);
        return (last === from ? run.only : run.last)(batch, sum);
      });
      known = taken.costs;
      return taken;
    } catch (error) {
      await restore();
      takeBackDraws(before, after);
      throw error;
    }
  };
}

/** Which of a group's batches this process computes. */
function ownOf(count: number, together: Together | undefined): readonly [from: number, to: number] {
  if (!together) return [0, count];
  const { team, accumulate } = together;
  const startOf = (rank: number) => Math.min(count, rank * accumulate);
  return [startOf(team.rank), startOf(team.rank + 1)];
}

function isFloat({ dtype }: Parameter): boolean {
  return dtype === "float32" || dtype === "float64";
}

function nanOnARank(operation: string, position: StepPosition): NablaError {
  return new NablaError(
    `${operation}: the cost of one of the ranks became NaN ${positionText(position)}, which was not taken`,
  );
}

/** Adds values of the same names. Throws `NablaError` if the names differ from before. */
function addedTo(before: Sums, named: Sums, operation: string): Sums {
  const [were, are] = [before, named].map((sums) => Object.keys(sums).sort().join(", "));
  if (were !== are) {
    throw new NablaError(
      `${operation}: the costs are ${are} in this batch and were ${were} in an earlier one; with ` +
        "accumulate, they must be the same in each",
    );
  }
  return Object.fromEntries(Object.entries(named).map(([name, x]) => [name, before[name]!.add(x)]));
}

/** What is to be the same in all batches: which parameters have a gradient. */
function sameParameters(
  operation: string,
  parameters: readonly Parameter[],
): {
  check(gradients: readonly (Tensor | undefined)[]): void;
  /** Whether the parameter at that position has one: before the first batch, all have. */
  isMoving(position: number): boolean;
} {
  let first: readonly boolean[] | undefined;
  return {
    isMoving: (position) => first?.[position] ?? true,
    check(gradients) {
      const are = gradients.map((g) => g !== undefined);
      first ??= are;
      const other = are.findIndex((one, i) => one !== first![i]);
      if (other < 0) return;
      const [with_, without] = are[other] ? ["this", "an earlier"] : ["an earlier", "this"];
      throw new NablaError(
        `${operation}: "${parameters[other]!.name}" has a gradient in ${with_} batch and none in ${without} one; ` +
          "with accumulate, the same parameters must have one in each",
      );
    },
  };
}

/** Calls `f`, whose draws are those of the batch at that position of a step that begins at `state`. */
function drawnAt<Result>(state: RandomState, position: number, f: () => Result): Result {
  const outside = random.state();
  random.restore({ seed: mixed(state.seed, state.draws, position), draws: 0 });
  try {
    return f();
  } finally {
    random.restore(outside);
  }
}

/** A seed of 53 bits that depends on another and on two numbers: rounds of MurmurHash3's last step. */
function mixed(seed: number, draws: number, position: number): number {
  let [low, high] = [seed | 0, Math.floor(seed / 2 ** 32) | 0];
  for (const word of [draws, position]) {
    low = avalanche(low ^ Math.imul(word + 1, 0x9e3779b1));
    high = avalanche(high ^ low);
  }
  return (high & 0x1fffff) * 2 ** 32 + (low >>> 0);
}

/** A. Appleby, MurmurHash3, fmix32: each bit depends on all. */
function avalanche(word: number): number {
  let x = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  x = Math.imul(x ^ (x >>> 13), 0xc2b2ae35);
  return x ^ (x >>> 16);
}

function mapValues<K extends string, A, B>(
  object: Readonly<Record<K, A>>,
  f: (value: A) => B,
): Record<K, B> {
  const entries = Object.entries<A>(object).map(([key, value]) => [key, f(value)] as const);
  return Object.fromEntries(entries) as Record<K, B>;
}
