// Metrics of order: whether outputs are greater where the answer is yes. They keep all outputs, and so are exact.
import { arange, full, type Tensor, where } from "@nabla/autograd";
import { checkOptions, oneOf } from "@nabla/autograd/checks";
import { targetsLike } from "../checks.ts";
import { meanOfDefined, numbersOrNaN, ratio } from "./counts.ts";
import { listed, type MetricState, ofAll, type StatefulMetric, weightsOf } from "./metric.ts";
import { rightClasses } from "./right-classes.ts";

/**
 * Kind of outputs: "binary" for yes-or-no outputs; for classes each against all others, the mean over
 * classes ("macro"), or a list of them ("none").
 */
export type RankingAverage = "binary" | "macro" | "none";

export interface RankingOptions<A extends RankingAverage = RankingAverage> {
  /** Default: "binary". */
  readonly average?: A;
}

/** A list of numbers for "none", else one. */
export type RankingValue<A extends RankingAverage> = A extends "none" ? readonly number[] : number;

/**
 * A metric: the area under the receiver operating characteristic, the probability that a positive example
 * has a larger output than a negative one; equal outputs count half. Exact: the state keeps all outputs.
 * Logits and probabilities give the same. For "binary" both have the same shape, and a target above 0.5
 * is positive; else outputs are [examples, classes], and targets as for `accuracy`. NaN if all targets
 * are the same, or an output or target is NaN; "macro" leaves out classes of which all or no examples
 * are, but not one with an output of NaN. J. Hanley and B. McNeil, "The meaning and use of the area under
 * a receiver operating characteristic (ROC) curve", 1982.
 *
 * @example
 * const dataset = { outputs: tensor([0.1, 0.4, 0.35, 0.8]), targets: tensor([0, 0, 1, 1]) };
 * await measure(sequential((x) => x), dataset, { auc: rocAuc() }); // => { auc: 0.75 }
 */
export function rocAuc<A extends RankingAverage = "binary">(
  options: RankingOptions<A> = {},
): StatefulMetric<RankingValue<A>> {
  return ranked("rocAuc", options, areaUnder);
}

/**
 * A metric: the sum over thresholds of (R_n - R_(n-1)) P_n, with the recall and the precision of all
 * outputs that are at least the threshold: the area under the curve of precision by recall, in steps.
 * Shapes and exactness as for `rocAuc`. NaN where no answer is yes, which "macro" leaves out, or an output
 * or target is NaN, which it does not.
 *
 * @example
 * const dataset = { outputs: tensor([0.1, 0.4, 0.35, 0.8]), targets: tensor([0, 0, 1, 1]) };
 * await measure(sequential((x) => x), dataset, { ap: averagePrecision() }); // => { ap: 0.8333 }
 */
export function averagePrecision<A extends RankingAverage = "binary">(
  options: RankingOptions<A> = {},
): StatefulMetric<RankingValue<A>> {
  return ranked("averagePrecision", options, precisionOver);
}

/** The total weights of positive and of negative examples at one threshold. */
interface Step {
  readonly yes: number;
  readonly no: number;
}

function areaUnder(steps: readonly Step[]): number | undefined {
  let [yesAbove, noAbove, area] = [0, 0, 0];
  for (const { yes, no } of steps) {
    area += no * (yesAbove + yes / 2);
    yesAbove += yes;
    noAbove += no;
  }
  return ratio(area, yesAbove * noAbove);
}

function precisionOver(steps: readonly Step[]): number | undefined {
  let [yesAbove, above, sum] = [0, 0, 0];
  for (const { yes, no } of steps) {
    yesAbove += yes;
    above += yes + no;
    if (yes !== 0) sum += (yes * yesAbove) / above;
  }
  return ratio(sum, yesAbove);
}

function ranked<A extends RankingAverage>(
  operation: string,
  options: RankingOptions<A>,
  score: (steps: readonly Step[]) => number | undefined,
): StatefulMetric<RankingValue<A>> {
  checkOptions(operation, options, { average: oneOf("binary", "macro", "none") });
  const { average = "binary" } = options;
  return ofAll(
    operation,
    (outputs, targets, given) => {
      const answers = average === "binary" ? binaryAnswers : classAnswers;
      const isYes = answers(operation, outputs, targets);
      const front = average === "binary" ? outputs.shape : outputs.shape.slice(0, -1);
      const classes = average === "binary" ? 1 : outputs.shape.at(-1)!;
      const columns = [outputs, isYes].map((x) => x.reshape([-1, classes]).transpose());
      return listed(full([1], classes), ...columns, weightsOf(operation, front, given));
    },
    (state) => {
      const scores = columnsOf(state).map((column) => score(stepsOf(column)));
      const value = average === "none" ? numbersOrNaN(scores) : meanOfDefined(scores);
      return value as number & RankingValue<A>;
    },
  );
}

/** 1 for positive, 0 for negative, NaN if unknown. */
function binaryAnswers(operation: string, outputs: Tensor, targets: Tensor): Tensor {
  const wanted = targetsLike(operation, outputs, targets);
  return where(wanted.equal(wanted), wanted.greater(0.5).cast("float64"), Number.NaN);
}

function classAnswers(operation: string, outputs: Tensor, targets: Tensor): Tensor {
  const { isKnown, labels } = rightClasses(operation, outputs, targets);
  const classes = arange(outputs.shape.at(-1)!, { dtype: "int32" });
  const isRight = labels.expandDims(-1).equal(classes).cast("float64");
  return where(isKnown.expandDims(-1), isRight, Number.NaN);
}

/** All outputs of one class, whether they are positive, and their weights. */
interface Column {
  readonly outputs: Float64Array;
  readonly isYes: Float64Array;
  readonly weights: Float64Array;
}

/** Each batch has the number of classes, a column of outputs and one of answers a class, and the weights. */
function columnsOf(state: MetricState): readonly Column[] {
  const classes = state[0]![0]!;
  const countIn = (batch: Float64Array) => (batch.length - 1) / (2 * classes + 1);
  const joined = (position: number) => {
    const parts = state.map((batch) => {
      const count = countIn(batch);
      return batch.subarray(1 + position * count, 1 + (position + 1) * count);
    });
    const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  };
  const weights = joined(2 * classes);
  return Array.from({ length: classes }, (_, i) => {
    return { outputs: joined(i), isYes: joined(classes + i), weights };
  });
}

/** From the greatest output to the least; NaN makes all of it NaN. */
function stepsOf({ outputs, isYes, weights }: Column): readonly Step[] {
  const counted = Uint32Array.from(outputs.keys()).filter((i) => weights[i] !== 0);
  const order = counted.sort((a, b) => compare(outputs[b]!, outputs[a]!));
  const steps: { yes: number; no: number }[] = [];
  let last = Number.NaN;
  for (const i of order) {
    const output = outputs[i]!;
    const weight = Number.isNaN(output) ? Number.NaN : weights[i]!;
    if (output !== last) steps.push({ yes: 0, no: 0 });
    last = output;
    const step = steps.at(-1)!;
    step.yes += weight * isYes[i]!;
    step.no += weight * (1 - isYes[i]!);
  }
  return steps;
}

/** By size, infinities too; NaN anywhere. */
function compare(a: number, b: number): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
