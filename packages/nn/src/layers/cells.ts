// The steps of recurrent layers, from an input and a state to the next state. Cells are layers, for
// loops that choose each step's input.
import {
  concat,
  type DTypeOption,
  formatShape,
  full,
  type Parameter,
  parameter,
  type Shape,
  ShapeError,
  type ShapeOf,
  type Tensor,
  tanh,
  zeros,
} from "@nabla/autograd";
import { callable, checkOptions, checkTensor, describe, type Kinds } from "@nabla/autograd/checks";
import { checkAxis, checkCount } from "../checks.ts";
import { computedDType } from "../computed.ts";
import { firstValue, type Initializer, orthogonal, xavierUniform } from "../initializers.ts";
import type { LayerFunction } from "../layer.ts";
import { layerOf } from "../layer-of.ts";
import { ofWeights } from "../options.ts";
import type { MadeOf } from "../parts.ts";
import type { FeatureShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";

export interface CellOptions extends DTypeOption {
  /** First values of the weights of inputs, a gate at a time. Default: `xavierUniform()`. */
  readonly initializer?: Initializer;
  /** First values of the weights of the state, a gate at a time. Default: `orthogonal()`. */
  readonly recurrentInitializer?: Initializer;
}

export interface RnnCellOptions extends CellOptions {
  /** What makes the new state of the sums. Default: `tanh`. */
  readonly activation?: LayerFunction;
}

/** One step of a recurrent layer. Made by `rnnCell`, `lstmCell` and `gruCell`. */
export interface RecurrentCell<
  Operation extends string = string,
  In extends number = number,
  Out extends number = number,
> extends MadeOf,
    Shaped<FeatureShape<Operation, In, Out>> {
  readonly inputFeatures: In;
  readonly hiddenFeatures: Out;
  /** [gates * hidden, inputs], as in PyTorch. */
  readonly inputWeight: Parameter<[number, In]>;
  /** [gates * hidden, hidden], as in PyTorch. */
  readonly stateWeight: Parameter<[number, Out]>;
  /**
   * The output for `x` [..., inputs] after the given state, or after zeros: [..., hidden]. It is
   * the first tensor of the next state.
   */
  forward<X extends Tensor>(
    x: OutputCheck<FeatureShape<Operation, In, Out>, ShapeOf<X>, X>,
    state?: readonly Tensor[],
  ): Tensor<Output<FeatureShape<Operation, In, Out>, ShapeOf<X>>>;
  /**
   * The next state, the output first: [..., hidden] each; for `lstmCell` the output and the cell.
   */
  step(x: Tensor, state?: readonly Tensor[]): readonly Tensor[];
  /** The zero state that `step` starts from by default, for this number of examples. */
  initialState(examples: number): readonly Tensor[];
}

/**
 * One step of `rnn`: `step(x, state)` returns the next state, for loops that choose the next input
 * depending on the last output, or that `scan` over custom cells. Input: [..., inputFeatures]; output:
 * [..., hiddenFeatures]. Parameters are named as those of PyTorch's `RNNCell`.
 *
 * @example
 * const cell = rnnCell(3, 8);
 * let state = cell.initialState(5);
 * for (let i = 0; i < 4; i++) state = cell.step(ones([5, 3]), state);
 * state.map(({ shape }) => shape); // => [[5, 8]]
 */
export function rnnCell<const In extends number, const Out extends number>(
  inputFeatures: In,
  hiddenFeatures: Out,
  options: RnnCellOptions = {},
): RecurrentCell<"rnnCell", In, Out> {
  const steps = () => rnnSteps("rnnCell", options);
  return cellLayer("rnnCell", inputFeatures, hiddenFeatures, options, steps);
}

/**
 * One step of `lstm`; the state is the output and the cell. Shapes as for `rnnCell`. Parameters are
 * named as those of PyTorch's `LSTMCell`.
 *
 * @example
 * // As a loop in the graph: with the cell of `lstm(3, 8)` it gives the same.
 * const cell = lstmCell(3, 8);
 * const [state, outputs] = scan(
 *   (before: readonly Tensor[], x: Tensor) => {
 *     const next = cell.step(x, before);
 *     return [next, next[0]!] as const;
 *   },
 *   cell.initialState(5),
 *   ones([10, 5, 3]) as Tensor,
 * );
 * state.length; // => 2
 * outputs.shape; // => [10, 5, 8]
 */
export function lstmCell<const In extends number, const Out extends number>(
  inputFeatures: In,
  hiddenFeatures: Out,
  options: CellOptions = {},
): RecurrentCell<"lstmCell", In, Out> {
  return cellLayer("lstmCell", inputFeatures, hiddenFeatures, options, () => lstmSteps);
}

/**
 * One step of `gru`. Shapes as for `rnnCell`. Parameters are named as those of PyTorch's `GRUCell`.
 *
 * @example
 * gruCell(3, 8).forward(ones([5, 3])).shape; // => [5, 8]
 */
export function gruCell<const In extends number, const Out extends number>(
  inputFeatures: In,
  hiddenFeatures: Out,
  options: CellOptions = {},
): RecurrentCell<"gruCell", In, Out> {
  return cellLayer("gruCell", inputFeatures, hiddenFeatures, options, () => gruSteps);
}

/** What is different from one kind of cell to the next. */
export interface CellSteps {
  readonly gates: number;
  /** How many tensors are its state. */
  readonly states: number;
  /** What the bias of each gate starts at. Default: 0. */
  readonly biasOf?: readonly number[];
  /**
   * The next states, the output first, from the contributions of the input and the state to each gate.
   */
  step(fromInput: Tensor, fromState: Tensor, states: readonly Tensor[]): readonly Tensor[];
}

export function rnnSteps(kind: string, { activation = tanh }: RnnCellOptions): CellSteps {
  return {
    gates: 1,
    states: 1,
    step: (fromInput, fromState) => {
      const state = activation(fromInput.add(fromState));
      checkTensor(`${kind}: what the activation gives`, state);
      return [state];
    },
  };
}

export const lstmSteps: CellSteps = {
  gates: 4,
  states: 2,
  biasOf: [0, 1, 0, 0],
  step: (fromInput, fromState, [, cell]) => {
    const [i, f, g, o] = fromInput.add(fromState).split(4, -1) as Tensor[];
    const next = f!.sigmoid().mul(cell!).add(i!.sigmoid().mul(g!.tanh()));
    return [o!.sigmoid().mul(next.tanh()), next];
  },
};

export const gruSteps: CellSteps = {
  gates: 3,
  states: 1,
  step: (fromInput, fromState, [h]) => {
    const [ri, zi, ni] = fromInput.split(3, -1) as Tensor[];
    const [rh, zh, nh] = fromState.split(3, -1) as Tensor[];
    const z = zi!.add(zh!).sigmoid();
    const n = ni!.add(ri!.add(rh!).sigmoid().mul(nh!)).tanh();
    return [n.add(z.mul(h!.sub(n)))];
  },
};

/** The parameters of a cell, and its gates. */
export interface Cell {
  readonly inputWeight: Parameter;
  readonly stateWeight: Parameter;
  /** By PyTorch's names. */
  readonly parts: Readonly<Record<string, Parameter>>;
  /** What inputs [..., inputs] give to each gate: [..., gates * hidden]. */
  fromInput(x: Tensor): Tensor;
  /**
   * Gives the next states of that and the states before. What is the same in all steps is computed
   * here, and so outside of a loop over them.
   */
  next(): (fromInput: Tensor, states: readonly Tensor[]) => readonly Tensor[];
}

/** Makes the parameters of a cell, whose names end in `suffix`. */
export function cellOf(
  kind: string,
  steps: CellSteps,
  [inputs, hidden]: readonly [inputs: number, hidden: number],
  options: CellOptions,
  suffix = "",
): Cell {
  const { initializer = xavierUniform(), recurrentInitializer = orthogonal() } = options;
  const { dtype = "float32" } = options;
  const { gates, biasOf = Array.from({ length: gates }, () => 0) } = steps;
  const perGate = (columns: number, first: Initializer): Tensor => {
    const fans = [columns, hidden] as const;
    const gate = () => firstValue(kind, first, [hidden, columns], { fans, dtype });
    return concat(Array.from({ length: gates }, gate));
  };
  const named = (name: string, first: Tensor) => parameter(first, { name: `${name}${suffix}` });
  const inputWeight = named("weight_ih", perGate(inputs, initializer));
  const stateWeight = named("weight_hh", perGate(hidden, recurrentInitializer));
  const bias = concat(biasOf.map((value) => full([hidden], value, { dtype }) as Tensor));
  const inputBias = named("bias_ih", bias);
  const stateBias = named("bias_hh", zeros([gates * hidden], { dtype }));
  const all = [inputWeight, stateWeight, inputBias, stateBias];
  return {
    inputWeight,
    stateWeight,
    parts: Object.fromEntries(all.map((p) => [p.name, p])),
    fromInput: (x) => x.matmul((inputWeight as Tensor).transpose()).add(inputBias),
    next() {
      const across = (stateWeight as Tensor).transpose();
      return (fromInput, states) =>
        steps.step(fromInput, states[0]!.matmul(across).add(stateBias), states);
    },
  };
}

/** What all makers of recurrent layers and cells take. */
export const ofCells: Kinds<CellOptions> = { recurrentInitializer: callable, ...ofWeights };

/** That, and what only the plainest has. */
export const ofRnnCells: Kinds<RnnCellOptions> = { ...ofCells, activation: callable };

/**
 * Throws `ShapeError` unless it is a list of `count` tensors of the shape. `of` names their owner, if
 * that is not a single cell.
 */
export function checkState(
  kind: string,
  state: unknown,
  count: number,
  shape: Shape,
  of = "",
): asserts state is readonly Tensor[] {
  if (!Array.isArray(state) || state.length !== count) {
    const found = Array.isArray(state) ? `${state.length} tensors of state` : describe(state);
    throw new ShapeError(`${kind}: ${found}, expected ${count}${of}`);
  }
  for (const one of state as readonly Tensor[]) {
    checkTensor(`${kind}: the state`, one);
    const [given, expected] = [formatShape(one.shape), formatShape(shape)];
    if (given === expected) continue;
    throw new ShapeError(`${kind}: the state: expects ${expected}, got ${given}`);
  }
}

function cellLayer<Operation extends string, In extends number, Out extends number>(
  kind: Operation,
  inputFeatures: In,
  hiddenFeatures: Out,
  options: CellOptions,
  stepsOf: () => CellSteps,
): RecurrentCell<Operation, In, Out> {
  checkOptions(kind, options, kind === "rnnCell" ? ofRnnCells : ofCells);
  for (const features of [inputFeatures, hiddenFeatures]) checkCount(kind, "features", features);
  const [hidden, steps] = [hiddenFeatures as number, stepsOf()];
  const cell = cellOf(kind, steps, [inputFeatures, hidden], options);
  const { dtype = "float32" } = options;
  const zeroState = (front: Shape): readonly Tensor[] =>
    Array.from({ length: steps.states }, () =>
      zeros([...front, hidden], { dtype: computedDType(dtype) }),
    );
  const step = (x: Tensor, given?: readonly Tensor[]): readonly Tensor[] => {
    checkTensor(kind, x);
    checkAxis(kind, x.shape, -1, inputFeatures, "features");
    const front = x.shape.slice(0, -1);
    const state = given === undefined ? zeroState(front) : given;
    checkState(kind, state, steps.states, [...front, hidden]);
    return cell.next()(cell.fromInput(x), state);
  };
  return layerOf<RecurrentCell, RecurrentCell<Operation, In, Out>>({
    kind,
    inputFeatures,
    hiddenFeatures,
    inputWeight: cell.inputWeight,
    stateWeight: cell.stateWeight,
    parts: cell.parts,
    forward: (x: Tensor, state?: readonly Tensor[]) => step(x, state)[0]!,
    step,
    initialState: (examples: number) => {
      checkCount(kind, "examples", examples);
      return zeroState([examples]);
    },
  });
}
