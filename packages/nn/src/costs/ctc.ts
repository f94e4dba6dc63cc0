// Connectionist temporal classification: the cost of a label sequence without known alignment.
import {
  arange,
  concat,
  ensure,
  formatShape,
  full,
  logAddExp,
  logSoftmax,
  logSumExp,
  ShapeError,
  scan,
  stack,
  type Tensor,
  takeAlongAxis,
  where,
} from "@nabla/autograd";
import { anything, checkOptions, checkTensor, flag, type Kind } from "@nabla/autograd/checks";
import { type Lengths, ownSteps } from "../layers/lengths.ts";
import {
  counted,
  type FirstOf,
  ofReduction,
  type Reduced,
  type Reduction,
  type ReductionOptions,
} from "./reduction.ts";

export interface CtcOptions<R extends Reduction = Reduction> extends ReductionOptions<R> {
  /**
   * How many steps of each example's logits are valid; later ones may be anything, even NaN, and get no
   * gradient. Default: all.
   */
  readonly inputLengths?: Lengths;
  /** How many labels each example has; later ones may be anything. Default: all. */
  readonly targetLengths?: Lengths;
  /** The class that means "no label". Default: 0. */
  readonly blank?: number;
  /** Whether labels that no path gives cost 0 instead of infinity. Default: false. */
  readonly zeroInfinity?: boolean;
}

const wholeNumber: Kind = [
  (x) => Number.isSafeInteger(x) && (x as number) >= 0,
  "an integer from 0",
];

/** In place of log 0: so low that its exponential is 0, while sums of it are finite. */
const never = -1e30;

/**
 * Connectionist temporal classification: how improbable it is to the network that its steps spell the
 * labels, in that order, each possibly for several steps, with blanks before, between and after them; two
 * equal labels in a row need a blank between. `logits` [examples, time, classes] are the softmax's input;
 * labels are int32 or uint8 [examples, labels]. The mean is PyTorch's: of each example's cost divided by
 * its number of labels (1 for none). Labels that need more steps than there are cost infinity, and give
 * no gradient. A label that is not a class, or a blank among the labels, is an error when the graph runs.
 * A. Graves et al., "Connectionist temporal classification: labelling unsegmented sequence data with
 * recurrent neural networks", ICML 2006.
 *
 * A class beyond those there are, and a blank among the labels, are errors when the graph runs. A. Graves et
 * al., "Connectionist temporal classification: labelling unsegmented sequence data with recurrent neural
 * networks", ICML 2006.
 *
 * @example
 * // Three of the nine paths of two steps give [1]: "1 1", "1 blank" and "blank 1".
 * const labels = tensor([[1]], { dtype: "int32" });
 * ctc(zeros([1, 2, 3]), labels).exp().itemSync(); // => 3
 */
export function ctc<X extends Tensor, const R extends Reduction = "mean">(
  logits: X,
  labels: Tensor,
  options: CtcOptions<R> = {},
): Reduced<R, FirstOf<X>> {
  checkOptions("ctc", options, {
    ...ofReduction,
    inputLengths: anything,
    targetLengths: anything,
    blank: wholeNumber,
    zeroInfinity: flag,
  });
  for (const x of [logits, labels]) checkTensor("ctc", x);
  const given: Tensor = logits;
  const [examples, time] = given.shape as [number, number, number];
  if (given.rank !== 3 || labels.rank !== 2 || labels.shape[0] !== examples) {
    throw new ShapeError(
      `ctc: logits ${formatShape(given.shape)}, labels ${formatShape(labels.shape)}, ` +
        "expected [examples, time, classes] and [examples, labels]",
    );
  }
  const { blank = 0, zeroInfinity = false, inputLengths, targetLengths } = options;
  const { seen, reduced } = counted("ctc", [examples], options);
  const path = pathOf(labels, blank, targetLengths);
  const isOwn = inputLengths && ownSteps("ctc: inputLengths", inputLengths, examples, time);
  // The logits themselves: what padding costs is left out below, but its slope may be NaN.
  const shown = isOwn ? where(isOwn.transpose([1, 0, 2]), seen(given), 0) : seen(given);
  const logs = logSoftmax(shown).maximum(never);
  const emitted = takeAlongAxis(logs, path.labels.expandDims(1), -1, { labelsOf: "ctc" });
  // Before the first step the position is that of the first blank: it may stay there, or advance.
  const first = arange(path.places).equal(0);
  const start: Tensor = where(first, 0, never).cast(given.dtype);
  const steps: Tensor[] = [emitted.transpose([1, 0, 2]), ...(isOwn ? [isOwn] : [])];
  const [last] = scan(
    (reached: Tensor, [here, own]: readonly Tensor[]): [Tensor] => {
      const next = onward(reached, path.maySkip).add(here!);
      return [own ? where(own, next, reached) : next];
    },
    start.broadcastTo([examples, path.places]) as Tensor,
    steps,
  );
  const total = logSumExp(where(path.isEnd, last, never), -1);
  const isImpossible = total.less(never / 10);
  const surprise = where(isImpossible, zeroInfinity ? 0 : Number.POSITIVE_INFINITY, total.neg());
  const isMean = (options.reduction ?? "mean") === "mean";
  return reduced(isMean ? surprise.div(path.counts) : surprise) as Reduced<R, FirstOf<X>>;
}

/** The labels with blanks around them, in sequence. */
interface Path {
  /** Twice the labels, and one. */
  readonly places: number;
  /** int32 [examples, places]: blank, label, blank, … */
  readonly labels: Tensor;
  /** bool [examples, places]: where the blank before a label may be left out. */
  readonly maySkip: Tensor;
  /** bool [examples, places]: where a reading may end. */
  readonly isEnd: Tensor;
  /** int32 [examples]: the labels of each, 1 for none. */
  readonly counts: Tensor;
}

function pathOf(given: Tensor, blank: number, lengths: Lengths | undefined): Path {
  const [examples, most] = given.shape as [number, number];
  const whole = given.dtype === "uint8" ? given.cast("int32") : given;
  const isOwn = lengths
    ? ownSteps("ctc: targetLengths", lengths, examples, most).squeeze(-1).transpose()
    : full([examples, most], 1, { dtype: "bool" });
  const isLabel = whole.notEqual(blank).logicalOr(isOwn.logicalNot()).all();
  const message = `ctc: the blank, ${blank}, is among the labels; expected those of other classes`;
  const own: Tensor = ensure(where(isOwn, whole, blank), isLabel, message);
  const blanks = full([examples, most], blank, { dtype: "int32" }) as Tensor;
  const places = 2 * most + 1;
  const pairs = stack([blanks, own], -1).reshape([examples, 2 * most]);
  const labels = concat([pairs, full([examples, 1], blank, { dtype: "int32" }) as Tensor], 1);
  const isOther = labels.notEqual(blank).logicalAnd(labels.notEqual(behind(labels, 2, blank)));
  const counts = isOwn.cast("int32").sum(-1, { keepDims: true });
  const place = arange(places, { dtype: "int32" }) as Tensor;
  const end = counts.mul(2);
  return {
    places,
    labels,
    maySkip: isOther,
    isEnd: place.equal(end).logicalOr(place.equal(end.sub(1))),
    counts: counts.squeeze(-1).maximum(1),
  };
}

/** The element `by` positions earlier; `first` if there is none. */
function behind(x: Tensor, by: number, first: number): Tensor {
  const [examples, places] = x.shape as [number, number];
  const before = full([examples, Math.min(by, places)], first, { dtype: x.dtype }) as Tensor;
  if (by >= places) return before;
  return concat([before, x.slice(1, 0, places - by)], 1);
}

/** Log probability of each position one step later, before the step's own logits are added. */
function onward(reached: Tensor, maySkip: Tensor): Tensor {
  const near = logAddExp(reached, behind(reached, 1, never));
  return logAddExp(near, where(maySkip, behind(reached, 2, never), never));
}
