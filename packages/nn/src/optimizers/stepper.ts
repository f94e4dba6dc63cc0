// What optimisers are, and what they do with whatever decides their steps: one run for each, and
// states to go on from.
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
   * without one stays, with all that is kept of it, as a frozen one does. What the same calls of
   * `backward` left in parameters of other optimisers is for their steps, and the next `backward` starts afresh there:
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

/** What decides an optimiser's steps. */
export interface Stepper {
  readonly parameters: readonly Parameter[];
  /** All that its steps change besides the parameters, by the state's names. */
  readonly cells: ReadonlyMap<string, Parameter>;
  /**
   * Takes the gradients, and asks for what changes from step to step; gives a function that assigns what
   * the step changes, and gives all of that.
   */
  begin(): () => readonly Parameter[];
  learningRate(): Promise<number>;
}

const steppers = new WeakMap<Optimizer, Stepper>();

/** What decides the steps of `optimizer`. Throws `NablaError` for what `optimizerOf` has not made. */
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
