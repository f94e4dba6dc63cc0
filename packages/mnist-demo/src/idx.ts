// Reads IDX, the format of the MNIST files: a magic number (two zero bytes, the type of the
// elements, the number of dimensions), the size of each dimension, the elements in row-major order;
// numbers are big-endian. Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of
// handwritten digits", http://yann.lecun.com/exdb/mnist/, section "The IDX file format".

import { NablaError } from "@nabla/autograd";
import { gunzip, gunzipStart, isGzip } from "./gunzip.ts";

/** What an IDX file holds. */
export interface Idx {
  /** The size of each dimension, outermost first; all at least 1. */
  readonly shape: number[];
  /** The elements in row-major order. Of a file that is not compressed: a view, not a copy. */
  readonly data: Uint8Array;
}

export interface ReadIdxOptions {
  /** What errors call the file. Default: "readIdx". */
  readonly name?: string;
  /** How many dimensions the file must have. Default: any number. */
  readonly dimensions?: number;
}

/**
 * 1 GiB: twice the largest file of MNIST's kin (EMNIST by class, 547 MB), and no danger to a PC.
 */
export const mostBytes: number = 2 ** 30;

const uint8 = 0x08;
const elementTypes: ReadonlyMap<number, string> = new Map([
  [uint8, "unsigned bytes"],
  [0x09, "signed bytes"],
  [0x0b, "16-bit integers"],
  [0x0c, "32-bit integers"],
  [0x0d, "32-bit floats"],
  [0x0e, "64-bit floats"],
]);

/**
 * The shape and elements of an IDX file of unsigned bytes, given as it is or (in Node)
 * gzip-compressed. Every field of the header is checked, and that the elements are as many as it
 * says; what does not fit throws `NablaError`. A compressed file is unfolded only as far as its
 * header says, and never beyond 1 GiB.
 *
 * @example
 * const bytes = Uint8Array.of(0, 0, 8, 2, 0, 0, 0, 1, 0, 0, 0, 3, 7, 8, 9);
 * readIdx(bytes).shape; // => [1, 3]
 * readIdx(bytes).data; // => Uint8Array [7, 8, 9]
 */
export function readIdx(bytes: Uint8Array, options: ReadIdxOptions = {}): Idx {
  const { name = "readIdx", dimensions } = options;
  const compressed = isGzip(bytes);
  const { shape, headerBytes } = readHeader(
    name,
    compressed ? gunzipStart(name, bytes) : bytes,
    dimensions,
  );
  const expected = headerBytes + shape.reduce((product, length) => product * length, 1);
  if (expected > mostBytes) {
    throw new NablaError(
      `${name}: shape is ${formatShape(shape)}, expected at most ${mostBytes} bytes in all`,
    );
  }
  const needs = `${formatShape(shape)} takes ${expected} bytes with its header`;
  const found = compressed ? gunzip(name, bytes, expected) : bytes;
  if (found === undefined) throw new NablaError(`${name}: ${needs}, found more in the gzip data`);
  if (found.length !== expected) {
    const difference = found.length - expected;
    const hint = difference < 0 ? "it looks truncated" : `that is ${difference} too many`;
    throw new NablaError(`${name}: ${needs}, found ${found.length}; ${hint}`);
  }
  return { shape, data: found.subarray(headerBytes) };
}

interface Header {
  readonly shape: number[];
  readonly headerBytes: number;
}

function readHeader(name: string, bytes: Uint8Array, dimensions: number | undefined): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4) {
    throw new NablaError(`${name}: has ${bytes.length} bytes, expected a magic number of 4`);
  }
  const rank = bytes[3]!;
  checkMagicNumber(name, view.getUint32(0), dimensions);
  const headerBytes = 4 + 4 * rank;
  if (bytes.length < headerBytes) {
    throw new NablaError(`${name}: has ${bytes.length} bytes, expected a header of ${headerBytes}`);
  }
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis));
  if (shape.includes(0)) {
    throw new NablaError(`${name}: shape is ${formatShape(shape)}, expected sizes of at least 1`);
  }
  return { shape, headerBytes };
}

function checkMagicNumber(name: string, magic: number, dimensions: number | undefined): void {
  const isOfBytes = magic >>> 8 === uint8;
  const rank = magic & 0xff;
  if (isOfBytes && (dimensions === undefined ? rank > 0 : rank === dimensions)) return;
  const expected =
    dimensions === undefined ? "0x00000801 to 0x000008FF" : hexadecimal(uint8 * 256 + dimensions);
  const hint = likelyContent(magic);
  throw new NablaError(
    `${name}: magic number is ${hexadecimal(magic)}, expected ${expected}` +
      (hint === undefined ? "" : `; this looks ${hint}`),
  );
}

/** What a file with a magic number that was not expected most likely is. */
function likelyContent(magic: number): string | undefined {
  if (magic >>> 16 === 0x1f8b) return "gzip-compressed twice";
  if (magic === 0x0801) return "like labels";
  if (magic === 0x0803) return "like images";
  const elements = elementTypes.get(magic >>> 8);
  return elements === undefined || magic >>> 8 === uint8 ? undefined : `like ${elements}`;
}

/** A magic number as the format's page writes it: "0x00000803". */
export function hexadecimal(magic: number): string {
  return `0x${magic.toString(16).toUpperCase().padStart(8, "0")}`;
}

/** A shape as errors write it: "[60000, 28, 28]". */
export function formatShape(shape: readonly number[]): string {
  return `[${shape.join(", ")}]`;
}
