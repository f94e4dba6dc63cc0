// Learning rates that change from step to step: plain functions of the number of steps taken so far.
import { NablaError } from "@nabla/autograd";

/** The learning rate of a step, given how many steps were taken before it: 0, 1, … */
export type Schedule = (step: number) => number;

/** A number for all steps, or a schedule. */
export type LearningRate = number | Schedule;

/** Throws `NablaError` unless it is a positive number or a function. */
export function checkLearningRate(operation: string, learningRate: LearningRate): void {
  if (typeof learningRate === "function" || learningRate > 0) return;
  throw new NablaError(
    `${operation}: learningRate is ${learningRate}, expected a positive number or a schedule`,
  );
}

/** What the schedule says of the step. Throws `NablaError` unless it is 0 or more. */
export function rateAt(operation: string, schedule: Schedule, step: number): number {
  const rate = schedule(step);
  if (rate >= 0 && rate < Number.POSITIVE_INFINITY) return rate;
  throw new NablaError(
    `${operation}: the schedule gives ${rate} at step ${step}, expected a number of 0 or more`,
  );
}
