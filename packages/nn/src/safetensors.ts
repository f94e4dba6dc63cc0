// Parameters as files that others can read, too: safetensors, a header in JSON and the elements behind it
// (https://github.com/huggingface/safetensors#format). A file can do nothing but give numbers.
import {
  type Data,
  type DType,
  formatShape,
  NablaError,
  type Parameter,
  realize,
  type Shape,
  tensor,
} from "@nabla/autograd";
import { type Layer, namedParametersOf } from "./layer.ts";

/** A tensor in a file. */
interface Entry {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: Data;
}

/** What the format calls our dtypes. */
const formatNames: Readonly<Record<DType, string>> = {
  bool: "BOOL",
  uint8: "U8",
  int32: "I32",
  float32: "F32",
  float64: "F64",
};

const arrays = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** The format's own limit. */
const mostHeaderBytes = 100_000_000;

export interface SaveOptions {
  /** Texts to keep with the parameters. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * The model's parameters as the bytes of a safetensors file, under the names of `namedParameters`: for a
 * `sequential` the layer's position and the layer's own name, as in PyTorch's `state_dict`.
 *
 * @example
 * const bytes = toSafetensors(dense(2, 1));
 * bytes.length; // => 140
 */
export function toSafetensors(model: Layer, { metadata }: SaveOptions = {}): Uint8Array {
  const named = namedParametersOf(model);
  realize(...named.map(([, p]) => p));
  const header: Record<string, unknown> = metadata ? { __metadata__: metadata } : {};
  const parts: Data[] = [];
  let end = 0;
  for (const [name, p] of named) {
    const data = p.dataSync();
    const begin = end;
    end += data.byteLength;
    parts.push(data);
    header[name] = { dtype: formatNames[p.dtype], shape: p.shape, data_offsets: [begin, end] };
  }
  // Spaces at its end put the elements at a multiple of 8.
  const text = new TextEncoder().encode(JSON.stringify(header));
  const length = Math.ceil(text.length / 8) * 8;
  const bytes = new Uint8Array(8 + length + end).fill(0x20, 8, 8 + length);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, 8);
  let at = 8 + length;
  for (const { buffer, byteOffset, byteLength } of parts) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return bytes;
}

export interface LoadOptions {
  /** Whether file and model must name the same parameters. False: what both have is loaded. Default: true. */
  readonly strict?: boolean;
}

/**
 * Gives the model the parameters of a safetensors file, by name. All is checked before anything is
 * changed. Throws `NablaError` for what is no such file, for dtypes that nabla has not, for names that
 * only one side has (unless `strict` is false), and for shapes and dtypes that differ.
 *
 * @example
 * const [one, other] = [dense(2, 1), dense(2, 1)];
 * loadSafetensors(other, toSafetensors(one));
 * other.weight.sub(one.weight).abs().sum().itemSync(); // => 0
 */
export function loadSafetensors(
  model: Layer,
  file: Uint8Array,
  { strict = true }: LoadOptions = {},
): void {
  const entries = entriesOf(file);
  const named = new Map(namedParametersOf(model));
  for (const name of strict ? entries.keys() : []) {
    if (!named.has(name)) throw loadError(`"${name}" is in the file, not in the model`);
  }
  const found: [Parameter, Entry][] = [];
  for (const [name, p] of named) {
    const entry = entries.get(name);
    if (!entry && strict) throw loadError(`"${name}" is in the model, not in the file`);
    if (!entry) continue;
    checkFits(name, p, entry);
    found.push([p, entry]);
  }
  for (const [p, { data, dtype, shape }] of found) {
    p.assign(tensor(data, { dtype }).reshape(shape));
  }
  realize(...found.map(([p]) => p));
}

function checkFits(name: string, p: Parameter, { dtype, shape }: Entry): void {
  const given = formatShape(shape);
  const wanted = formatShape(p.shape);
  if (given !== wanted)
    throw loadError(`"${name}" is ${given} in the file, ${wanted} in the model`);
  if (dtype !== p.dtype) {
    throw loadError(`"${name}" is ${dtype} in the file, ${p.dtype} in the model`);
  }
}

function loadError(text: string): NablaError {
  return new NablaError(`loadSafetensors: ${text}`);
}

/** The tensors of a file, by name. */
function entriesOf(file: Uint8Array): ReadonlyMap<string, Entry> {
  const { header, start } = headerOf(file);
  const elements = file.subarray(start);
  const entries = new Map<string, Entry>();
  const places: (readonly [name: string, begin: number, end: number])[] = [];
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") continue;
    const { dtype, shape, begin, end } = described(name, value);
    const bytes = elements.slice(begin, end);
    const count = shape.reduce((product, size) => product * size, 1);
    const expected = count * arrays[dtype].BYTES_PER_ELEMENT;
    if (end - begin !== expected) {
      const given = `"${name}" has ${end - begin} bytes`;
      throw loadError(`${given}, ${dtype} ${formatShape(shape)} takes ${expected}`);
    }
    places.push([name, begin, end]);
    if (end > elements.length) continue;
    entries.set(name, { dtype, shape, data: new arrays[dtype](bytes.buffer) });
  }
  checkTiled(places, elements.length);
  return entries;
}

/** The JSON in front of the elements, and where they start. */
function headerOf(file: Uint8Array): { readonly header: object; readonly start: number } {
  if (file.length < 8) throw loadError(`the file has ${file.length} bytes, expected at least 8`);
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  if (length > mostHeaderBytes || length > file.length - 8) {
    const most = Math.min(mostHeaderBytes, file.length - 8);
    throw loadError(`the header has ${length} bytes, expected at most ${most}`);
  }
  const text = new TextDecoder().decode(file.subarray(8, 8 + length));
  let header: unknown;
  try {
    header = JSON.parse(text);
  } catch {
    header = undefined;
  }
  if (typeof header !== "object" || header === null || !text.startsWith("{")) {
    throw loadError(`the header is no JSON object: ${JSON.stringify(text.slice(0, 20))}`);
  }
  return { header, start: 8 + length };
}

/** What the header says of a tensor. */
function described(
  name: string,
  value: unknown,
): { readonly dtype: DType; readonly shape: Shape; readonly begin: number; readonly end: number } {
  const { dtype: kind, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const dtype = Object.entries(formatNames).find(([, format]) => format === kind)?.[0];
  if (dtype === undefined) {
    const expected = Object.values(formatNames).join(", ");
    throw loadError(`"${name}" has dtype ${JSON.stringify(kind)}, expected ${expected}`);
  }
  if (!isSizes(shape)) throw loadError(`"${name}" has shape ${JSON.stringify(shape)}`);
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    throw loadError(`"${name}" has data_offsets ${JSON.stringify(offsets)}, expected [begin, end]`);
  }
  return { dtype: dtype as DType, shape, begin: offsets[0]!, end: offsets[1]! };
}

function isSizes(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.every((size: unknown) => Number.isSafeInteger(size) && Number(size) >= 0)
  );
}

/** The format wants no holes and no overlaps: so a tensor that is named twice is found, too. */
function checkTiled(
  places: readonly (readonly [name: string, begin: number, end: number])[],
  bytes: number,
): void {
  let at = 0;
  for (const [name, begin, end] of places.toSorted((a, b) => a[1] - b[1] || a[2] - b[2])) {
    if (begin !== at) throw loadError(`"${name}" begins at byte ${begin}, expected ${at}`);
    at = end;
  }
  if (at !== bytes) throw loadError(`the tensors take ${at} bytes, the file has ${bytes} for them`);
}
