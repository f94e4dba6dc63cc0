// What all optimisers share: groups of parameters, what is kept of each from step to step, and one
// run for all that changes.
import {
  type Data,
  type DType,
  external,
  formatShape,
  NablaError,
  type Parameter,
  parameter,
  realize,
  realizeAsync,
  ShapeError,
  Tensor,
  takeGradients,
  tensor,
  zeros,
  zerosLike,
} from "@nabla/autograd";
import { checkParameters, kindOf } from "../checks.ts";
import { checkBlocks, readNow } from "../later.ts";
import { anything, checkOptions, isPlain } from "../options.ts";
import { checkLearningRate, type LearningRate, rateAt } from "../schedules.ts";

/**
 * What an optimiser has gathered, by name: "steps", how many it has taken (int32), "0.velocity" and
 * the like of the first parameter, and where a rule depends on it, as Adam's, "ownSteps", how many
 * have moved each parameter (int32 [parameters]).
 */
export type OptimizerState = Readonly<Record<string, Tensor>>;

/** Changes parameters by their gradients. */
export interface Optimizer {
  readonly parameters: readonly Parameter[];
  /**
   * Takes one step with the gradients that `backward` has left, and clears them. A parameter
   * without one stays, with all that is kept of it. What the same calls of `backward` left in
   * parameters of other optimisers is for their steps, and the next `backward` starts afresh there:
   * a gradient is used once. The costs that `backward` was called on are computed in the same run,
   * so reading them afterwards is free. A step that throws uses the gradients, too, and changes
   * nothing else. Throws `NablaError` if no parameter has a gradient.
   */
  step(): void;
  /**
   * The same, without blocking the event loop: a step of some milliseconds is computed by a worker,
   * if the host has workers that share memory. Await it before the next. In a function that
   * `compile` traces, call `step`, and the function by `f.async(x)`.
   */
  stepAsync(): Promise<void>;
  /**
   * All that later steps depend on besides the parameters: the numbers of steps taken, and what is
   * kept of each parameter, under its position in `parameters`. No later step changes it.
   */
  state(): OptimizerState;
  /**
   * Goes on from a state that an optimiser of the same kind, for the same parameters, has given.
   * A state without "ownSteps", as versions before 0.2 gave it, means that all parameters have
   * moved in each step. All is checked before anything is changed. Throws `NablaError` for names
   * that only one side has and for numbers of steps that are no integers from 0, and `ShapeError`
   * for shapes that differ.
   */
  load(state: OptimizerState): void;
  /**
   * The learning rate of the next step; of several groups that of the first. One of your own may leave it
   * out.
   */
  learningRate?(): Promise<number>;
}

/** Some of an optimiser's parameters, with what is special about them. */
export type ParameterGroup<Options> = Partial<Options> & {
  readonly parameters: readonly Parameter[];
};

/** Parameters, all alike or in groups. */
export type Parameters<Options> = readonly Parameter[] | readonly ParameterGroup<Options>[];

/** What a rule knows of a parameter besides its value. */
export interface Update<Options> {
  readonly g: Tensor;
  /** What is kept of it, by the rule's names; the rule assigns. */
  readonly kept: Readonly<Record<string, Parameter>>;
  /** Of this step, in the parameter's dtype if it changes from step to step. */
  readonly learningRate: number | Tensor;
  /**
   * What `f` gives of how many steps have moved the parameter, with this one: 1, 2, … in the
   * parameter's dtype. It is computed for all parameters at once; `key` tells one `f` from others of
   * the same step. For rules that count.
   */
  readonly ofSteps: (key: string, f: (steps: Tensor) => Tensor) => Tensor;
  readonly options: Options;
}

/** How one kind of optimiser works. */
export interface Rule<Options> {
  /** What its errors start with. */
  readonly name: string;
  /** Throws `NablaError` for options out of range. */
  check(options: Options): void;
  /** Names of what is kept of a parameter from step to step: tensors of its shape, 0 at first. */
  keeps(options: Options): readonly string[];
  /** Whether it asks for `ofSteps`. Default: false. */
  readonly counts?: true;
  /** The parameter's new value. */
  update(p: Parameter, how: Update<Options>): Tensor;
}

interface Member<Options> {
  readonly p: Parameter;
  readonly options: Options;
  readonly kept: Readonly<Record<string, Parameter>>;
}

/** An optimiser by `rule`. Groups say what differs from `given`, which differs from `defaults`. */
export function optimizer<Options extends { readonly learningRate: LearningRate }>(
  rule: Rule<Options>,
  parameters: Parameters<NoInfer<Options>>,
  defaults: Partial<NoInfer<Options>>,
  given: Partial<NoInfer<Options>>,
): Optimizer {
  const { name } = rule;
  checkOptions(name, given, { learningRate: anything });
  const options = { ...defaults, ...withoutUndefined<object>(given) };
  const members = groupsOf(name, parameters).flatMap((group): Member<Options>[] => {
    const { parameters: list, ...special } = group;
    checkParameters(name, list);
    const merged = { ...options, ...withoutUndefined<object>(special) } as unknown as Options;
    checkLearningRate(name, merged.learningRate);
    rule.check(merged);
    return list.map((p) => ({ p, options: merged, kept: keptOf(p, rule.keeps(merged)) }));
  });
  const all = members.map(({ p }) => p);
  if (all.length === 0) throw new NablaError(`${name}: got no parameters, nothing can be learnt`);
  const twice = all.find((p, i) => all.indexOf(p) !== i);
  if (twice) throw new NablaError(`${name}: parameter "${twice.name}" is there twice`);
  const steps = parameter(0, { name: "steps", dtype: "int32" });
  const own = rule.counts ? new OwnSteps(all.length) : undefined;
  const named = (): ReadonlyMap<string, Parameter> =>
    new Map([
      ["steps", steps],
      ...(own ? [[ownSteps, own.cell] as const] : []),
      ...members.flatMap(({ kept }, i) =>
        Object.entries(kept).map(([key, cell]) => [`${i}.${key}`, cell] as const),
      ),
    ]);
  /** Assigns what a step changes, and gives all of that. */
  const takeStep = (): readonly Parameter[] => {
    if (!all.some(({ grad }) => grad)) throw nothingToTake();
    const taken = takeGradients(all).map((g, i) => g?.cast(all[i]!.dtype));
    const rates = members.map(({ p, options: { learningRate } }, i) =>
      typeof learningRate === "number" || !taken[i]
        ? learningRate
        : external(() => rateAt(name, learningRate, steps.itemSync()), { dtype: p.dtype }),
    );
    steps.assign(steps.add(1));
    own?.count(taken.map((g) => g !== undefined));
    const ofSteps = own?.asked();
    const changed = members.flatMap(({ p, kept, options: special }, i) => {
      const g = taken[i];
      if (!g) return [];
      const learningRate = rates[i] as number | Tensor;
      const how: Update<Options> = {
        g,
        kept,
        learningRate,
        ofSteps: (key, f) => ofSteps!(i, p.dtype, key, f),
        options: special,
      };
      return [p.assign(rule.update(p, how)), ...Object.values(kept)];
    });
    return [steps, ...(own ? [own.cell] : []), ...changed];
  };
  return {
    parameters: all,
    step() {
      checkBlocks("step", "await optimizer.stepAsync()");
      realize(...takeStep());
    },
    async stepAsync() {
      await realizeAsync(...takeStep());
    },
    state() {
      return Object.fromEntries([...named()].map(([key, cell]) => [key, cell.snapshot()]));
    },
    load(state) {
      loadState(named(), state);
    },
    async learningRate() {
      const { learningRate } = members[0]!.options;
      if (typeof learningRate === "number") return learningRate;
      return rateAt(name, learningRate, await steps.item());
    },
  };
}

const realizeState = "await realizeAsync(...Object.values(state)) before";

/** The state's name for them. */
const ownSteps = "ownSteps";

/** How many steps have moved each parameter: one that comes late begins at 1. */
class OwnSteps {
  readonly cell: Parameter;

  constructor(count: number) {
    this.cell = parameter(zeros([count], { dtype: "int32" }), { name: ownSteps });
  }

  /** Counts a step for those that move. */
  count(isMoving: readonly boolean[]): void {
    const each = isMoving.every(Boolean) ? 1 : tensor(isMoving.map(Number), { dtype: "int32" });
    this.cell.assign(this.cell.add(each));
  }

  /** What is asked for in one step. */
  asked(): (position: number, dtype: DType, key: string, f: (steps: Tensor) => Tensor) => Tensor {
    const made = new Map<string, Tensor>();
    return (position, dtype, key, f) => {
      const all = made.get(`${dtype} ${key}`) ?? f(this.cell.cast(dtype));
      made.set(`${dtype} ${key}`, all);
      return all.at(position);
    };
  }
}

/** What is undefined is left out, as with any option. */
function withoutUndefined<T extends object>(options: T): T {
  const given = Object.entries(options).filter(([, value]) => (value as unknown) !== undefined);
  return Object.fromEntries(given) as T;
}

function nothingToTake(): NablaError {
  return new NablaError(
    "step: none of the optimiser's parameters has a gradient; " +
      "call backward() on a cost that depends on them first (a compiled function " +
      "with a step in it leaves none behind)",
  );
}

function groupsOf<Options>(
  name: string,
  parameters: Parameters<Options>,
): readonly ParameterGroup<Options>[] {
  if (!Array.isArray(parameters)) checkParameters(name, parameters);
  const isGroup = (one: Parameter | ParameterGroup<Options>): one is ParameterGroup<Options> =>
    isPlain(one) && "parameters" in one;
  const list: readonly (Parameter | ParameterGroup<Options>)[] = parameters;
  if (list.every(isGroup)) return list;
  if (list.some(isGroup)) {
    throw new NablaError(`${name}: got parameters and groups in one list, expected either`);
  }
  return [{ parameters: list } as unknown as ParameterGroup<Options>];
}

function keptOf(p: Parameter, keys: readonly string[]): Readonly<Record<string, Parameter>> {
  const cells = keys.map((key) => [key, parameter(zerosLike(p), { name: `${key} of ${p.name}` })]);
  return Object.fromEntries(cells);
}

function loadState(cells: ReadonlyMap<string, Parameter>, given: OptimizerState): void {
  checkOptions("load", given, {});
  for (const [key, value] of Object.entries<unknown>(given)) {
    if (value instanceof Tensor) continue;
    throw new NablaError(
      `load: ${JSON.stringify(key)} is ${kindOf(value)} in the state, expected a tensor`,
    );
  }
  const state = withOwnSteps(cells, given);
  for (const key of Object.keys(state)) {
    if (!cells.has(key))
      throw new NablaError(`load: "${key}" is in the state, not in the optimiser`);
  }
  for (const [key, { shape }] of cells) {
    const value = state[key];
    if (!value) throw new NablaError(`load: "${key}" is in the optimiser, not in the state`);
    const [is, wanted] = [formatShape(value.shape), formatShape(shape)];
    if (is !== wanted)
      throw new ShapeError(`load: "${key}" is ${is} in the state, ${wanted} in the optimiser`);
  }
  // All are read before any is assigned. Copied: what is loaded belongs to the optimiser alone.
  const values = Array.from(cells, ([key, { dtype, shape }]) => {
    const read = readNow("load", state[key]!, realizeState);
    if (dtype === "int32") checkSteps(key, read);
    return tensor(read, { dtype, shape });
  });
  Array.from(cells.values()).forEach((cell, i) => cell.assign(values[i]!));
}

function checkSteps(key: string, counts: Data): void {
  const wrong = counts.find((count) => !(Number.isInteger(count) && count >= 0 && count < 2 ** 31));
  if (wrong === undefined) return;
  throw new NablaError(`load: "${key}" has ${wrong}, expected integers from 0, which int32 holds`);
}

/** A state of before each parameter's steps were counted: all had moved in each. */
function withOwnSteps(
  cells: ReadonlyMap<string, Parameter>,
  state: OptimizerState,
): OptimizerState {
  const cell = cells.get(ownSteps);
  const { steps } = state;
  if (!cell || !steps || ownSteps in state || steps.rank > 0) return state;
  return {
    ...state,
    [ownSteps]: tensor(new Float64Array(cell.size).fill(readNow("load", steps, realizeState)[0]!)),
  };
}

/** A running mean one step on: `decay` of what it was, and the rest of `x`. */
export function runningMean(mean: Tensor, x: Tensor, decay: number): Tensor {
  return mean.mul(decay).add(x.mul(1 - decay));
}

/** The parameter after a step's weight decay by itself: p (1 - learningRate * weightDecay). */
export function decayed(
  p: Parameter,
  { learningRate, options: { weightDecay } }: Update<{ readonly weightDecay: number }>,
): Tensor {
  if (weightDecay === 0) return p;
  if (typeof learningRate === "number") return p.mul(1 - learningRate * weightDecay);
  return p.mul(learningRate.mul(-weightDecay).add(1));
}
