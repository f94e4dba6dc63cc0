// Checkpoints: everything needed to resume training, in one file. It is a safetensors file, with the
// model's tensors under "model." and the optimiser's under "optimizer."; its last four bytes are a
// checksum.
import { NablaError, type RandomState, random, Tensor } from "@nabla/autograd";
import {
  anything,
  checkOptions,
  describe,
  isPlainObject,
  type Kind,
  plain,
} from "@nabla/autograd/checks";
import type { Kept, KeptState } from "../callbacks.ts";
import { checkModel } from "../checks.ts";
import { type Model, namedCellsOf } from "../layer.ts";
import type { Optimizer } from "../optimizers/optimizer.ts";
import { Checksum, checksumBytes, summed } from "./checksum.ts";
import { elementsIn, elementsLater, headerIn, type Stored } from "./elements.ts";
import { assign, checkFits, type Destination } from "./fitting.ts";
import { formatNames } from "./formats.ts";
import { type Described, headerOf, inFileOrder } from "./header.ts";
import { type Header, isObject } from "./header-in.ts";
import { quoted } from "./names.ts";
import type { ByteStream, Reading } from "./reading.ts";
import { type ByteSink, writeTo } from "./sinks.ts";
import { type Bytes, readSource, subjectOf } from "./source.ts";

/** What is trained, and by what. */
export interface Training {
  readonly model: Model;
  /** One, or several by name. Left out: nothing of an optimiser is kept or loaded. */
  readonly optimizer?: Optimizer | Readonly<Record<string, Optimizer>>;
  /** What else has a state, by name, such as `averaged`. What is left out is not kept or loaded. */
  readonly kept?: Readonly<Record<string, Kept>>;
}

/** The state of the loop itself, such as epoch and step. */
export type Progress = Readonly<Record<string, number | string | boolean>>;

const [inModel, inOptimizer, inKept] = ["model.", "optimizer.", "kept."];
const format = "nabla checkpoint 1";
const checksum: Described = { name: "checksum", format: formatNames.uint8, shape: [checksumBytes] };

/**
 * Saves everything needed to resume training: the model's parameters and buffers, the optimiser's state,
 * the position in the sequence of random draws, and the progress. Values are those at the time of the
 * call. A file is written atomically: it is synced before it replaces the previous one; a stream is
 * closed. Throws `NablaError` for disk errors, and for numbers in the progress that JSON cannot
 * represent.
 *
 * @example
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const model = dense(2, 1);
 * const optimizer = adam(model.parameters());
 * const saved = saveCheckpoint(writable, { model, optimizer, progress: { epoch: 3 } });
 * await loadCheckpoint(readable, { model, optimizer }); // => { epoch: 3 }
 * await saved;
 */
export async function saveCheckpoint(
  target: string | ByteSink,
  training: Training & { readonly progress?: Progress },
): Promise<void> {
  const subject = subjectOf("saveCheckpoint", target);
  await writeTo(subject, target, await checkpointOf(subject, training));
}

async function checkpointOf(
  subject: string,
  training: Training & { readonly progress?: Progress },
): Promise<readonly Uint8Array[]> {
  checkTraining(subject, training);
  const { model, progress = {} } = training;
  const lost = Object.entries(progress).find(([, value]) => !isKept(value));
  if (lost) {
    const given = `progress "${lost[0]}" is ${describe(lost[1])}`;
    throw new NablaError(`${subject}: ${given}, expected a finite number, a string or a boolean`);
  }
  const stored = (prefix: string, name: string, x: Tensor): Stored => ({
    name: prefix + name,
    format: formatNames[x.dtype],
    shape: x.shape,
    stored: x,
  });
  const tensors = inFileOrder([
    ...namedCellsOf(model).map(([name, p]) => stored(inModel, name, p)),
    ...statesOf(training).flatMap(([prefix, one]) =>
      Object.entries(checkedState(subject, prefix, one)).map(([name, x]) =>
        stored(prefix, name, x),
      ),
    ),
  ]);
  const metadata = {
    format,
    random: JSON.stringify(random.state()),
    progress: textOf(progress),
  };
  const header = headerOf(subject, [...tensors, checksum], metadata);
  const chunks = [header, ...(await elementsLater(tensors))];
  const sum = new Checksum();
  for (const chunk of chunks) sum.add(chunk);
  return [...chunks, sum.bytes()];
}

function checkTraining(
  subject: string,
  training: Training & { readonly progress?: Progress },
): void {
  checkOptions(subject, training, { model: anything, optimizer, kept, progress: plain });
  checkModel(subject, training.model);
}

const optimizer: Kind = [
  (x) => isOptimizer(x) || areOptimizers(x),
  "an optimiser, such as adam(model.parameters()), or several by name",
];

const kept: Kind = [
  (x) =>
    isPlainObject(x) &&
    Object.entries(x).every(([name, one]) => !name.includes(".") && hasState(one)),
  "an object of what has a state",
];

function areOptimizers(x: unknown): boolean {
  // Names of an optimiser's tensors contain dots.
  const isNamed = ([name, one]: [string, unknown]) => !name.includes(".") && isOptimizer(one);
  return isPlainObject(x) && Object.entries(x).every(isNamed);
}

function isOptimizer(x: unknown): x is Optimizer {
  return typeof (x as Optimizer | null)?.state === "function";
}

function hasState(x: unknown): x is Kept {
  return isOptimizer(x) && typeof x.load === "function";
}

/** Everything with state, each with the prefix of its tensors' names. */
function statesOf({
  optimizer: given,
  kept = {},
}: Training): readonly (readonly [prefix: string, one: Kept])[] {
  const named = (start: string, all: Readonly<Record<string, Kept>>) =>
    Object.entries(all).map(([name, one]) => [`${start}${name}.`, one] as const);
  const optimizers = given === undefined ? [] : named(inOptimizer, given as Record<string, Kept>);
  return [
    ...(isOptimizer(given) ? [[inOptimizer, given] as const] : optimizers),
    ...named(inKept, kept),
  ];
}

/** Its state. Throws `NablaError` unless it is a plain object of tensors. */
function checkedState(subject: string, prefix: string, one: Kept): KeptState {
  const state: unknown = one.state();
  const name = prefix.slice(0, -1);
  if (!isPlainObject(state)) {
    const given = `the state of ${quoted(name)} is ${describe(state)}`;
    throw new NablaError(`${subject}: ${given}, expected a plain object of tensors`);
  }
  const wrong = Object.entries(state).find(([, x]) => !(x instanceof Tensor));
  if (!wrong) return state as KeptState;
  const given = `${quoted(wrong[0])} in the state of ${quoted(name)} is ${describe(wrong[1])}`;
  throw new NablaError(`${subject}: ${given}, expected a tensor`);
}

/** As JSON, which has -0 though `JSON.stringify` writes 0 for it. */
function textOf(progress: Progress): string {
  const members = Object.entries(progress).map(
    ([name, value]) =>
      `${JSON.stringify(name)}:${Object.is(value, -0) ? "-0" : JSON.stringify(value)}`,
  );
  return `{${members.join()}}`;
}

/** Whether a JSON round trip preserves it. */
function isKept(value: unknown): value is number | string | boolean {
  return typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
}

/**
 * Goes on from a checkpoint: gives the model, the optimiser and the sequence of random draws what
 * was kept, and returns the progress. All is checked before anything is changed. Without an
 * optimiser the model is loaded alone. Throws `NablaError` for a file that is damaged or no
 * checkpoint, and for names, shapes and dtypes that differ.
 *
 * @example
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const [one, other] = [dense(2, 1), dense(2, 1)];
 * await Promise.all([
 *   saveCheckpoint(writable, { model: one }),
 *   loadCheckpoint(readable, { model: other }),
 * ]);
 * other.weight.sub(one.weight).abs().sum().itemSync(); // => 0
 */
export async function loadCheckpoint(
  source: string | ByteStream | Bytes,
  training: Training,
): Promise<Progress> {
  return loadChecked(source, training, (progress) => progress);
}

/**
 * The same for a checkpoint with a check; returns the result of `check` for the progress. If it throws,
 * nothing is changed.
 */
export async function loadChecked<Result>(
  source: string | ByteStream | Bytes,
  training: Training,
  check: (progress: Progress) => Result,
): Promise<Result> {
  const subject = subjectOf("loadCheckpoint", source);
  checkTraining(subject, training);
  return readSource(subject, source, checkpointIn(subject, training, check));
}

function* checkpointIn<Result>(
  subject: string,
  training: Training,
  check: (progress: Progress) => Result,
): Reading<Result> {
  const sum = new Checksum();
  const header = yield* summed(sum, headerIn(subject));
  const { randomState, progress, entries } = contentOf(subject, header);
  const destinations = new Map(
    namedCellsOf(training.model).map(([name, p]): [string, Destination] => [
      inModel + name,
      { p, isTransposed: false },
    ]),
  );
  const isOther = (name: string) => name.startsWith(inOptimizer) || name.startsWith(inKept);
  const ofModel = entries.filter(({ name }) => !isOther(name));
  checkFits(subject, { ...header, entries: ofModel }, destinations, { strict: true });
  const tensors = yield* summed(
    sum,
    elementsIn(subject, { ...header, entries }, () => true),
  );
  const given = yield { bytes: checksumBytes, name: "its checksum", wanted: true };
  if (!sum.bytes().every((byte, i) => byte === given[i])) {
    throw new NablaError(`${subject}: the file is damaged: its bytes have another checksum`);
  }
  yield "end";
  const result = check(progress);
  const states = statesOf(training);
  // What is left out of the training is not loaded: all of the optimisers, or anything else by its name.
  const isAsked = (name: string) =>
    name.startsWith(inOptimizer)
      ? training.optimizer !== undefined
      : states.some(([prefix]) => name.startsWith(prefix));
  loadStates(
    subject,
    states,
    tensors.filter(([name]) => isOther(name) && isAsked(name)),
  );
  assign(
    tensors.filter(([name]) => destinations.has(name)),
    destinations,
  );
  random.restore(randomState);
  return result;
}

/** Lets all check and take their states, or none; their errors then name the file. */
function loadStates(
  subject: string,
  all: ReturnType<typeof statesOf>,
  tensors: readonly (readonly [name: string, x: Tensor])[],
): void {
  const stray = tensors.find(([name]) => !all.some(([prefix]) => name.startsWith(prefix)));
  if (stray) {
    throw new NablaError(`${subject}: "${stray[0]}" belongs to none of the optimisers`);
  }
  const changed: { readonly one: Kept; readonly before: KeptState }[] = [];
  for (const [prefix, one] of all) {
    const own = tensors.filter(([name]) => name.startsWith(prefix));
    try {
      const before = one.state();
      one.load(Object.fromEntries(own.map(([name, x]) => [name.slice(prefix.length), x])));
      changed.push({ one, before });
    } catch (error) {
      for (const { one, before } of changed) one.load(before);
      if (!(error instanceof NablaError)) throw error;
      // Nothing is left of the prefix of an optimiser that is the only one.
      const name = prefix.slice((prefix.startsWith(inKept) ? inKept : inOptimizer).length, -1);
      const whose = name === "" ? "" : `"${name}": `;
      const text = error.message.replace(/^load: /, "");
      throw new NablaError(`${subject}: ${whose}${text}`, { cause: error });
    }
  }
}

/** The metadata in a checkpoint's header. */
function contentOf(
  subject: string,
  { entries, metadata }: Header,
): Pick<Header, "entries"> & {
  readonly randomState: RandomState;
  readonly progress: Progress;
} {
  const last = entries.at(-1);
  const isChecksum =
    last?.name === checksum.name && last.format === "U8" && last.end - last.begin === checksumBytes;
  if (metadata["format"] !== format || !isChecksum) {
    const hint = "loadSafetensors reads files of parameters";
    throw new NablaError(`${subject}: the file is no checkpoint of nabla's; ${hint}`);
  }
  const { seed, draws } = parsed(metadata["random"]) ?? {};
  const progress = parsed(metadata["progress"]);
  const isRandom = isCount(draws) && typeof seed === "number" && Number.isSafeInteger(seed);
  if (!isRandom || !progress || !isProgress(progress)) {
    throw new NablaError(`${subject}: the file's texts are not those of a checkpoint`);
  }
  return { entries: entries.slice(0, -1), randomState: { seed, draws }, progress };
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isProgress(values: Readonly<Record<string, unknown>>): values is Progress {
  return Object.values(values).every(isKept);
}

/** An object parsed from JSON; undefined for anything else. */
function parsed(text: string | undefined): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text ?? "");
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
