// The parts that all optimisers share: groups of parameters, and per-parameter state.
import {
  type DType,
  external,
  NablaError,
  type Parameter,
  parameter,
  substitute,
  Tensor,
  takeGradients,
  zerosLike,
} from "@nabla/autograd";
import { checkKind, checkNames, describe, isPlainObject, type Kind } from "@nabla/autograd/checks";
import { checkParameters } from "../checks.ts";
import { exactNow, isShort } from "../computed.ts";
import { checkTrainable } from "../freezing.ts";
import { checkLearningRate, type LearningRate, rateAt } from "../schedules.ts";
import { type Optimizer, optimizerOf, ownSteps } from "./stepper.ts";

export type { Optimizer, OptimizerState } from "./stepper.ts";

/** Some of an optimiser's parameters, with options of their own. */
export type ParameterGroup<Options> = Partial<Options> & {
  readonly parameters: readonly Parameter[];
};

/** Parameters, all alike or in groups. */
export type Parameters<Options> = readonly Parameter[] | readonly ParameterGroup<Options>[];

/** What a rule is given for a parameter besides its value. */
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

/** A parameter that moves in a step. */
export interface Moving<Options> {
  readonly p: Parameter;
  readonly how: Update<Options>;
}

/** How one kind of optimiser works. */
export interface Rule<Options> {
  /** What its errors start with. */
  readonly name: string;
  /** Options that need not be given. */
  readonly defaults: Partial<Options>;
  /** Names of options without a default, besides the learning rate. Other names are rejected. */
  readonly required?: readonly (keyof Options & string)[];
  /** Throws `NablaError` for options out of range. Default: takes all. */
  check?(options: Options): void;
  /**
   * What is kept of a parameter from step to step: names of tensors of its shape and dtype, 0 at first;
   * or first values by name.
   */
  keeps(options: Options, p: Parameter): readonly string[] | Readonly<Record<string, Tensor>>;
  /** Whether it needs `ofSteps`. Default: false. */
  readonly counts?: true;
  /**
   * Replaces the gradients of all updated parameters, in order, if a rule depends on several at once, as
   * on a norm. Default: the gradients themselves.
   */
  together?(moving: readonly Moving<Options>[]): readonly Tensor[];
  /** The parameter's new value. What it reads of `kept` before it assigns is of the step before. */
  update(p: Parameter, how: Update<Options>): Tensor;
}

interface Member<Options> {
  readonly p: Parameter;
  /**
   * The value that the rule updates: the parameter, or, since most steps would be lost in 16 bits, a
   * float32 copy of a 16-bit parameter, from which the parameter is rounded.
   */
  readonly exact: Parameter;
  readonly options: Options;
  readonly kept: Readonly<Record<string, Parameter>>;
}

/** How many steps have moved each parameter. */
export interface StepCounts {
  readonly cell: Parameter;
  /** Increments the step count of updated parameters. */
  count(isMoving: readonly boolean[]): void;
  /** The inputs of one step. */
  asked(): (position: number, dtype: DType, key: string, f: (steps: Tensor) => Tensor) => Tensor;
}

/** What only some rules need, so that programs without such a rule do not have it. */
export interface Needs {
  /** Counts the steps of each parameter, for rules that count. */
  readonly ownSteps?: (rule: string, count: number) => StepCounts;
  /** Values computed from all gradients, for rules with `together`. */
  readonly together?: <Options>(
    rule: Rule<Options>,
    moving: readonly Moving<Options>[],
  ) => readonly Tensor[];
  /** Assigns the step's new values of `cells`, and returns its other results. */
  readonly carrying?: <Result>(cells: readonly Parameter[], step: () => Result) => Result;
}

const aValue: Kind = [(x) => x !== undefined, "a value"];

/** An optimiser by a rule that throws for no parameter. */
export function optimizerOfRule<Options extends { readonly learningRate: LearningRate }>(
  rule: Rule<Options>,
  parameters: Parameters<NoInfer<Options>>,
  options: Partial<NoInfer<Options>>,
  { ownSteps: ownStepsOf, together, carrying = (_, step) => step() }: Needs = {},
): Optimizer {
  const { name } = rule;
  const required = rule.required ?? [];
  const names = [...new Set([...Object.keys(rule.defaults), ...required, "learningRate"])];
  checkNames(name, options, names);
  const given = { ...rule.defaults, ...withoutUndefined<object>(options) };
  const members = groupsOf(name, parameters).flatMap((group): Member<Options>[] => {
    checkNames(name, group, ["parameters", ...names]);
    const { parameters: list, ...special } = group;
    checkParameters(name, list);
    // What the rule has no default of is checked below.
    const merged = { ...given, ...withoutUndefined<object>(special) } as Options;
    checkLearningRate(name, merged.learningRate);
    for (const key of required) checkKind(name, key, merged[key], aValue);
    rule.check?.(merged);
    return list.map((p) => {
      // Of a snapshot, as the parameter may change before the first step.
      const exact = isShort(p.dtype)
        ? parameter(p.snapshot().cast("float32"), { name: p.name })
        : p;
      return { p, exact, options: merged, kept: keptOf(rule, merged, exact) };
    });
  });
  const all = members.map(({ p }) => p);
  const short = members.filter(({ p, exact }) => p !== exact);
  const roundedTo = new Map(short.map(({ p, exact }) => [exact, p]));
  if (all.length === 0) throw new NablaError(`${name}: got no parameters, nothing can be learnt`);
  checkTrainable(name, all);
  const twice = all.find((p, i) => all.indexOf(p) !== i);
  if (twice) throw new NablaError(`${name}: parameter "${twice.name}" is there twice`);
  const steps = parameter(0, { name: "steps", dtype: "int32" });
  const own = rule.counts && ownStepsOf!(name, all.length);
  const cells: ReadonlyMap<string, Parameter> = new Map([
    ["steps", steps],
    ...(own ? [[ownSteps, own.cell] as const] : []),
    ...members.flatMap(({ p, exact, kept }, i) => [
      ...(exact === p ? [] : [[`${i}.float32`, exact] as const]),
      ...Object.entries(kept).map(([key, cell]) => [`${i}.${key}`, cell] as const),
    ]),
  ]);
  const begin = () => {
    if (!all.some(({ grad }) => grad)) {
      checkTrainable("step", all);
      throw nothingToTake();
    }
    const taken = takeGradients(all).map((g, i) => {
      const { dtype } = members[i]!.exact;
      return g?.dtype === dtype ? g : g?.cast(dtype);
    });
    const rates = members.map(({ exact, options: { learningRate } }, i) =>
      typeof learningRate === "number" || !taken[i]
        ? learningRate
        : external(() => rateAt(name, learningRate, steps.itemSync()), { dtype: exact.dtype }),
    );
    return () => assigned(taken, rates);
  };
  /** The values after the step of what moves, by its positions. */
  const moved = (
    taken: readonly (Tensor | undefined)[],
    rates: readonly (LearningRate | Tensor)[],
  ): readonly (readonly [Parameter, Tensor])[] => {
    steps.assign(steps.add(1));
    own?.count(taken.map((g) => g !== undefined));
    const ofSteps = own?.asked();
    const moving = members.flatMap(
      ({ exact: p, kept, options: special }, i): readonly Moving<Options>[] => {
        const g = taken[i];
        if (!g) return [];
        const how: Update<Options> = {
          g,
          kept,
          learningRate: rates[i] as number | Tensor,
          ofSteps(key, f) {
            if (ofSteps) return ofSteps(i, p.dtype, key, f);
            throw new NablaError(`${name}: the rule asks for ofSteps, and has no \`counts: true\``);
          },
          options: special,
        };
        return [{ p, how }];
      },
    );
    const directions = rule.together && together!(rule, moving);
    return moving.map(
      ({ p, how }, i) =>
        [p, rule.update(p, directions ? { ...how, g: directions[i]! } : how)] as const,
    );
  };
  const assigned = (
    taken: readonly (Tensor | undefined)[],
    rates: readonly (LearningRate | Tensor)[],
  ): readonly Parameter[] => {
    const ofMoving = members.flatMap(({ kept }, i) => (taken[i] ? Object.values(kept) : []));
    const kept = [steps, ...(own ? [own.cell] : []), ...ofMoving];
    const next = onExact(short, () => carrying(kept, () => moved(taken, rates)));
    return [
      ...kept,
      ...next.flatMap(([exact, value]) => written(roundedTo.get(exact), exact, value)),
    ];
  };
  return optimizerOf({
    parameters: all,
    cells,
    begin,
    async learningRate() {
      const { learningRate } = members[0]!.options;
      if (typeof learningRate === "number") return learningRate;
      return rateAt(name, learningRate, await steps.item());
    },
  });
}

/**
 * Calls `step` with the values in float32 of parameters of 16 bits. Where one was given another value since the
 * last step, it goes on from there.
 */
function onExact<Result>(short: readonly Member<unknown>[], step: () => Result): Result {
  if (short.length === 0) return step();
  const now = short.map(({ p, exact }) => exactNow(p, p.dtype, exact));
  return substitute(
    short.map(({ exact }) => exact),
    now,
    step,
  );
}

/** Assigns the next value that a rule computes, and, for a 16-bit parameter, its rounded value. */
function written(p: Parameter | undefined, exact: Parameter, value: Tensor): readonly Parameter[] {
  return p ? [exact.assign(value), p.assign(value)] : [exact.assign(value)];
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
    isPlainObject(one) && "parameters" in one;
  const list: readonly (Parameter | ParameterGroup<Options>)[] = parameters;
  if (list.every(isGroup)) return list;
  if (!list.every((one): one is Parameter => !isGroup(one))) {
    throw new NablaError(`${name}: got parameters and groups in one list, expected either`);
  }
  const none: Partial<Options> = {};
  return [{ ...none, parameters: list }];
}

function keptOf<Options>(
  rule: Rule<Options>,
  options: Options,
  p: Parameter,
): Readonly<Record<string, Parameter>> {
  const cells = Object.entries(firstValues(rule.name, rule.keeps(options, p), p)).map(
    ([key, value]) => [key, parameter(value, { name: `${key} of ${p.name}` })] as const,
  );
  return Object.fromEntries(cells);
}

/** Initial values of the state named in `keeps`. Throws `NablaError` for invalid names. */
export function firstValues(
  name: string,
  kept: unknown,
  p: Parameter,
): Readonly<Record<string, Tensor>> {
  const first = Array.isArray(kept)
    ? Object.fromEntries(kept.map((key) => [String(key), zerosLike(p)] as const))
    : kept;
  if (isPlainObject(first) && Object.values(first).every((value) => value instanceof Tensor)) {
    return first as Readonly<Record<string, Tensor>>;
  }
  const expected = "expected a list of names, or tensors by name";
  throw new NablaError(`${name}: keeps gives ${describe(kept)}, ${expected}`);
}

/** A running mean after one more value: `decay` of the old mean, and the rest from `x`. */
export function runningMean(mean: Tensor, x: Tensor, decay: number): Tensor {
  return mean.mul(decay).add(x.mul(1 - decay));
}

/** The parameter after a step's decoupled weight decay: p (1 - learningRate * weightDecay). */
export function decayed(
  p: Parameter,
  { learningRate, options: { weightDecay } }: Update<{ readonly weightDecay: number }>,
): Tensor {
  if (weightDecay === 0) return p;
  if (typeof learningRate === "number") return p.mul(1 - learningRate * weightDecay);
  return p.mul(learningRate.mul(-weightDecay).add(1));
}
