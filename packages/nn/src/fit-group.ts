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
  Tensor,
  takeGradients,
  zeros,
  zerosLike,
} from "@nabla/autograd";
import type { FeedBatch } from "./feed.ts";
import type { Costs, Place } from "./fit-cost.ts";
import {
  changeGradients,
  restorerOf,
  type StepOptions,
  stepAfter,
  takeBackDraws,
} from "./fit-step.ts";
import { type Layer, namedBuffersOf } from "./layer.ts";
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
export interface GroupStep {
  readonly cost: Tensor;
  /** How many ranks are to stop, where there are several. */
  readonly stopping?: Tensor;
}

/**
 * Takes a step with the batches of a group, and gives their cost. Gradient and cost are means over
 * examples: those of a batch, which are means themselves, times its share of the size of the first, are
 * added up one batch after the other, and divided by the sum of these shares. So with batches of one
 * size they are added up, and divided by the number of batches. Each batch draws from a place of its own
 * in the sequence of random draws. Throws `NablaError`, and takes no step, where a cost is NaN.
 *
 * Of `together`, each rank computes some of the batches, the first ones rank 0, and adds them up; then
 * the ranks' sums are added. What layers measure, such as running statistics, is the mean over ranks.
 */
export function groupStepOf(
  model: Layer,
  costs: Costs,
  { optimizer, beforeStep, compiled = true }: StepOptions,
  together?: Together,
): (group: readonly FeedBatch[], place: Place) => Promise<GroupStep> {
  const { parameters } = optimizer;
  const sums = [
    parameter(zeros([], { dtype: parameters[0]!.dtype }), { name: "sum of costs" }),
    ...parameters.map((p) => parameter(zerosLike(p), { name: `sum of gradients of ${p.name}` })),
  ];
  const same = sameParameters(parameters);
  /** What the batch under way counts, and all of the group: asked for at each call. */
  let [weight, total] = [1, 1];
  const numbers = (ask: () => number) => {
    const known = new Map<DType, Tensor>();
    return (dtype: DType): Tensor => {
      const number = known.get(dtype) ?? external(ask, { dtype });
      known.set(dtype, number);
      return number;
    };
  };
  /** The cost and the gradients of a batch, times its weight; undefined for those that have none. */
  const contributed = (batch: FeedBatch): readonly (Tensor | undefined)[] => {
    const cost = costs.differentiated(batch).reshape([]);
    const gradients = takeGradients(parameters);
    same.check(gradients);
    const weightIn = numbers(() => weight);
    return [cost, ...gradients].map((x, i) =>
      x?.cast(sums[i]!.dtype).mul(weightIn(sums[i]!.dtype)),
    );
  };
  const added = (batch: FeedBatch) => contributed(batch).map((x, i) => x && sums[i]!.add(x));
  const keep = (summed: readonly (Tensor | undefined)[]): readonly Tensor[] =>
    summed.flatMap((x, i) => (x ? [sums[i]!.assign(x)] : []));
  let at: Place;
  const buffers = namedBuffersOf(model).flatMap(([, p]) => (isFloat(p) ? [p] : []));
  /** The sums of all ranks. */
  const ofAll = (
    own: readonly (Tensor | undefined)[],
  ): { readonly summed: readonly (Tensor | undefined)[]; readonly stopping?: Tensor } => {
    if (!together) return { summed: own };
    const { team, isStopping } = together;
    const flag = external(() => (isStopping() ? 1 : 0), { dtype: sums[0]!.dtype });
    const there = own.flatMap((x) => x ?? []);
    const all = team.sums([...there, flag, ...buffers]);
    buffers.forEach((p, i) => p.assign(all[there.length + 1 + i]!.div(team.size)));
    let next = 0;
    return { summed: own.map((x) => x && all[next++]!), stopping: all[there.length]! };
  };
  /** Leaves the mean gradients in the parameters. */
  const averaged = (own: readonly (Tensor | undefined)[]): GroupStep => {
    const { summed, ...more } = ofAll(own);
    const totalIn = numbers(() => total);
    const [cost, ...gradients] = summed.map((x) => x?.div(totalIn(x.dtype)));
    if (together) {
      guard(cost!, (known) => {
        if (Number.isNaN(known.dataSync()[0])) throw nanOnARank(at);
      });
    }
    parameters.forEach((p, i) => {
      if (gradients[i]) p.grad = gradients[i];
    });
    changeGradients(optimizer, beforeStep);
    return { cost: cost!, ...more };
  };
  /** What changes no sum: 0 would change the sign of -0. */
  const nothing = () =>
    sums.map(({ shape, dtype }, i) =>
      i === 0 || same.isMoving(i - 1) ? full([...shape], -0, { dtype }) : undefined,
    );
  const adding = { first: contributed, next: added };
  const ending = { only: contributed, last: added };
  const run = compiled
    ? {
        ...mapValues(adding, (of) => compile((batch: FeedBatch) => void keep(of(batch))).async),
        ...mapValues(
          ending,
          (of) =>
            compile((batch: FeedBatch) => {
              const step = averaged(of(batch));
              optimizer.step();
              return { ...step };
            }).async,
        ),
        idle: compile(() => {
          const step = averaged(nothing());
          optimizer.step();
          return { ...step };
        }).async,
      }
    : {
        ...mapValues(adding, (of) => (batch: FeedBatch) => realizeAsync(...keep(of(batch)))),
        ...mapValues(ending, (of) => async (batch: FeedBatch) => {
          const step = averaged(of(batch));
          await stepAfter([...Object.values(step), ...(together ? buffers : [])], optimizer);
          return step;
        }),
        idle: async () => {
          const step = averaged(nothing());
          await stepAfter([...Object.values(step), ...buffers], optimizer);
          return step;
        },
      };
  return async (group, place) => {
    const restore = await restorerOf(model, optimizer, beforeStep !== undefined);
    const before = random.state();
    const after = { ...before, draws: before.draws + 1 };
    const sizes = group.map(countOf);
    const weights = sizes.map((size) => size / sizes[0]!);
    total = weights.reduce((sum, one) => sum + one);
    at = place;
    const [from, to] = ownOf(group.length, together);
    random.restore(after);
    try {
      if (from === to) return await run.idle();
      for (let i = from; i < to - 1; i++) {
        await drawnAt(before, i, () => {
          weight = weights[i]!;
          costs.begin(group[i]!, place);
          return (i === from ? run.first : run.next)(group[i]!);
        });
      }
      const last = to - 1;
      return await drawnAt(before, last, () => {
        weight = weights[last]!;
        costs.begin(group[last]!, place);
        return (last === from ? run.only : run.last)(group[last]!);
      });
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

function nanOnARank({ step, epoch }: Place): NablaError {
  return new NablaError(
    `fit: the cost of one of the ranks became NaN at step ${step} (epoch ${epoch}), which was not taken`,
  );
}

/** How many examples there are in a batch. */
export function countOf(batch: FeedBatch): number {
  return batch instanceof Tensor ? batch.size : batch[0].shape[0]!;
}

/** What is to be the same in all batches: which parameters have a gradient. */
function sameParameters(parameters: readonly Parameter[]): {
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
        `fit: "${parameters[other]!.name}" has a gradient in ${with_} batch and none in ${without} one; ` +
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
