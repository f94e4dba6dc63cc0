// The header of a safetensors file: its length in 8 bytes, then JSON that says of each tensor its dtype,
// its shape, and where its elements stand behind the header.
// Source: https://github.com/huggingface/safetensors#format, whose rules are all checked here.
import { type DType, formatShape, NablaError, type Shape } from "@nabla/autograd";
import { duplicateKey } from "./json-keys.ts";

/** What the header says of a tensor. Offsets are in bytes, from the header's end. */
export interface Entry {
  readonly name: string;
  /** What the format calls the dtype. */
  readonly format: string;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

export interface Header {
  /** In the order in which their elements stand. */
  readonly entries: readonly Entry[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** What the format calls our dtypes. The largest elements come first, as in files of the library. */
const formatNames: Readonly<Record<DType, string>> = {
  float64: "F64",
  float32: "F32",
  int32: "I32",
  uint8: "U8",
  bool: "BOOL",
};
const dtypeNames = Object.entries(formatNames) as [DType, string][];

/** Bits of an element of the format's dtypes that nabla has not. */
const foreignBits: ReadonlyMap<string, number> = new Map([
  ["F4", 4],
  ...["F6_E2M3", "F6_E3M2"].map((name) => [name, 6] as const),
  ...["I8", "F8_E5M2", "F8_E4M3", "F8_E8M0"].map((name) => [name, 8] as const),
  ...["I16", "U16", "F16", "BF16"].map((name) => [name, 16] as const),
  ["U32", 32],
  ...["I64", "U64", "C64"].map((name) => [name, 64] as const),
]);

const bitsOfDType: Readonly<Record<DType, number>> = {
  float64: 64,
  float32: 32,
  int32: 32,
  uint8: 8,
  bool: 8,
};

/** The bytes in front of the header. */
export const lengthBytes = 8;

/** The format's own limit: 100 MB. */
const mostHeaderBytes = 100_000_000;

const metadataKey = "__metadata__";

/** Our dtype of an entry; throws, by the tensor's name, for one that nabla has not. */
export function dtypeOf(subject: string, { name, format }: Entry): DType {
  const found = dtypeNames.find(([, formatName]) => formatName === format)?.[0];
  if (found) return found;
  const expected = Object.values(formatNames).join(", ");
  throw new NablaError(`${subject}: ${quoted(name)} has dtype "${format}", expected ${expected}`);
}

/** A tensor that is to be written. */
export interface Described {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** In the order of the format's library: elements of 8 bytes come first, so that all are aligned. */
export function inFileOrder<T extends Described>(tensors: readonly T[]): readonly T[] {
  const rank = ({ dtype }: T): number => dtypeNames.findIndex(([own]) => own === dtype);
  return tensors.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

/** The header of a file with these tensors, in this order, with its length in front. */
export function headerOf(
  subject: string,
  tensors: readonly Described[],
  metadata: Readonly<Record<string, string>> | undefined,
): Uint8Array {
  const header = new Map<string, unknown>();
  if (metadata) header.set(metadataKey, checkedMetadata(subject, metadata));
  let begin = 0;
  for (const { name, dtype, shape } of tensors) {
    if (header.has(name) || name === metadataKey) {
      throw new NablaError(`${subject}: more than one tensor is called ${quoted(name)}`);
    }
    const end = begin + (shape.reduce((count, size) => count * size, 1) * bitsOfDType[dtype]) / 8;
    header.set(name, { dtype: formatNames[dtype], shape, data_offsets: [begin, end] });
    begin = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  // Spaces at its end put the elements at a multiple of 8.
  const length = Math.ceil(text.length / 8) * 8;
  if (length > mostHeaderBytes) {
    throw new NablaError(`${subject}: the header takes ${length} bytes, of ${mostHeaderBytes}`);
  }
  const bytes = new Uint8Array(lengthBytes + length).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(length), true);
  bytes.set(text, lengthBytes);
  return bytes;
}

function checkedMetadata(
  subject: string,
  metadata: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  for (const [key, text] of Object.entries<unknown>(metadata)) {
    if (typeof text === "string") continue;
    throw new NablaError(
      `${subject}: metadata ${quoted(key)} is ${typeof text}, expected a string`,
    );
  }
  return metadata;
}

/** The length that the first 8 bytes of a file say its header has. */
export function headerLength(subject: string, bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  if (length <= mostHeaderBytes) return length;
  const looks = likelyContent(view.getUint16(0));
  throw new NablaError(
    `${subject}: the header has ${length} bytes, expected at most ${mostHeaderBytes}` +
      (looks ? `; this looks like ${looks}` : ""),
  );
}

/** What a file that begins with these two bytes most likely is. */
function likelyContent(magic: number): string | undefined {
  if (magic === 0x504b) return "a PyTorch file: write it with safetensors.torch.save_file";
  if (magic === 0x1f8b) return "gzip: unfold it first";
  return undefined;
}

/** What the header says, given its bytes without the length. */
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
  let text = "";
  let value: unknown;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    // Said below, as of all that is no object.
  }
  if (!text.startsWith("{") || !isObject(value)) {
    const start = text === "" ? "" : `: ${JSON.stringify(text.slice(0, 20))}`;
    throw new NablaError(`${subject}: the header is no JSON object${start}`);
  }
  const key = duplicateKey(text);
  if (key === undefined) return value;
  throw new NablaError(`${subject}: the header has ${quoted(key)} twice`);
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
    return metadata as Readonly<Record<string, string>>;
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
      `${subject}: ${quoted(name)} has dtype ${shown(format)}, which the format has not`,
    );
  }
  const count = isSizes(shape) ? countOf(shape) : undefined;
  if (!isSizes(shape) || count === undefined) {
    throw new NablaError(
      `${subject}: ${quoted(name)} has shape ${shown(shape)}, expected a list of sizes`,
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

function bitsOf(format: string): number | undefined {
  const own = dtypeNames.find(([, formatName]) => formatName === format)?.[0];
  return own ? bitsOfDType[own] : foreignBits.get(format);
}

function isSizes(value: unknown): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.every((size: unknown) => Number.isSafeInteger(size) && Number(size) >= 0)
  );
}

/** How many elements a tensor has; undefined if that, or a part of the product, is no exact number. */
function countOf(shape: Shape): number | undefined {
  let count = 1;
  for (const size of shape) {
    count *= size;
    if (!Number.isSafeInteger(count)) return undefined;
  }
  return count;
}

/** A name as errors write it: on one line, and not longer than a line. */
export function quoted(name: string): string {
  return shown(name);
}

/** A value of JSON, likewise. */
function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
