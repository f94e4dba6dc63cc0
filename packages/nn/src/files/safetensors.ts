// Parameters as files that others can read, too: safetensors, a header in JSON and the elements
// behind it (https://github.com/huggingface/safetensors#format). A file can do nothing but give
// numbers.
import { formatShape, NablaError, Tensor } from "@nabla/autograd";
import {
  callable,
  checkOptions,
  describe,
  flag,
  isPlainObject,
  plain,
} from "@nabla/autograd/checks";
import { checkModel } from "../checks.ts";
import { checkBlocks } from "../later.ts";
import { type Model, namedCellsOf } from "../layer.ts";
import { elementsIn, elementsLater, elementsOf, headerIn, type Stored } from "./elements.ts";
import { assign, checkFits, destinationsOf } from "./fitting.ts";
import { formatNames } from "./formats.ts";
import { headerOf, inFileOrder } from "./header.ts";
import { quoted } from "./names.ts";
import { type ByteStream, joined, type Reading } from "./reading.ts";
import { type ShortFormat, shortDType } from "./roundings.ts";
import { type ByteSink, writeTo } from "./sinks.ts";
import { type Bytes, readSource, subjectOf } from "./source.ts";

/** How a file's tensors correspond to a model's. */
export interface NameOptions {
  /** What the file calls the model's parameter `name`. Default: the same. */
  readonly rename?: (name: string) => string;
  /**
   * Whether the file has the transpose of the model's matrix `name`: PyTorch keeps the weights of a
   * dense layer as [outputs, inputs]. Default: of none.
   */
  readonly transpose?: (name: string) => boolean;
}

export interface SaveOptions extends NameOptions {
  /** Texts to keep with the parameters. */
  readonly metadata?: Readonly<Record<string, string>>;
  /**
   * Which tensors, by the model's names, are written with 16 bits per element, and in which dtype:
   * rounded to nearest, ties to even; numbers beyond the largest become infinite. Only for float32 and
   * float64. Default: none.
   */
  readonly rounded?: (name: string) => "F16" | "BF16" | undefined;
}

export interface ReadOptions {
  /** Which tensors to read, by the file's names: the others may be of any dtype. Default: all. */
  readonly only?: (name: string) => boolean;
}

export interface LoadOptions extends NameOptions {
  /**
   * Whether parameters of float32 and float64 accept elements of fewer bits (F32, BF16, F16, F8), which
   * they represent exactly. If false, dtypes must be equal. Default: false.
   */
  readonly widen?: boolean;
  /**
   * Whether file and model must name the same parameters. False: what both have is loaded. Default:
   * true.
   */
  readonly strict?: boolean;
}

/** What `loadSafetensors` did. With `strict`, nothing is missing or unexpected. */
export interface LoadReport {
  /** The model's parameters that the file lacks. */
  readonly missing: readonly string[];
  /** The file's tensors that the model lacks. */
  readonly unexpected: readonly string[];
  /** The texts that were kept with the parameters. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** What a file holds. */
export interface SafetensorsFile {
  readonly tensors: Readonly<Record<string, Tensor>>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** A model, or tensors by name. */
export type Saved = Model | Readonly<Record<string, Tensor>>;

/**
 * The parameters and buffers of a model, or any tensors, as the bytes of a safetensors file. A model's
 * are named as in `namedParameters` and `namedBuffers`: for a `sequential` the layer's position and the
 * layer's own name, as in PyTorch's `state_dict`. The bytes are those that the format's own library would
 * write. Throws `NablaError` for metadata other than strings, and for duplicate names.
 *
 * @example
 * const bytes = toSafetensors(dense(2, 1));
 * bytes.length; // => 140
 */
export function toSafetensors(saved: Saved, options: SaveOptions = {}): Uint8Array<ArrayBuffer> {
  const subject = "toSafetensors";
  const { header, tensors } = contentOf(subject, saved, options);
  checkBlocks(subject, "await saveSafetensors(target, model), which takes a stream, too");
  return joined([header, ...elementsOf(tensors)]);
}

/**
 * Writes the bytes of `toSafetensors` to a file or a stream (a `WritableStream` or a Node stream, which
 * is then closed). A file is written atomically: it replaces an old one only once its bytes are on disk.
 * Throws `NablaError` for disk errors; the old file is then unchanged.
 *
 * @example
 * const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
 * const [one, other] = [dense(2, 1), dense(2, 1)];
 * await Promise.all([saveSafetensors(writable, one), loadSafetensors(other, readable)]);
 * other.weight.sub(one.weight).abs().sum().itemSync(); // => 0
 */
export async function saveSafetensors(
  target: string | ByteSink,
  saved: Saved,
  options: SaveOptions = {},
): Promise<void> {
  const subject = subjectOf("saveSafetensors", target);
  const { header, tensors } = contentOf(subject, saved, options);
  await writeTo(subject, target, [header, ...(await elementsLater(tensors))]);
}

/** The header, and the tensors whose elements follow it. */
function contentOf(
  subject: string,
  saved: Saved,
  options: SaveOptions,
): { readonly header: Uint8Array; readonly tensors: readonly Stored[] } {
  checkOptions(subject, options, { metadata: plain, rounded: callable, ...ofNames });
  const { metadata, rename = same, transpose = none, rounded = () => undefined } = options;
  const named = tensorsOf(subject, saved).map(([name, x]) => {
    const stored = transpose(name) ? transposedMatrix(subject, name, x) : x;
    const format = formatOf(subject, name, x, rounded(name));
    return { name: rename(name), format, shape: stored.shape, stored };
  });
  const tensors = inFileOrder(named);
  return { header: headerOf(subject, tensors, metadata), tensors };
}

const ofNames = { rename: callable, transpose: callable };
const same = (name: string): string => name;
const none = (): boolean => false;

function tensorsOf(subject: string, saved: Saved): readonly (readonly [name: string, x: Tensor])[] {
  const isModel = typeof (saved as Partial<Model> | null)?.parameters === "function";
  if (!isModel && !isPlainObject(saved)) {
    throw new NablaError(`${subject}: expects a model, or tensors by name, got ${describe(saved)}`);
  }
  if (isModel) return namedCellsOf(saved as Model);
  const tensors = Object.entries(saved as Readonly<Record<string, Tensor>>);
  const other = tensors.find(([, x]) => !(x instanceof Tensor));
  if (!other) return tensors;
  throw new NablaError(
    `${subject}: ${quoted(other[0])} is ${describe(other[1])}, expected a tensor`,
  );
}

/** In what format elements are written. Throws `NablaError` for one that they cannot be rounded to. */
function formatOf(subject: string, name: string, { dtype }: Tensor, short: unknown): string {
  if (short === undefined) return formatNames[dtype];
  const isFloat = dtype === "float32" || dtype === "float64";
  if (short === formatNames[dtype]) return formatNames[dtype];
  if (shortDType(short) && isFloat) return short as ShortFormat;
  const given = `${quoted(name)} is ${dtype}, to be rounded to ${describe(short)}`;
  throw new NablaError(`${subject}: ${given}; expected float32 or float64, and "F16" or "BF16"`);
}

function transposedMatrix(subject: string, name: string, x: Tensor): Tensor {
  if (x.rank === 2) return x.transpose();
  const given = formatShape(x.shape);
  throw new NablaError(`${subject}: ${quoted(name)} is ${given}, only a matrix can be transposed`);
}

/**
 * The tensors of a safetensors file by name, and its metadata; for a path or a stream, a promise.
 * Elements of dtypes that nabla lacks are converted to one that can represent them: I8, I16 and U16 to
 * int32; U32, I64 and U64 to float64; F8_E4M3 and F8_E5M2 to float32. Throws `NablaError` for a malformed
 * file, and among the tensors to be read for integers that float64 cannot represent, and for other dtypes
 * (C64, F4).
 *
 * @example
 * const bytes = toSafetensors({ x: tensor([1, 2]) }, { metadata: { made: "here" } });
 * const file = readSafetensors(bytes);
 * file.tensors.x!.arraySync(); // => [1, 2]
 * file.metadata; // => { made: "here" }
 */
export function readSafetensors(source: Bytes, options?: ReadOptions): SafetensorsFile;
export function readSafetensors(
  source: string | ByteStream,
  options?: ReadOptions,
): Promise<SafetensorsFile>;
export function readSafetensors(
  source: Bytes | string | ByteStream,
  options: ReadOptions = {},
): SafetensorsFile | Promise<SafetensorsFile> {
  const subject = subjectOf("readSafetensors", source);
  checkOptions(subject, options, { only: callable });
  return readSource(subject, source, everything(subject, options));
}

function* everything(
  subject: string,
  { only = () => true }: ReadOptions,
): Reading<SafetensorsFile> {
  const header = yield* headerIn(subject);
  const tensors = yield* elementsIn(subject, header, ({ name }) => only(name));
  yield "end";
  return { tensors: Object.fromEntries(tensors), metadata: header.metadata };
}

/**
 * Loads a model's parameters and buffers from a safetensors file, by name, and returns the names that
 * were not found; for a path or a stream, a promise. Everything is checked before anything is changed.
 * Throws `NablaError` for a malformed file, for dtypes that nabla lacks, for names that only one side has
 * (unless `strict` is false), and for shapes and dtypes that differ, all in one error.
 *
 * @example
 * const [one, other] = [dense(2, 1), dense(2, 1)];
 * loadSafetensors(other, toSafetensors(one));
 * other.weight.sub(one.weight).abs().sum().itemSync(); // => 0
 */
export function loadSafetensors(model: Model, source: Bytes, options?: LoadOptions): LoadReport;
export function loadSafetensors(
  model: Model,
  source: string | ByteStream,
  options?: LoadOptions,
): Promise<LoadReport>;
export function loadSafetensors(
  model: Model,
  source: Bytes | string | ByteStream,
  options: LoadOptions = {},
): LoadReport | Promise<LoadReport> {
  const subject = subjectOf("loadSafetensors", source);
  checkModel(subject, model);
  checkOptions(subject, options, { strict: flag, widen: flag, ...ofNames });
  return readSource(subject, source, into(subject, model, options));
}

function* into(subject: string, model: Model, options: LoadOptions): Reading<LoadReport> {
  const { strict = true, widen = false } = options;
  const header = yield* headerIn(subject);
  const destinations = destinationsOf(subject, model, options);
  const { missing, unexpected } = checkFits(subject, header, destinations, { strict, widen });
  const tensors = yield* elementsIn(subject, header, (entry) => destinations.has(entry.name));
  yield "end";
  assign(tensors, destinations);
  return { missing, unexpected, metadata: header.metadata };
}
