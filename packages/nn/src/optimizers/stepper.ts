// Optimisers, and how they apply the function that computes their steps: one run per step, and a state
// that can be saved.
import {
  type Data,
  formatShape,
  NablaError,
  type Parameter,
  realize,
  realizeAsync,
  ShapeError,
  Tensor,
  tensor,
} from "@nabla/autograd";
import { checkKind, describe, plain } from "@nabla/autograd/checks";
import { checkBlocks, readNow } from "../later.ts";

/**
 * The state of an optimiser, by name: "steps", the number of steps taken (int32), "0.velocity" and the
 * like for the first parameter, and if a rule depends on it, as Adam's, "ownSteps", the number of updates
 * of each parameter (int32 [parameters]).
 */
export type OptimizerState = Readonly<Record<string, Tensor>>;

/** Changes parameters by their gradients. */
export interface Optimizer {
  readonly parameters: readonly Parameter[];
  /**
   * Takes one step with the gradients that `backward` has left, and clears them. A parameter without one
   * is unchanged, with its state, like a frozen one. Gradients that the same calls of `backward` left in
   * parameters of other optimisers remain for their steps, and the next `backward` replaces them: a
   * gradient is used once. The costs that `backward` was called on are computed in the same run, so
   * reading them afterwards is free. A step that throws consumes the gradients, too, and changes nothing
   * else. Throws `NablaError` if no parameter has a gradient.
   */
  step(): void;
  /**
   * The same, without blocking the event loop: a step of some milliseconds is computed by a worker,
   * if the host has workers that share memory. Await it before the next. In a function that
   * `compile` traces, call `step`, and the function by `f.async(x)`.
   */
  stepAsync(): Promise<void>;
  /**
   * Everything that later steps depend on besides the parameters: the number of steps taken, and the
   * state of each parameter, under its position in `parameters`. Later steps do not change it.
   */
  state(): OptimizerState;
  /**
   * Restores a state saved by an optimiser of the same kind, for the same parameters. A state without
   * "ownSteps", from versions before 0.2, means that all parameters were updated in each step. Everything
   * is checked before anything is changed. Throws `NablaError` for names that only one side has and for
   * numbers of steps that are not integers from 0, and `ShapeError` for shapes that differ.
   */
  load(state: OptimizerState): void;
  /**
   * The learning rate of the next step; with several groups, that of the first. Custom optimisers may
   * leave it out.
   */
  learningRate?(): Promise<number>;
}

/** What decides an optimiser's steps. */
export interface Stepper {
  readonly parameters: readonly Parameter[];
  /** All that its steps change besides the parameters, by the state's names. */
  readonly cells: ReadonlyMap<string, Parameter>;
  /**
   * Takes the gradients, and evaluates values that change from step to step; returns a function that
   * assigns the step's new values, and returns all of them.
   */
  begin(): () => readonly Parameter[];
  learningRate(): Promise<number>;
}

const steppers = new WeakMap<Optimizer, Stepper>();

/** The function behind `optimizer`. Throws `NablaError` for objects not made by `optimizerOf`. */
export function stepperOf(operation: string, optimizer: Optimizer): Stepper {
  const known = isObject(optimizer) ? steppers.get(optimizer) : undefined;
  if (known) return known;
  const made = "expected one that @nabla/nn has made, as adam(…) or optimizerBy(rule, …)";
  throw new NablaError(`${operation}: optimizer is ${describe(optimizer)}, ${made}`);
}

function isObject(x: unknown): x is object {
  return typeof x === "object" && x !== null;
}

/** The state's name for how many steps have moved each parameter. */
export const ownSteps = "ownSteps";

export function optimizerOf(stepper: Stepper): Optimizer {
  const optimizer: Optimizer = {
    parameters: stepper.parameters,
    step() {
      checkBlocks("step", "await optimizer.stepAsync()");
      realize(...stepper.begin()());
    },
    async stepAsync() {
      await realizeAsync(...stepper.begin()());
    },
    state() {
      return Object.fromEntries([...stepper.cells].map(([key, cell]) => [key, cell.snapshot()]));
    },
    load(state) {
      loadState(stepper.cells, state);
    },
    learningRate: () => stepper.learningRate(),
  };
  steppers.set(optimizer, stepper);
  return optimizer;
}

const realizeState = "await realizeAsync(...Object.values(state)) before";

function loadState(cells: ReadonlyMap<string, Parameter>, given: OptimizerState): void {
  checkKind("load", "the state", given, plain);
  for (const [key, value] of Object.entries<unknown>(given)) {
    if (value instanceof Tensor) continue;
    throw new NablaError(
      `load: ${JSON.stringify(key)} is ${describe(value)} in the state, expected a tensor`,
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
  // All are read before any is assigned. They are copied, because the optimiser owns its state.
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
