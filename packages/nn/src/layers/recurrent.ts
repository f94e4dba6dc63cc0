// Recurrent layers: step by step along a sequence, with a state that each step changes; several one
// above the other, and in both directions.
import {
  concat,
  formatShape,
  NablaError,
  type Parameter,
  type Product,
  ShapeError,
  type ShapeOf,
  scan,
  type Tensor,
  where,
  zeros,
} from "@nabla/autograd";
import {
  anything,
  checkOptions,
  checkTensor,
  count,
  flag,
  fraction,
  oneOf,
} from "@nabla/autograd/checks";
import { checkCount, checkLayout } from "../checks.ts";
import { computedDType } from "../computed.ts";
import { layerOf } from "../layer-of.ts";
import type { MadeOf } from "../parts.ts";
import type { SequenceShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import {
  type Cell,
  type CellOptions,
  type CellSteps,
  cellOf,
  checkState,
  gruSteps,
  lstmSteps,
  ofCells,
  ofRnnCells,
  type RnnCellOptions,
  rnnSteps,
} from "./cells.ts";
import { type Dropout, dropout as dropoutLayer } from "./dropout.ts";
import { type Lengths, ownSteps } from "./lengths.ts";

type Returns = "all" | "last";

export interface RecurrentOptions<Given extends Returns = Returns, Both extends boolean = boolean>
  extends CellOptions {
  /**
   * What `forward` gives: the outputs of all steps, or the last one; of both directions the last
   * ones, which are those of the last step forwards and of the first step backwards. Default: "all".
   */
  readonly returns?: Given;
  /** How many layers are stacked, each fed with the previous one's outputs. Default: 1. */
  readonly layers?: number;
  /**
   * Whether each layer also runs over the sequence in reverse, with separate weights; the outputs of both
   * directions are concatenated. Default: false.
   */
  readonly bidirectional?: Both;
  /** How likely each output of a layer below another is left out in training. Default: 0. */
  readonly dropout?: number;
}

export interface RnnOptions<Given extends Returns = Returns, Both extends boolean = boolean>
  extends RecurrentOptions<Given, Both>,
    RnnCellOptions {}

/** Sequences of different lengths, padded at their ends. */
export interface SequenceOptions {
  /**
   * The number of steps of each example, from 0 on: int32 or uint8 [examples], or an array of numbers.
   * Later steps are padding: their contents, even NaN, have no effect; their outputs and gradients are 0;
   * the state is that at the end of each sequence, where the reverse direction starts. Default: all
   * steps.
   */
  readonly lengths?: Lengths;
}

/** What a sequence has left. */
export interface Unrolled {
  /** Of all steps: [examples, time, hidden], of both directions [examples, time, 2 hidden]. */
  readonly outputs: Tensor;
  /**
   * The state after the last step, to continue from: [examples, hidden] each; for `lstm` the output and
   * the cell. States of several layers and directions follow each other in PyTorch's order: layer by
   * layer, forward and then reverse.
   */
  readonly state: readonly Tensor[];
}

/** Features of the outputs. */
type Features<Hidden extends number, Both extends boolean> = Both extends false
  ? Hidden
  : Both extends true
    ? Product<readonly [2, Hidden]>
    : number;

type RecurrentShape<
  Operation extends string,
  In extends number,
  Hidden extends number,
  Given extends Returns,
  Both extends boolean,
> = SequenceShape<Operation, In, Features<Hidden, Both>, Given>;

/** Goes along a sequence. Made by `rnn`, `lstm` and `gru`. */
export interface Recurrent<
  Operation extends string = string,
  In extends number = number,
  Hidden extends number = number,
  Given extends Returns = Returns,
  Both extends boolean = boolean,
> extends MadeOf,
    Shaped<RecurrentShape<Operation, In, Hidden, Given, Both>> {
  readonly inputFeatures: In;
  readonly hiddenFeatures: Hidden;
  /** Of the first layer, [gates * hidden, inputs], as in PyTorch. */
  readonly inputWeight: Parameter<[number, In]>;
  /** Of the first layer, [gates * hidden, hidden], as in PyTorch. */
  readonly stateWeight: Parameter<[number, Hidden]>;
  /** `x` [examples, time, inputs] to [examples, time, hidden], or to [examples, hidden]. */
  forward<X extends Tensor>(
    x: OutputCheck<RecurrentShape<Operation, In, Hidden, Given, Both>, ShapeOf<X>, X>,
    options?: SequenceOptions,
  ): Tensor<Output<RecurrentShape<Operation, In, Hidden, Given, Both>, ShapeOf<X>>>;
  /** All outputs and the state at the end, from the given state, or from zeros. */
  unroll(x: Tensor, state?: readonly Tensor[], options?: SequenceOptions): Unrolled;
  /** The zero state that `unroll` starts from by default, for this number of examples. */
  initialState(examples: number): readonly Tensor[];
}

/**
 * The simple recurrent layer of J. L. Elman, "Finding structure in time", 1990:
 * h = tanh(W x + b + U h + c), where h is both state and output. Input: [examples, time,
 * inputFeatures]; output: [examples, time, hiddenFeatures], or [examples, hiddenFeatures] of the
 * last step with `returns: "last"`; twice the features with `bidirectional`. Parameters are named
 * as PyTorch's, `weight_ih_l0` to `bias_hh_l1_reverse`. Throws `ShapeError` for a sequence without
 * steps, and for a state of another shape; `NablaError` for lengths beyond the sequence, and for
 * `dropout` where there is only one layer, since it is between them.
 *
 * @example
 * const layer = rnn(3, 8, { returns: "last" });
 * layer.forward(zeros([5, 10, 3])).shape; // => [5, 8]
 *
 * @example
 * // Two sequences, of which the second ends after three steps: 9 is padding.
 * const layer = rnn(1, 4, { layers: 2, bidirectional: true });
 * const x = tensor([[[1], [2], [3], [4]], [[1], [2], [3], [9]]]);
 * const { outputs, state } = layer.unroll(x, undefined, { lengths: [4, 3] });
 * outputs.slice(0, 1).slice(1, 3).abs().max().itemSync(); // => 0
 * state.length; // => 4
 */
export function rnn<
  const In extends number,
  const Out extends number,
  const Given extends Returns = "all",
  const Both extends boolean = false,
>(
  inputFeatures: In,
  hiddenFeatures: Out,
  options: RnnOptions<Given, Both> = {},
): Recurrent<"rnn", In, Out, Given, Both> {
  return recurrent("rnn", inputFeatures, hiddenFeatures, options, () => rnnSteps("rnn", options));
}

/**
 * Long short-term memory: a cell c that gates i (in), f (forget) and o (out), each
 * sigmoid(W x + b + U h + c), write, keep and show. g = tanh(W x + b + U h + c); c = f c + i g;
 * h = o tanh(c), the output. Shapes and options as for `rnn`. S. Hochreiter and J. Schmidhuber,
 * "Long short-term memory", 1997; the forget gate, whose bias starts at 1, so that a new cell
 * remembers: F. A. Gers, J. Schmidhuber and F. Cummins, "Learning to forget", 2000, and R.
 * Jozefowicz et al., "An empirical exploration of recurrent network architectures", ICML 2015.
 *
 * @example
 * lstm(3, 8).forward(zeros([5, 10, 3])).shape; // => [5, 10, 8]
 * lstm(3, 8, { layers: 2, bidirectional: true }).forward(zeros([5, 10, 3])).shape; // => [5, 10, 16]
 */
export function lstm<
  const In extends number,
  const Out extends number,
  const Given extends Returns = "all",
  const Both extends boolean = false,
>(
  inputFeatures: In,
  hiddenFeatures: Out,
  options: RecurrentOptions<Given, Both> = {},
): Recurrent<"lstm", In, Out, Given, Both> {
  return recurrent("lstm", inputFeatures, hiddenFeatures, options, () => lstmSteps);
}

/**
 * The gated recurrent unit: gates r (reset) and z (keep), each sigmoid(W x + b + U h + c);
 * n = tanh(W x + b + r (U h + c)); h = (1 - z) n + z h, both state and output. Shapes and options
 * as for `rnn`. K. Cho et al., "Learning phrase representations using RNN encoder-decoder for
 * statistical machine translation", 2014, with the reset behind the product, as in PyTorch.
 *
 * @example
 * gru(3, 8).forward(zeros([5, 10, 3])).shape; // => [5, 10, 8]
 */
export function gru<
  const In extends number,
  const Out extends number,
  const Given extends Returns = "all",
  const Both extends boolean = false,
>(
  inputFeatures: In,
  hiddenFeatures: Out,
  options: RecurrentOptions<Given, Both> = {},
): Recurrent<"gru", In, Out, Given, Both> {
  return recurrent("gru", inputFeatures, hiddenFeatures, options, () => gruSteps);
}

function recurrent<
  Operation extends string,
  In extends number,
  Out extends number,
  Given extends Returns,
  Both extends boolean,
>(
  kind: Operation,
  inputFeatures: In,
  hiddenFeatures: Out,
  options: RecurrentOptions<Given, Both>,
  stepsOf: () => CellSteps,
): Recurrent<Operation, In, Out, Given, Both> {
  checkOptions(kind, options, {
    returns: oneOf("all", "last"),
    layers: count,
    bidirectional: flag,
    dropout: fraction,
    ...(kind === "rnn" ? ofRnnCells : ofCells),
  });
  const { returns = "all", layers = 1, bidirectional = false, dropout = 0 } = options;
  const { dtype = "float32" } = options;
  for (const features of [inputFeatures, hiddenFeatures]) checkCount(kind, "features", features);
  if (dropout > 0 && layers === 1) {
    throw new NablaError(`${kind}: dropout is between layers, and there is 1; expected 2 or more`);
  }
  const steps = stepsOf();
  const [inputs, hidden] = [inputFeatures as number, hiddenFeatures as number];
  const directions = bidirectional ? ["", "_reverse"] : [""];
  /** Of each layer those of each direction. */
  const cells = Array.from({ length: layers }, (_, i) =>
    directions.map((name) => {
      const features = i === 0 ? inputs : directions.length * hidden;
      return cellOf(kind, steps, [features, hidden], options, `_l${i}${name}`);
    }),
  );
  const between: Dropout | undefined = dropout > 0 ? dropoutLayer(dropout) : undefined;

  const initialState = (examples: number): readonly Tensor[] => {
    checkCount(kind, "examples", examples);
    return zeroState(examples);
  };
  const states = layers * directions.length * steps.states;
  const zeroState = (examples: number): readonly Tensor[] =>
    Array.from(
      { length: states },
      () => zeros([examples, hidden], { dtype: computedDType(dtype) }) as Tensor,
    );

  const unroll = (
    x: Tensor,
    given?: readonly Tensor[],
    sequences: SequenceOptions = {},
  ): Unrolled => {
    checkTensor(kind, x);
    checkOptions(kind, sequences, { lengths: anything });
    checkLayout(kind, x.shape, ["examples", "time", inputs]);
    const [examples, time] = x.shape as readonly [number, number, number];
    if (time === 0) {
      throw new ShapeError(`${kind}: ${formatShape(x.shape)} has no steps, expected at least 1`);
    }
    const start = given === undefined ? zeroState(examples) : given;
    const ways = bidirectional ? " in both directions" : "";
    const of = states === steps.states ? "" : `, for ${layers} layers${ways}`;
    checkState(kind, start, states, [examples, hidden], of);
    const { lengths } = sequences;
    const isOwn = lengths === undefined ? undefined : ownSteps(kind, lengths, examples, time);
    const inTime = x.permute([1, 0, 2]) as Tensor;
    let below = isOwn ? where(isOwn, inTime, 0) : inTime;
    const state: Tensor[] = [];
    cells.forEach((both, i) => {
      const fed = i > 0 && between ? between.forward(below) : below;
      const outputs = both.map((cell, direction) => {
        const own = start.slice(state.length, state.length + steps.states);
        const [last, all] = along(cell, fed, own, isOwn, direction === 1);
        state.push(...last);
        return all;
      });
      below = outputs.length === 1 ? outputs[0]! : concat(outputs, -1);
    });
    return { outputs: below.permute([1, 0, 2]) as Tensor, state };
  };
  const forward = (x: Tensor, sequences?: SequenceOptions): Tensor => {
    const { outputs, state } = unroll(x, undefined, sequences);
    if (returns === "all") return outputs;
    // The output is the first of each direction's states.
    const last = directions.map((_, i) => state.at((i - directions.length) * steps.states)!);
    return last.length === 1 ? last[0]! : concat(last, -1);
  };
  const [first] = cells[0]!;
  const parts = Object.assign({}, ...cells.flat().map((cell) => cell.parts));
  return layerOf<Recurrent, Recurrent<Operation, In, Out, Given, Both>>({
    kind,
    inputFeatures,
    hiddenFeatures,
    inputWeight: first!.inputWeight,
    stateWeight: first!.stateWeight,
    parts: between ? { ...parts, dropout: between } : parts,
    forward,
    unroll,
    initialState,
  });
}

/**
 * The last state and all outputs of a cell along `x` [time, examples, features]. Where a step is not
 * a sequence's own the state stays as it is, and the output is 0.
 */
function along(
  cell: Cell,
  x: Tensor,
  start: readonly Tensor[],
  isOwn: Tensor | undefined,
  reverse: boolean,
): readonly [last: readonly Tensor[], outputs: Tensor] {
  // All steps' inputs in one product; the state's needs the step before it.
  const fromInputs = cell.fromInput(x);
  const step = cell.next();
  if (isOwn === undefined) {
    return scan(
      (before: readonly Tensor[], fromInput: Tensor) => {
        const next = step(fromInput, before);
        return [next, next[0]!];
      },
      start,
      fromInputs,
      { reverse },
    );
  }
  return scan(
    (before: readonly Tensor[], [fromInput, isOn]: readonly [Tensor, Tensor]) => {
      const next = step(fromInput, before);
      const kept = next.map((after, i) => where(isOn, after, before[i]!));
      return [kept, where(isOn, next[0]!, 0)];
    },
    start,
    [fromInputs, isOwn] as const,
    { reverse },
  );
}
