// Writes the header of a safetensors file: its length in 8 bytes, then JSON with each tensor's dtype,
// shape, and offsets of its elements after the header. Source:
// https://github.com/huggingface/safetensors#format
import { NablaError, type Shape } from "@nabla/autograd";
import { bitsOf } from "./formats.ts";
import { checkUnicode, quoted } from "./names.ts";

/** The bytes in front of the header. */
export const lengthBytes = 8;

/** The format's own limit: 100 MB. */
export const mostHeaderBytes = 100_000_000;

export const metadataKey = "__metadata__";

/** A tensor that is to be written. */
export interface Described {
  readonly name: string;
  /** What the format calls its dtype. */
  readonly format: string;
  readonly shape: Shape;
}

/** In what order the format's library writes tensors: large elements first, so that all are aligned. */
const order = ["F64", "F32", "I32", "BF16", "F16", "U8", "BOOL"];

export function inFileOrder<T extends Described>(tensors: readonly T[]): readonly T[] {
  const rank = ({ format }: T): number => order.indexOf(format);
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
  for (const { name, format, shape } of tensors) {
    checkUnicode(subject, name);
    if (header.has(name) || name === metadataKey) {
      throw new NablaError(`${subject}: more than one tensor is called ${quoted(name)}`);
    }
    const count = shape.reduce((product, size) => product * size, 1);
    const end = begin + (count * bitsOf(format)!) / 8;
    header.set(name, { dtype: format, shape, data_offsets: [begin, end] });
    begin = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  // Padding with spaces aligns the elements to a multiple of 8.
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
    if (typeof text !== "string") {
      const given = `metadata ${quoted(key)} is ${typeof text}`;
      throw new NablaError(`${subject}: ${given}, expected a string`);
    }
    checkUnicode(subject, key);
    checkUnicode(subject, text);
  }
  return metadata;
}
