// What to do with the reports of a training: stop when it gets no better, and keep the best model.
import { formatShape, NablaError, ShapeError, type Tensor, tensor } from "@nabla/autograd";
import {
  anything,
  checkKind,
  checkOptions,
  count,
  describe,
  fraction,
  type Kind,
  type Kinds,
  notNegative,
  oneOf,
  plain,
  positive,
  text,
} from "@nabla/autograd/checks";
import {
  checkState,
  type KeptState,
  numbersIn,
  numbersState,
  realizing,
  type StatefulCallback,
} from "./callbacks.ts";
import { checkCount, checkModel } from "./checks.ts";
import { readNow } from "./later.ts";
import { type Model, namedCellsOf } from "./layer.ts";
import type { AnyReport, Report } from "./report.ts";

export interface WatchOptions {
  /**
   * The name of a metric to watch instead of the cost: on the validation data if there is some, else on
   * the training data.
   */
  readonly metric?: string;
  /** Which values are better. Default: "less" for the cost, "more" for a metric. */
  readonly better?: "less" | "more";
  /** How much better an epoch has to be than the best before to count as better. Default: 0. */
  readonly minDelta?: number;
}

/**
 * The value to compare from the report of an epoch's end, where more is better; undefined within epochs.
 */
function worthOf(
  operation: string,
  options: WatchOptions,
  others: Readonly<Record<string, Kind>> = {},
): (report: AnyReport) => number | undefined {
  checkOptions(operation, options, {
    ...others,
    metric: text,
    better: oneOf("less", "more"),
    minDelta: notNegative,
  });
  const { metric, better = metric === undefined ? "less" : "more" } = options;
  return (report) => {
    checkKind(operation, "the report", report, plain);
    const { cost, validationCost, metrics } = report;
    if (metrics === undefined) return undefined;
    checkKind(`${operation}: the report`, "metrics", metrics, plain);
    const value = metric === undefined ? (validationCost ?? cost) : metrics[metric];
    if (value === undefined) {
      const names = Object.keys(metrics).join(", ") || "none";
      throw new NablaError(`${operation}: there is no metric "${metric}", reports have ${names}`);
    }
    if (typeof value !== "number") {
      throw new NablaError(
        `${operation}: metric "${metric}" gives ${describe(value)}, expected one number an epoch`,
      );
    }
    return better === "less" ? -value : value;
  };
}

/** Whether `worth` is better than all earlier ones by `minDelta`; NaN never is. */
function isBetter(worth: number, best: number | undefined, minDelta = 0): boolean {
  if (best === undefined) return !Number.isNaN(worth);
  // An infinite value, as from an infinite cost, is not less than itself minus anything.
  return worth > best && !(worth - best < minDelta);
}

/** Counts the epochs in a row that were no better than the best before. */
class Waiting {
  readonly #worth: (report: AnyReport) => number | undefined;
  readonly #minDelta: number | undefined;
  #best: number | undefined;
  #worse = 0;

  /** `others`: further allowed options. */
  constructor(operation: string, options: WatchOptions, others: Readonly<Record<string, Kind>>) {
    this.#worth = worthOf(operation, options, others);
    this.#minDelta = options.minDelta;
  }

  get worse(): number {
    return this.#worse;
  }

  see(report: AnyReport): void {
    const value = this.#worth(report);
    if (value === undefined) return;
    const isBest = isBetter(value, this.#best, this.#minDelta);
    this.#worse = isBest ? 0 : this.#worse + 1;
    if (isBest) this.#best = value;
  }

  /** Resets the count. */
  again(): void {
    this.#worse = 0;
  }

  /** What it goes on from; NaN where nothing was good. */
  get numbers(): { readonly best: number; readonly worse: number } {
    return { best: this.#best ?? Number.NaN, worse: this.#worse };
  }

  goOn({ best, worse }: { readonly best: number; readonly worse: number }): void {
    this.#best = Number.isNaN(best) ? undefined : best;
    this.#worse = worse;
  }
}

/** Made by `earlyStopping`: to be called with each report, or to be a callback of `fit`. */
export interface EarlyStopping extends StatefulCallback {
  /** Whether to stop. */
  (report: AnyReport): boolean;
}

/**
 * Decides when to stop: true once `patience` epochs in a row were no better than the best before, by the
 * cost on the validation data if there is some, or by a metric. An epoch of NaN is no better. As a
 * callback of `fit` it ends training.
 *
 * @example
 * const stop = earlyStopping({ patience: 2 });
 * const after = (epoch: number, cost: number) => ({ epoch, cost, metrics: {} }) as Report;
 * [4, 3, 5, 3].map((cost, i) => stop(after(i + 1, cost))); // => [false, false, false, true]
 */
export function earlyStopping(
  options: WatchOptions & { readonly patience: number },
): EarlyStopping {
  const waiting = new Waiting("earlyStopping", options, { patience: anything });
  const { patience } = options;
  checkCount("earlyStopping", "patience", patience);
  const stop = (report: AnyReport): boolean => {
    waiting.see(report);
    return waiting.worse >= patience;
  };
  return Object.assign(stop, {
    afterEpoch: stop,
    state: () => numbersState(waiting.numbers),
    load: (state: KeptState) => waiting.goOn(numbersIn(state, "best", "worse")),
  });
}

export interface PlateauOptions extends WatchOptions {
  /** The learning rate at first. */
  readonly rate: number;
  /** What the rate is multiplied by. Default: 0.1. */
  readonly factor?: number;
  /** After how many epochs in a row that were no better. Default: 10. */
  readonly patience?: number;
  /** The rate is never less. Default: 0. */
  readonly least?: number;
}

/** Made by `reduceOnPlateau`: a learning rate, and a callback of `fit`. */
export interface Plateau extends StatefulCallback {
  /** The learning rate. */
  (step: number): number;
  /** Looks at a report: at that of an epoch's end the rate may become less. */
  afterEpoch(report: AnyReport): void;
}

/**
 * A learning rate that falls by a factor once `patience` epochs in a row were no better than the best
 * before, by the cost on the validation data if there is some, or by a metric; then it counts again. It
 * is both the optimiser's `learningRate` and a callback of `fit`; in your own loop, call `afterEpoch`
 * with each report.
 *
 * @example
 * const rate = reduceOnPlateau({ rate: 0.1, patience: 1, factor: 0.5 });
 * const model = dense(1, 1);
 * const optimizer = sgd(model.parameters(), { learningRate: rate });
 * const dataset = { inputs: tensor([[1]]), targets: tensor([[2]]) };
 * const options = { cost: quadraticCost, optimizer, epochs: 40, batchSize: 1 };
 * await fit(model, dataset, { ...options, callbacks: { rate } });
 * rate(0) < 0.1; // => true
 */
export function reduceOnPlateau(options: PlateauOptions): Plateau {
  const operation = "reduceOnPlateau";
  const waiting = new Waiting(operation, options, {
    rate: positive,
    factor: fraction,
    patience: count,
    least: notNegative,
  } satisfies Kinds<Omit<PlateauOptions, keyof WatchOptions>>);
  checkKind(operation, "rate", options.rate, positive);
  const { rate: first, factor = 0.1, patience = 10, least = 0 } = options;
  let rate = Math.max(first, least);
  const learningRate = (): number => rate;
  return Object.assign(learningRate, {
    afterEpoch(report: AnyReport): void {
      waiting.see(report);
      if (waiting.worse < patience) return;
      waiting.again();
      rate = Math.max(rate * factor, least);
    },
    state: () => numbersState({ ...waiting.numbers, rate }),
    load(state: KeptState): void {
      const numbers = numbersIn(state, "best", "worse", "rate");
      waiting.goOn(numbers);
      ({ rate } = numbers);
    },
  });
}

/**
 * The best of the models that training went through. Made by `bestModel`; `Seen` are the reports that it
 * looks at.
 */
export interface BestModel<Seen extends AnyReport = Report> extends StatefulCallback {
  /** The report of the epoch after which the model was best; undefined before there is one. */
  readonly report: Seen | undefined;
  /**
   * Looks at a report: whether the model is the best so far, and is kept. A `fit` that has this among its
   * callbacks does, after each epoch.
   */
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
  const see = (report: Seen): boolean => {
    const value = worth(report);
    if (value === undefined) return false;
    isAfterEpoch = true;
    if (!isBetter(value, best?.worth, options.minDelta)) return false;
    kept = cells.map((cell) => cell.snapshot());
    best = { report, worth: value };
    return true;
  };
  return {
    get report() {
      return best?.report;
    },
    see,
    afterEpoch: (report) => void see(report as Seen),
    state() {
      if (!best) return {};
      const values = kept.map((x, i) => [String(i), x] as const);
      const report = tensor(textBytes(best.report), { dtype: "uint8" });
      return { report, ...numbersState({ worth: best.worth }), ...Object.fromEntries(values) };
    },
    load(state) {
      checkState(state);
      const { report, worth: stored, ...values } = state;
      if (!report || !stored) {
        const [name] = Object.keys(state);
        if (name !== undefined)
          throw new NablaError(`load: "${name}" is in the state, and no report`);
        best = undefined;
        return;
      }
      const given = cells.map(({ shape }, i) => {
        const value = values[i];
        const [is, wanted] = [value && formatShape(value.shape), formatShape(shape)];
        if (is === wanted) return value!;
        throw new ShapeError(`load: cell ${i} is ${is ?? "not"} in the state, expected ${wanted}`);
      });
      const own = numbersIn({ worth: stored }, "worth");
      best = { report: reportIn(readNow("load", report, realizing)) as Seen, ...own };
      kept = given;
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

/** Strings for numbers that JSON lacks: reports contain no other strings. */
function textBytes(report: AnyReport): Uint8Array {
  const written = (_: string, x: unknown) =>
    typeof x === "number" && (!Number.isFinite(x) || Object.is(x, -0)) ? numberText(x) : x;
  return new TextEncoder().encode(JSON.stringify(report, written));
}

const numberText = (x: number): string => (Object.is(x, -0) ? "-0" : String(x));

function reportIn(bytes: ArrayLike<number>): unknown {
  const text = new TextDecoder().decode(Uint8Array.from(bytes));
  try {
    return JSON.parse(text, (_, x: unknown) => (typeof x === "string" ? Number(x) : x));
  } catch (error) {
    throw new NablaError("load: the report in the state is no report", { cause: error });
  }
}
