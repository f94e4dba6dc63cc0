// The header of a safetensors file, read: all rules of the format are checked here.
// Source: https://github.com/huggingface/safetensors#format
import { formatShape, NablaError, type Shape } from "@nabla/autograd";
import { bitsOf } from "./formats.ts";
import { metadataKey, mostHeaderBytes } from "./header.ts";
import { duplicateKey } from "./json-keys.ts";
import { checkUnicode, quoted, shown } from "./names.ts";

/** A tensor's entry in the header. Offsets are in bytes, from the end of the header. */
export interface Entry {
  readonly name: string;
  /** What the format calls the dtype. */
  readonly format: string;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  /** In the order of their elements in the file. */
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The length that the first 8 bytes of a file say its header has. */
export function headerLength(subject: string, bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length <= mostHeaderBytes) return length;
  const looks = likelyContent(view);
  throw new NablaError(
    `${subject}: the header has ${length} bytes, expected at most ${mostHeaderBytes}` +
      (looks ? `; this looks like ${looks}` : ""),
  );
}

/** What a file that begins with these bytes most likely is. */
function likelyContent(view: DataView): string | undefined {
  const magic = view.getUint16(0);
  if (magic === 0x504b) return "a PyTorch file: write it with safetensors.torch.save_file";
  if (magic === 0x1f8b) return "gzip: unfold it first";
  const start = Array.from({ length: 8 }, (_, i) => view.getUint8(i));
  const isText = start.every(
    (byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d,
  );
  if (isText) {
    const text = quoted(String.fromCharCode(...start));
    return `text, ${text}: what a web server sends for a file that it has not?`;
  }
  return undefined;
}

/** Parses the header, given its bytes without the length. */
export function parseHeader(subject: string, bytes: Uint8Array): Header {
  const header = parsedObject(subject, bytes);
  const entries = Object.entries(header)
    .filter(([name]) => name !== metadataKey)
    .map(([name, value]) => entryOf(subject, name, value))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  // No holes and no overlaps.
  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== at) {
      throw new NablaError(`${subject}: ${quoted(name)} begins at byte ${begin}, expected ${at}`);
    }
    at = end;
  }
  return { entries, metadata: metadataOf(subject, header) };
}

function parsedObject(subject: string, bytes: Uint8Array): Readonly<Record<string, unknown>> {
  checkObjects(subject, bytes);
  let text = "";
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    if (text.startsWith("{")) value = JSON.parse(text);
  } catch {
    // Reported below, like everything that is not an object.
  }
  if (!isObject(value)) {
    const start = text === "" ? "" : `: ${quoted(text.slice(0, 20))}`;
    throw new NablaError(`${subject}: the header is no JSON object${start}`);
  }
  const key = duplicateKey(text);
  if (key !== undefined) {
    throw new NablaError(`${subject}: the header has ${quoted(key)} twice`);
  }
  for (const name of Object.keys(value)) checkUnicode(subject, name);
  return value;
}

/**
 * The header has one object per tensor: this many take some seconds and some 400 MB. A header of 100 MB
 * has room for millions of empty ones.
 */
const mostObjects = 2 ** 18;

/** Throws for a header that would take minutes to read, before anything is made of it. */
function checkObjects(subject: string, bytes: Uint8Array): void {
  const brace = 0x7b;
  let count = 0;
  for (let at = bytes.indexOf(brace); at >= 0; at = bytes.indexOf(brace, at + 1)) count++;
  if (count <= mostObjects) return;
  throw new NablaError(
    `${subject}: the header has ${count} objects, expected one a tensor, ${mostObjects} at most`,
  );
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function metadataOf(
  subject: string,
  header: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  if (!Object.hasOwn(header, metadataKey)) return {};
  const metadata = header[metadataKey];
  if (isObject(metadata) && Object.values(metadata).every((text) => typeof text === "string")) {
    const texts = metadata as Readonly<Record<string, string>>;
    for (const text of Object.entries(texts).flat()) checkUnicode(subject, text);
    return texts;
  }
  throw new NablaError(
    `${subject}: ${metadataKey} is ${shown(metadata)}, expected strings by name`,
  );
}

function entryOf(subject: string, name: string, value: unknown): Entry {
  const { dtype: format, shape, data_offsets: offsets } = isObject(value) ? value : {};
  const bits = typeof format === "string" ? bitsOf(format) : undefined;
  if (typeof format !== "string" || bits === undefined) {
    throw new NablaError(
      `${subject}: ${quoted(name)} has dtype ${shown(format)}, which the format lacks`,
    );
  }
  const count = isSizes(shape) ? countOf(shape) : undefined;
  if (!isSizes(shape) || count === undefined) {
    throw new NablaError(
      `${subject}: ${quoted(name)} has shape ${shown(shape)}, expected a list of sizes`,
    );
  }
  if (shape.length > mostAxes) {
    throw new NablaError(
      `${subject}: ${quoted(name)} has ${shape.length} axes, expected at most ${mostAxes}`,
    );
  }
  if (!isSizes(offsets) || offsets.length !== 2 || offsets[0]! > offsets[1]!) {
    const given = shown(offsets);
    throw new NablaError(
      `${subject}: ${quoted(name)} has data_offsets ${given}, expected [begin, end] in bytes`,
    );
  }
  const [begin, end] = offsets as [number, number];
  const expected = (count * bits) / 8;
  if (end - begin !== expected) {
    const takes = `${format} ${formatShape(shape)} takes ${expected}`;
    throw new NablaError(`${subject}: ${quoted(name)} has ${end - begin} bytes, ${takes}`);
  }
  return { name, format, shape, begin, end };
}

/** As many as NumPy's arrays may have. */
const mostAxes = 64;

function isSizes(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.every((size: unknown) => Number.isSafeInteger(size) && Number(size) >= 0)
  );
}

/**
 * The number of elements of a tensor; undefined if that, or a partial product, is not exactly
 * representable.
 */
function countOf(shape: Shape): number | undefined {
  let count = 1;
  for (const size of shape) {
    count *= size;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}
