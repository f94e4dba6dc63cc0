// Recurrent layers: step by step along a sequence, with a state that each step changes.
import {
  concat,
  type DTypeOption,
  formatShape,
  full,
  type Parameter,
  parameter,
  ShapeError,
  type ShapeOf,
  scan,
  type Tensor,
  tanh,
  zeros,
} from "@nabla/autograd";
import { checkCount, checkLayout, checkTensor, kindOf } from "../checks.ts";
import { firstValue, type Initializer, orthogonal, xavierUniform } from "../initializers.ts";
import type { LayerFunction } from "../layer.ts";
import { callable, checkOptions, ofWeights, oneOf } from "../options.ts";
import { type MadeOf, madeOf } from "../parts.ts";
import type { SequenceShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";

export interface RecurrentOptions<Returns extends "all" | "last" = "all" | "last">
  extends DTypeOption {
  /** What `forward` gives: the outputs of all steps, or of the last one. Default: "all". */
  readonly returns?: Returns;
  /** First values of the weights of inputs, a gate at a time. Default: `xavierUniform()`. */
  readonly initializer?: Initializer;
  /** First values of the weights of the state, a gate at a time. Default: `orthogonal()`. */
  readonly recurrentInitializer?: Initializer;
}

export interface RnnOptions<Returns extends "all" | "last" = "all" | "last">
  extends RecurrentOptions<Returns> {
  /** What makes the new state of the sums. Default: `tanh`. */
  readonly activation?: LayerFunction;
}

/** What a sequence has left. */
export interface Unrolled {
  /** Of all steps: [examples, time, hidden]. */
  readonly outputs: Tensor;
  /**
   * After the last one, to go on from: [examples, hidden] each; for `lstm` the output and the cell.
   */
  readonly state: readonly Tensor[];
}

/** Goes along a sequence. Made by `rnn`, `lstm` and `gru`. */
export interface Recurrent<
  Operation extends string = string,
  In extends number = number,
  Out extends number = number,
  Returns extends "all" | "last" = "all" | "last",
> extends MadeOf,
    Shaped<SequenceShape<Operation, In, Out, Returns>> {
  readonly inputFeatures: In;
  readonly hiddenFeatures: Out;
  /** [gates * hidden, inputs], as in PyTorch. */
  readonly inputWeight: Parameter<[number, In]>;
  /** [gates * hidden, hidden], as in PyTorch. */
  readonly stateWeight: Parameter<[number, Out]>;
  /** `x` [examples, time, inputs] to [examples, time, hidden], or to [examples, hidden]. */
  forward<X extends Tensor>(
    x: OutputCheck<SequenceShape<Operation, In, Out, Returns>, ShapeOf<X>, X>,
  ): Tensor<Output<SequenceShape<Operation, In, Out, Returns>, ShapeOf<X>>>;
  /** All outputs and the state at the end, from the given state, or from zeros. */
  unroll(x: Tensor, state?: readonly Tensor[]): Unrolled;
}

/**
 * The simple recurrent layer of J. L. Elman, "Finding structure in time", 1990:
 * h = tanh(W x + b + U h + c), where h is both state and output. Input: [examples, time,
 * inputFeatures]; output: [examples, time, hiddenFeatures], or [examples, hiddenFeatures] of the
 * last step with `returns: "last"`. Throws `ShapeError` for a sequence without steps.
 *
 * @example
 * const layer = rnn(3, 8, { returns: "last" });
 * layer.forward(zeros([5, 10, 3])).shape; // => [5, 8]
 */
export function rnn<
  const In extends number,
  const Out extends number,
  const Returns extends "all" | "last" = "all",
>(
  inputFeatures: In,
  hiddenFeatures: Out,
  options: RnnOptions<Returns> = {},
): Recurrent<"rnn", In, Out, Returns> {
  return recurrent("rnn", inputFeatures, hiddenFeatures, options, {
    gates: 1,
    states: 1,
    step: (fromInput, fromState) => {
      const { activation = tanh } = options;
      const state = activation(fromInput.add(fromState));
      checkTensor("rnn: what the activation gives", state);
      return [state];
    },
  });
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
 */
export function lstm<
  const In extends number,
  const Out extends number,
  const Returns extends "all" | "last" = "all",
>(
  inputFeatures: In,
  hiddenFeatures: Out,
  options: RecurrentOptions<Returns> = {},
): Recurrent<"lstm", In, Out, Returns> {
  return recurrent("lstm", inputFeatures, hiddenFeatures, options, {
    gates: 4,
    states: 2,
    biasOf: [0, 1, 0, 0],
    step: (fromInput, fromState, [, cell]) => {
      const [i, f, g, o] = fromInput.add(fromState).split(4, -1) as Tensor[];
      const next = f!.sigmoid().mul(cell!).add(i!.sigmoid().mul(g!.tanh()));
      return [o!.sigmoid().mul(next.tanh()), next];
    },
  });
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
  const Returns extends "all" | "last" = "all",
>(
  inputFeatures: In,
  hiddenFeatures: Out,
  options: RecurrentOptions<Returns> = {},
): Recurrent<"gru", In, Out, Returns> {
  return recurrent("gru", inputFeatures, hiddenFeatures, options, {
    gates: 3,
    states: 1,
    step: (fromInput, fromState, [h]) => {
      const [ri, zi, ni] = fromInput.split(3, -1) as Tensor[];
      const [rh, zh, nh] = fromState.split(3, -1) as Tensor[];
      const z = zi!.add(zh!).sigmoid();
      const n = ni!.add(ri!.add(rh!).sigmoid().mul(nh!)).tanh();
      return [n.add(z.mul(h!.sub(n)))];
    },
  });
}

/** What is different from one recurrent layer to the next. */
interface Cell {
  readonly gates: number;
  readonly states: number;
  /** What the bias of each gate starts at. Default: 0. */
  readonly biasOf?: readonly number[];
  /** The next states, the output first, of what the input and the state give to each gate. */
  step(fromInput: Tensor, fromState: Tensor, states: readonly Tensor[]): readonly Tensor[];
}

function recurrent<
  Operation extends string,
  In extends number,
  Out extends number,
  Returns extends "all" | "last",
>(
  kind: Operation,
  inputFeatures: In,
  hiddenFeatures: Out,
  options: RecurrentOptions<Returns>,
  cell: Cell,
): Recurrent<Operation, In, Out, Returns> {
  checkOptions(kind, options, {
    returns: oneOf("all", "last"),
    recurrentInitializer: callable,
    activation: callable,
    ...ofWeights,
  });
  const { initializer = xavierUniform(), recurrentInitializer = orthogonal() } = options;
  const { returns = "all", dtype = "float32" } = options;
  for (const features of [inputFeatures, hiddenFeatures]) checkCount(kind, "features", features);
  const [inputs, hidden] = [inputFeatures as number, hiddenFeatures as number];
  const { gates, biasOf = Array.from({ length: gates }, () => 0) } = cell;
  const perGate = (columns: number, first: Initializer): Tensor => {
    const fans = [columns, hidden] as const;
    const gate = () => firstValue(kind, first, [hidden, columns], { fans, dtype });
    return concat(Array.from({ length: gates }, gate));
  };
  const inputWeight = parameter(perGate(inputs, initializer), { name: "weight_ih_l0" });
  const stateWeight = parameter(perGate(hidden, recurrentInitializer), { name: "weight_hh_l0" });
  const bias = concat(biasOf.map((value) => full([hidden], value, { dtype }) as Tensor));
  const inputBias = parameter(bias, { name: "bias_ih_l0" });
  const stateBias = parameter(zeros([gates * hidden], { dtype }), { name: "bias_hh_l0" });

  const unroll = (x: Tensor, given?: readonly Tensor[]): Unrolled => {
    checkTensor(kind, x);
    checkLayout(kind, x.shape, ["examples", "time", inputs]);
    const [examples, time] = x.shape as readonly [number, number, number];
    if (time === 0) {
      throw new ShapeError(`${kind}: ${formatShape(x.shape)} has no steps, expected at least 1`);
    }
    const none = zeros([examples, hidden], { dtype });
    const states: readonly Tensor[] =
      given === undefined ? new Array<Tensor>(cell.states).fill(none) : given;
    if (!Array.isArray(states) || states.length !== cell.states) {
      const found = Array.isArray(states) ? `${states.length} tensors of state` : kindOf(states);
      throw new ShapeError(`${kind}: ${found}, expected ${cell.states}`);
    }
    for (const state of states) {
      checkTensor(`${kind}: the state`, state);
      checkLayout(`${kind}: the state`, state.shape, [examples, hidden]);
    }
    // All steps' inputs in one product; the state's needs the step before it.
    const inTime = x.permute([1, 0, 2]) as Tensor;
    const fromInputs = inTime.matmul((inputWeight as Tensor).transpose()).add(inputBias);
    const across = (stateWeight as Tensor).transpose();
    const [state, outputs] = scan(
      (before: readonly Tensor[], fromInput) => {
        const fromState = before[0]!.matmul(across).add(stateBias);
        const next = cell.step(fromInput, fromState, before);
        return [next, next[0]!];
      },
      states as readonly Tensor[],
      fromInputs,
    );
    return { outputs: outputs.permute([1, 0, 2]) as Tensor, state };
  };
  const forward = (x: Tensor): Tensor => {
    const { outputs, state } = unroll(x);
    return returns === "all" ? outputs : state[0]!;
  };
  const parts = {
    weight_ih_l0: inputWeight,
    weight_hh_l0: stateWeight,
    bias_ih_l0: inputBias,
    bias_hh_l0: stateBias,
  };
  return {
    kind,
    inputFeatures,
    hiddenFeatures,
    inputWeight,
    stateWeight,
    ...madeOf(parts),
    forward,
    unroll,
  } as unknown as Recurrent<Operation, In, Out, Returns>;
}
