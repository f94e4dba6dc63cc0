// Learning rates that change from step to step: plain functions of the number of steps taken so
// far.
import { NablaError } from "@nabla/autograd";
import { anything, checkOptions, describe } from "@nabla/autograd/checks";

/** The learning rate of a step, given how many steps were taken before it: 0, 1, … */
export type Schedule = (step: number) => number;

/** A number for all steps, or a schedule. */
export type LearningRate = number | Schedule;

/** Throws `NablaError` unless it is a positive number or a function. */
export function checkLearningRate(operation: string, learningRate: LearningRate): void {
  const isRate = typeof learningRate === "number" && learningRate > 0;
  if (isRate || typeof learningRate === "function") return;
  const given = describe(learningRate);
  throw new NablaError(
    `${operation}: learningRate is ${given}, expected a positive number or a schedule`,
  );
}

/** The schedule's value at the step. Throws `NablaError` unless it is 0 or more. */
export function rateAt(operation: string, schedule: Schedule, step: number): number {
  const rate = schedule(step);
  if (typeof rate === "number" && rate >= 0 && rate < Number.POSITIVE_INFINITY) return rate;
  throw new NablaError(
    `${operation}: the schedule gives ${describe(rate)} at step ${step}, expected a number of 0 or more`,
  );
}

/** Throws `NablaError` unless all values are finite and fine. */
function check(
  operation: string,
  values: Readonly<Record<string, number>>,
  isFine: (value: number) => boolean,
  expected: string,
): void {
  for (const [name, value] of Object.entries(values)) {
    if (Number.isFinite(value) && isFine(value)) continue;
    throw new NablaError(`${operation}: ${name} is ${describe(value)}, expected ${expected}`);
  }
}

const checkRates = (operation: string, rates: Readonly<Record<string, number>>) =>
  check(operation, rates, (rate) => rate >= 0, "a number of 0 or more");
const checkSteps = (operation: string, counts: Readonly<Record<string, number>>) =>
  check(operation, counts, (count) => count > 0, "a positive number of steps");
const checkFactor = (operation: string, factor: number) =>
  check(operation, { factor }, (value) => value > 0, "a positive number");

/** `rate`, for steps that are numbers. */
const scheduled =
  (operation: string, rate: Schedule): Schedule =>
  (step) => {
    check(operation, { step }, () => true, "a number of steps");
    return rate(step);
  };

/** The part of the way from step 0 to step `steps`, at most 1. */
const part = (step: number, steps: number): number => Math.min(1, step / steps);
const between = (from: number, to: number, way: number): number => from + (to - from) * way;
/** From 0 to 1 along half a wave of the cosine: slow at both ends. */
const smooth = (way: number): number => (1 - Math.cos(Math.PI * way)) / 2;

/**
 * In a straight line from `from` to `to`, reached after `steps` steps.
 *
 * @example
 * const rate = linear({ from: 1, to: 0.5, steps: 100 });
 * [rate(0), rate(50), rate(1000)]; // => [1, 0.75, 0.5]
 */
export function linear(options: LinearOptions): Schedule {
  checkOptions("linear", options, { from: anything, to: anything, steps: anything });
  const { from, to, steps } = options;
  checkRates("linear", { from, to });
  checkSteps("linear", { steps });
  return scheduled("linear", (step) => between(from, to, part(step, steps)));
}

export interface LinearOptions {
  readonly from: number;
  readonly to: number;
  /** Number of steps of the decay. */
  readonly steps: number;
}

/**
 * `rate`, multiplied by `factor` after each `every` steps.
 *
 * @example
 * const rate = stepDecay({ rate: 1, factor: 0.5, every: 10 });
 * [rate(9), rate(10), rate(25)]; // => [1, 0.5, 0.25]
 */
export function stepDecay(options: StepDecayOptions): Schedule {
  checkOptions("stepDecay", options, { rate: anything, factor: anything, every: anything });
  const { rate, factor, every } = options;
  checkRates("stepDecay", { rate });
  checkFactor("stepDecay", factor);
  checkSteps("stepDecay", { every });
  return scheduled("stepDecay", (step) => rate * factor ** Math.floor(step / every));
}

export interface StepDecayOptions {
  readonly rate: number;
  readonly factor: number;
  /** Steps between two changes. */
  readonly every: number;
}

/**
 * `rate`, multiplied by `factor` in `steps` steps, a little at each: rate * factor^(step / steps).
 *
 * @example
 * const rate = exponentialDecay({ rate: 1, factor: 0.25, steps: 10 });
 * [rate(0), rate(5), rate(20)]; // => [1, 0.5, 0.0625]
 */
export function exponentialDecay(options: ExponentialDecayOptions): Schedule {
  checkOptions("exponentialDecay", options, { rate: anything, factor: anything, steps: anything });
  const { rate, factor, steps = 1 } = options;
  checkRates("exponentialDecay", { rate });
  checkFactor("exponentialDecay", factor);
  checkSteps("exponentialDecay", { steps });
  return scheduled("exponentialDecay", (step) => rate * factor ** (step / steps));
}

export interface ExponentialDecayOptions {
  readonly rate: number;
  readonly factor: number;
  /** Number of steps in which the rate falls by the whole factor. Default: 1. */
  readonly steps?: number;
}

/**
 * From `from` to `to` (default 0) along half a wave of the cosine, in `steps` steps. I. Loshchilov
 * and F. Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", 2017, formula 5, without
 * restarts.
 *
 * @example
 * const rate = cosineDecay({ from: 1, steps: 100 });
 * [rate(0), rate(50), rate(100)]; // => [1, 0.5, 0]
 */
export function cosineDecay(options: CosineDecayOptions): Schedule {
  checkOptions("cosineDecay", options, { from: anything, to: anything, steps: anything });
  const { from, to = 0, steps } = options;
  checkRates("cosineDecay", { from, to });
  checkSteps("cosineDecay", { steps });
  return scheduled("cosineDecay", (step) => between(from, to, smooth(part(step, steps))));
}

export interface CosineDecayOptions {
  readonly from: number;
  /** Default: 0. */
  readonly to?: number;
  /** Number of steps of the decay. */
  readonly steps: number;
}

/**
 * One rise to `most` and one longer fall, both along a cosine: from `most` / 25 to `most` in the
 * first `rise` (0.3) of the `steps`, then to `most` / 250,000. L. N. Smith and N. Topin,
 * "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates", 2018.
 *
 * @example
 * const rate = oneCycle({ most: 1, steps: 100 });
 * [rate(0), rate(15), rate(30), rate(100)]; // => [0.04, 0.52, 1, 4e-6]
 */
export function oneCycle(options: OneCycleOptions): Schedule {
  checkOptions("oneCycle", options, { most: anything, steps: anything, rise: anything });
  const { most, steps, rise = 0.3 } = options;
  checkRates("oneCycle", { most });
  checkSteps("oneCycle", { steps });
  check("oneCycle", { rise }, (value) => value > 0 && value < 1, "a number between 0 and 1");
  const [first, last] = [most / 25, most / 250_000];
  const top = steps * rise;
  return scheduled("oneCycle", (step) =>
    step < top
      ? between(first, most, smooth(step / top))
      : between(most, last, smooth(part(step - top, steps - top))),
  );
}

export interface OneCycleOptions {
  /** The greatest rate. */
  readonly most: number;
  /** Steps of the whole cycle. */
  readonly steps: number;
  /** The fraction of the steps in which the rate rises. Default: 0.3. */
  readonly rise?: number;
}

/**
 * In a straight line from 0 up to where `after` begins, reached after `steps` steps, then `after`,
 * a rate or a schedule, which counts from there. The first step has 1 / `steps` of the rate, not 0.
 *
 * @example
 * const rate = warmup({ steps: 4, after: cosineDecay({ from: 1, steps: 100 }) });
 * [rate(0), rate(3), rate(4), rate(54)]; // => [0.25, 1, 1, 0.5]
 */
export function warmup(options: WarmupOptions): Schedule {
  checkOptions("warmup", options, { steps: anything, after: anything });
  const { steps, after } = options;
  checkSteps("warmup", { steps });
  checkLearningRate("warmup", after);
  const rate = typeof after === "number" ? () => after : after;
  return scheduled("warmup", (step) =>
    step < steps ? (rate(0) * (step + 1)) / steps : rate(step - steps),
  );
}

export interface WarmupOptions {
  /** Number of warm-up steps. */
  readonly steps: number;
  /** The rate afterwards: a number, or a schedule. */
  readonly after: LearningRate;
}
