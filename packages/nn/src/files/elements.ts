// Elements of tensors in a safetensors file, after its header: little-endian, in row-major order.
import {
  type Data,
  fromBits16,
  NablaError,
  realize,
  realizeAsync,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import { isShort } from "../computed.ts";
import { converted, holderOf } from "./conversions.ts";
import { dtypeOf } from "./formats.ts";
import { type Described, lengthBytes } from "./header.ts";
import { type Entry, type Header, headerLength, parseHeader } from "./header-in.ts";
import { quoted } from "./names.ts";
import type { Reading } from "./reading.ts";
import { rounded, shortDType } from "./roundings.ts";

/** A tensor to write, and its name in the file. */
export interface Stored extends Described {
  readonly stored: Tensor;
}

/** The bytes of each tensor, as they are now. */
export function elementsOf(tensors: readonly Stored[]): readonly Uint8Array[] {
  realize(...tensors.map(({ stored }) => stored));
  return tensors.map(({ stored, format }) => bytesOf(stored.dataSync(), format));
}

/** The same without blocking, with the values at the time of the call, whatever is assigned later. */
export async function elementsLater(tensors: readonly Stored[]): Promise<readonly Uint8Array[]> {
  // All are requested at once and read in this order, after a single run.
  const [, ...read] = await Promise.all([
    realizeAsync(...tensors.map(({ stored }) => stored)),
    ...tensors.map(({ stored }) => stored.data()),
  ]);
  return read.map((elements, i) => bytesOf(elements, tensors[i]!.format));
}

function bytesOf(elements: Data, format: string): Uint8Array {
  const short = shortDType(format);
  if (short) return rounded(short, elements);
  return new Uint8Array(elements.buffer, elements.byteOffset, elements.byteLength);
}

/** The header entry. */
export function* headerIn(subject: string): Reading<Header> {
  const name = "its header";
  const length = headerLength(
    subject,
    yield { bytes: lengthBytes, name: "the length of its header", wanted: true },
  );
  return parseHeader(subject, yield { bytes: length, name, wanted: true });
}

/** The tensors that are wanted, by name. */
export function* elementsIn(
  subject: string,
  { entries }: Header,
  isWanted: (entry: Entry) => boolean,
): Reading<readonly (readonly [name: string, x: Tensor])[]> {
  for (const entry of entries) if (isWanted(entry)) checkDType(subject, entry);
  const found: [name: string, x: Tensor][] = [];
  for (const entry of entries) {
    const wanted = isWanted(entry);
    const name = quoted(entry.name);
    const bytes = yield { bytes: entry.end - entry.begin, name, wanted };
    if (wanted) found.push([entry.name, tensorOf(subject, entry, bytes)]);
  }
  return found;
}

/** Throws for a dtype that can neither be held as it is nor be converted. */
function checkDType(subject: string, entry: Entry): void {
  if (!holderOf(entry.format)) dtypeOf(subject, entry);
}

const arrays = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int32: Int32Array,
  float32: Float32Array,
  float64: Float64Array,
} as const;

/** The tensor of these bytes. They are copied, because bytes may be unaligned. */
function tensorOf(subject: string, entry: Entry, bytes: Uint8Array): Tensor {
  const held = holderOf(entry.format);
  if (held) {
    const elements = new arrays[held as keyof typeof arrays](converted(subject, entry, bytes));
    return tensor(elements, { dtype: held, shape: entry.shape });
  }
  const dtype = dtypeOf(subject, entry);
  const other = dtype === "bool" ? bytes.find((byte) => byte > 1) : undefined;
  if (other !== undefined) {
    const name = quoted(entry.name);
    throw new NablaError(`${subject}: ${name} has the byte ${other}, expected 0 or 1 for BOOL`);
  }
  const { buffer } = new Uint8Array(bytes);
  const elements = isShort(dtype)
    ? fromBits16(new Uint16Array(buffer), dtype)
    : new arrays[dtype](buffer);
  return tensor(elements, { dtype, shape: entry.shape });
}
