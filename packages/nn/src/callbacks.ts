// What follows a training from step to step, with a state that checkpoints keep.
import { NablaError, Tensor, tensor } from "@nabla/autograd";
import { checkKind, describe, plain } from "@nabla/autograd/checks";
import { readNow } from "./later.ts";
import type { AnyReport } from "./report.ts";

/** Tensors by name, as optimisers' states are. */
export type KeptState = Readonly<Record<string, Tensor>>;

/** State that checkpoints store besides model and optimiser. */
export interface Kept {
  /** All that it goes on from. No later step changes it. */
  state(): KeptState;
  /** Goes on from a state. All is checked before anything is changed. */
  load(state: KeptState): void;
}

/**
 * What `fit` calls as it goes on, as `earlyStopping`, `bestModel`, `reduceOnPlateau` and `averaged` make
 * them. All parts may be left out. With a state, it is kept in checkpoints.
 */
export interface Callback extends CallbackParts, Partial<Kept> {}

/** A callback with a state. */
export interface StatefulCallback extends CallbackParts, Kept {}

/** What callbacks do. */
export interface CallbackParts {
  /** Called after each step, with a report; awaited. */
  afterStep?(report: AnyReport): unknown;
  /**
   * At the end of each epoch, with its report, while the model has the weights that were measured; awaited.
   * True ends training in order.
   */
  afterEpoch?(report: AnyReport): unknown;
  /** Around what measures the model at the end of an epoch and tells callbacks, which `measure` does. */
  aroundMeasuring?<T>(measure: () => Promise<T>): Promise<T>;
}

type Callbacks = Readonly<Record<string, Callback>>;

/** Runs `measure` inside the `aroundMeasuring` of all callbacks. */
export async function aroundAll<T>(callbacks: Callbacks, measure: () => Promise<T>): Promise<T> {
  const within = Object.values(callbacks).reduce<() => Promise<T>>(
    (inner, one) => (one.aroundMeasuring ? () => one.aroundMeasuring!(inner) : inner),
    measure,
  );
  return within();
}

/** Tells all of the epoch's end; the first one that ends training by that. */
export async function endedAfter(
  callbacks: Callbacks,
  report: AnyReport,
): Promise<{ readonly endedBy: string } | undefined> {
  let endedBy: string | undefined;
  for (const [name, one] of Object.entries(callbacks)) {
    const isEnd = (await one.afterEpoch?.(report)) === true;
    if (isEnd) endedBy ??= name;
  }
  return endedBy === undefined ? undefined : { endedBy };
}

/** Those that have a state, by name. */
export function keptOf(callbacks: Callbacks): Readonly<Record<string, Kept>> {
  const all = Object.entries(callbacks).filter(([, one]) => one.state && one.load);
  return Object.fromEntries(all) as Readonly<Record<string, Kept>>;
}

const parts = ["afterStep", "afterEpoch", "aroundMeasuring", "state", "load"] as const;

/** Throws `NablaError` unless all are callbacks. */
export function checkCallbacks(operation: string, callbacks: unknown): void {
  checkKind(operation, "callbacks", callbacks, plain);
  for (const [name, one] of Object.entries(callbacks as Readonly<Record<string, unknown>>)) {
    const isObject = (typeof one === "object" && one !== null) || typeof one === "function";
    const own = isObject ? parts.map((part) => (one as Callback)[part]) : [];
    const areFunctions = own.every((part) => part === undefined || typeof part === "function");
    if (areFunctions && own.some((part) => part !== undefined) && !name.includes(".")) continue;
    throw new NablaError(
      `${operation}: callbacks: "${name}" is ${describe(one)}, expected a callback with a name without ` +
        "dots, such as earlyStopping({ patience: 3 })",
    );
  }
}

/** A state of numbers. */
export function numbersState(numbers: Readonly<Record<string, number>>): KeptState {
  return Object.fromEntries(
    Object.entries(numbers).map(([name, x]) => [name, tensor(x, { dtype: "float64" })] as const),
  );
}

/** The numbers in a state. Throws `NablaError` unless it has just these. */
export function numbersIn<Name extends string>(
  state: KeptState,
  ...names: readonly Name[]
): Readonly<Record<Name, number>> {
  checkState(state);
  const stray = Object.keys(state).find((name) => !names.includes(name as Name));
  if (stray !== undefined) throw new NablaError(`load: "${stray}" is in the state, not expected`);
  const found = names.map((name) => {
    const x = state[name];
    if (x?.size === 1) return [name, readNow("load", x, realizing)[0]!] as const;
    throw new NablaError(`load: the state has no number "${name}"`);
  });
  return Object.fromEntries(found) as Record<Name, number>;
}

export const realizing = "await realizeAsync(...Object.values(state)) before";

/** Throws `NablaError` unless it is a record of tensors. */
export function checkState(state: unknown): void {
  checkKind("load", "the state", state, plain);
  for (const [name, x] of Object.entries(state as Readonly<Record<string, unknown>>)) {
    if (x instanceof Tensor) continue;
    throw new NablaError(
      `load: ${JSON.stringify(name)} is ${describe(x)} in the state, expected a tensor`,
    );
  }
}
