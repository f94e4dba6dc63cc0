// What to do with the reports of a training: stop when it gets no better, and keep the best model.
import { NablaError, type Tensor } from "@nabla/autograd";
import { checkCount, checkModel, kindOf } from "./checks.ts";
import type { AnyReport, Report } from "./fit-options.ts";
import { type Model, namedCellsOf } from "./layer.ts";
import { checkOptions, oneOf, plain, text } from "./options.ts";

export interface WatchOptions {
  /**
   * The name of a metric, to look at in place of the cost: that on the validation where there is
   * one, else that of training.
   */
  readonly metric?: string;
  /** Which values are better. Default: "less" for the cost, "more" for a metric. */
  readonly better?: "less" | "more";
}

/**
 * What the report of an epoch's end says of the model, where more is better; undefined within
 * epochs.
 */
function worthOf(
  operation: string,
  options: WatchOptions,
): (report: AnyReport) => number | undefined {
  checkOptions(operation, options, { metric: text, better: oneOf("less", "more") });
  const { metric, better = metric === undefined ? "less" : "more" } = options;
  return (report) => {
    checkOptions(`${operation}: the report`, report, { metrics: plain });
    const { cost, validationCost, metrics } = report;
    if (metrics === undefined) return undefined;
    const value = metric === undefined ? (validationCost ?? cost) : metrics[metric];
    if (value === undefined) {
      const names = Object.keys(metrics).join(", ") || "none";
      throw new NablaError(`${operation}: there is no metric "${metric}", reports have ${names}`);
    }
    if (typeof value !== "number") {
      throw new NablaError(
        `${operation}: metric "${metric}" gives ${kindOf(value)}, expected one number an epoch`,
      );
    }
    return better === "less" ? -value : value;
  };
}

/** Whether `worth` is better than all before; NaN is better than nothing. */
function isBetter(worth: number, best: number | undefined): boolean {
  return best === undefined ? !Number.isNaN(worth) : worth > best;
}

/**
 * Says when to stop: true once `patience` epochs in a row were no better than the best before, by
 * the cost on the validation where there is one, or by a metric. An epoch of NaN is no better.
 *
 * @example
 * const stop = earlyStopping({ patience: 2 });
 * const after = (epoch: number, cost: number) => ({ epoch, cost, metrics: {} }) as Report;
 * [4, 3, 5, 3].map((cost, i) => stop(after(i + 1, cost))); // => [false, false, false, true]
 */
export function earlyStopping(
  options: WatchOptions & { readonly patience: number },
): (report: AnyReport) => boolean {
  const worth = worthOf("earlyStopping", options);
  const { patience } = options;
  checkCount("earlyStopping", "patience", patience);
  let best: number | undefined;
  let worse = 0;
  return (report) => {
    const value = worth(report);
    if (value === undefined) return worse >= patience;
    worse = isBetter(value, best) ? 0 : worse + 1;
    if (worse === 0) best = value;
    return worse >= patience;
  };
}

/**
 * The best of the models that training went through. Made by `bestModel`; `Seen` are the reports that it
 * looks at.
 */
export interface BestModel<Seen extends AnyReport = Report> {
  /** The report of the epoch after which the model was best; undefined before there is one. */
  readonly report: Seen | undefined;
  /** Looks at a report: whether the model is the best so far, and is kept. */
  see(report: Seen): boolean;
  /** Gives the model the values that it had when it was best. */
  restore(): void;
}

/**
 * Keeps the parameters and buffers that a model has after its best epoch, by the cost on the
 * validation where there is one, or by a metric. An epoch of NaN is never the best. The model needs
 * names and parameters only. `restore` throws `NablaError` before any epoch was kept.
 *
 * @example
 * const model = dense(1, 1, { bias: false });
 * const best = bestModel(model);
 * const after = (epoch: number, cost: number) => ({ epoch, cost, metrics: {} }) as Report;
 * model.weight.assign([[1]]);
 * best.see(after(1, 0.5)); // => true
 * model.weight.assign([[2]]);
 * best.see(after(2, 0.7)); // => false
 * best.restore();
 * model.weight.arraySync(); // => [[1]]
 */
export function bestModel<Seen extends AnyReport = Report>(
  model: Model,
  options: WatchOptions = {},
): BestModel<Seen> {
  checkModel("bestModel", model);
  const worth = worthOf("bestModel", options);
  const cells = namedCellsOf(model).map(([, cell]) => cell);
  let best: { readonly report: Seen; readonly worth: number } | undefined;
  let kept: readonly Tensor[] = [];
  let isAfterEpoch = false;
  return {
    get report() {
      return best?.report;
    },
    see(report) {
      const value = worth(report);
      if (value === undefined) return false;
      isAfterEpoch = true;
      if (!isBetter(value, best?.worth)) return false;
      kept = cells.map((cell) => cell.snapshot());
      best = { report, worth: value };
      return true;
    },
    restore() {
      if (!best) {
        const why = isAfterEpoch ? "NaN was all that the epochs gave" : "no epoch has ended yet";
        throw new NablaError(`restore: ${why}`);
      }
      cells.forEach((cell, i) => cell.assign(kept[i]!));
    },
  };
}
