// What to do with the reports of a training: stop when it gets no better, and keep the best model.
import { NablaError, realize, type Tensor } from "@nabla/autograd";
import { checkCount } from "./checks.ts";
import type { Report } from "./fit.ts";
import { type Layer, namedCellsOf } from "./layer.ts";

export interface WatchOptions {
  /** The name of a metric, to look at in place of the cost. */
  readonly metric?: string;
  /** Which values are better. Default: "less" for the cost, "more" for a metric. */
  readonly better?: "less" | "more";
}

/**
 * Says of the report of an epoch's end whether it is better than all before; undefined within
 * epochs.
 */
function improvement(
  operation: string,
  { metric, better = metric === undefined ? "less" : "more" }: WatchOptions,
): (report: Report) => boolean | undefined {
  let best: number | undefined;
  return ({ cost, metrics }) => {
    if (metrics === undefined) return undefined;
    const value = metric === undefined ? cost : metrics[metric];
    if (value === undefined) {
      const names = Object.keys(metrics).join(", ") || "none";
      throw new NablaError(`${operation}: there is no metric "${metric}", reports have ${names}`);
    }
    const isBetter = best === undefined || (better === "less" ? value < best : value > best);
    if (isBetter) best = value;
    return isBetter;
  };
}

/**
 * Says when to stop: true once `patience` epochs in a row were no better than the best before.
 *
 * @example
 * const stop = earlyStopping({ patience: 2 });
 * const after = (epoch: number, cost: number) => ({ epoch, cost, metrics: {} }) as Report;
 * [4, 3, 5, 3].map((cost, i) => stop(after(i + 1, cost))); // => [false, false, false, true]
 */
export function earlyStopping({
  patience,
  ...options
}: WatchOptions & { readonly patience: number }): (report: Report) => boolean {
  checkCount("earlyStopping", "patience", patience);
  const isBetter = improvement("earlyStopping", options);
  let worse = 0;
  return (report) => {
    const verdict = isBetter(report);
    if (verdict !== undefined) worse = verdict ? 0 : worse + 1;
    return worse >= patience;
  };
}

/** The best of the models that training went through. Made by `bestModel`. */
export interface BestModel {
  /** The report of the epoch after which the model was best; undefined before the first. */
  readonly report: Report | undefined;
  /** Looks at a report: whether the model is the best so far, and is kept. */
  see(report: Report): boolean;
  /** Gives the model the values that it had when it was best. */
  restore(): void;
}

/**
 * Keeps the parameters and buffers that a model has after its best epoch.
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
export function bestModel(model: Layer, options: WatchOptions = {}): BestModel {
  const isBetter = improvement("bestModel", options);
  const cells = namedCellsOf(model).map(([, cell]) => cell);
  let kept: readonly Tensor[] | undefined;
  let best: Report | undefined;
  return {
    get report() {
      return best;
    },
    see(report) {
      if (!isBetter(report)) return false;
      kept = cells.map((cell) => cell.snapshot());
      best = report;
      return true;
    },
    restore() {
      if (!kept) throw new NablaError("restore: no epoch has ended yet");
      const values = kept;
      realize(...cells.map((cell, i) => cell.assign(values[i]!)));
    },
  };
}
