// Reports on a training run.
import type { MetricValue } from "./metrics/metric.ts";

/** A report on a training run; `Name` are the names of the metrics, whose results are `Values`. */
export interface Report<Name extends string = string, Values = Readonly<Record<Name, number>>> {
  /** The current epoch, from 1. */
  readonly epoch: number;
  /** Steps taken, in all epochs. */
  readonly step: number;
  /** The mean cost of this epoch's examples so far, each measured before its own step. */
  readonly cost: number;
  /** The cost of the last step's examples alone. */
  readonly batchCost: number;
  /** The means of the named costs, where `batchCost` gives some; else empty. */
  readonly costs: Readonly<Record<string, number>>;
  /** The norm of the last step's gradients, if `gradientNorm` requests it. */
  readonly gradientNorm: number | undefined;
  /** The learning rate of the last step, that of the first group; of an optimiser that tells. */
  readonly learningRate: number | undefined;
  /** What was measured at the end of the epoch; undefined within it. */
  readonly metrics: Values | undefined;
  /** The cost on `validation` at the end of the epoch; undefined within it, and without one. */
  readonly validationCost: number | undefined;
  /** Of the training so far, without the time spent on metrics. */
  readonly examplesPerSecond: number;
  /** What all epochs will still take at that pace; NaN in the first epoch of a stream. */
  readonly secondsLeft: number;
}

/** A report, whatever its metrics give. */
export type AnyReport = Report<string, Readonly<Record<string, MetricValue>>>;

/** The reports of a training run, to be iterated over: steps are taken as reports are requested. */
export interface Reports<Name extends string = string, Values = Readonly<Record<Name, number>>>
  extends AsyncGenerator<Report<Name, Values>, void, undefined> {
  /** `await` trains to the end, and gives the last report; undefined if there was none. */
  then<A = Report<Name, Values> | undefined, B = never>(
    done?: ((last: Report<Name, Values> | undefined) => A | PromiseLike<A>) | null,
    failed?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B>;
}
