// NumPy's archives of several arrays: .npz, a ZIP file of .npy files.
// Source: https://numpy.org/doc/stable/reference/generated/numpy.savez.html
import { NablaError, realizeAsync, type Tensor } from "@nabla/autograd";
import {
  callable,
  checkOptions,
  count,
  describe,
  flag,
  isPlainObject,
} from "@nabla/autograd/checks";
import type { FileEntry } from "@zip.js/zip.js";
import { wrapped } from "../checks.ts";
import { allBytes, type Bytes, type LaterBytes, subjectOf } from "../sources.ts";
import {
  arrayIn,
  checkTensor,
  type NpyOptions,
  npyKinds,
  npyOf,
  type ToNpyOptions,
  toNpyKinds,
} from "./npy.ts";

export interface NpzOptions extends NpyOptions {
  /** Which arrays to read, by name: the others may be of any dtype. Default: all. */
  readonly only?: (name: string) => boolean;
  /** How many bytes the arrays that are read may have, unpacked. Default: 2^31. */
  readonly mostBytes?: number;
}

/** Arrays in an archive at most: each has an entry of its own. */
const mostEntries = 2 ** 16;
const ending = ".npy";

/**
 * Reads the arrays of a NumPy archive (`.npz`, compressed or not) by name, like `npy`. Throws
 * `NablaError` for a malformed archive, for a wrong checksum, for entries that overlap, have the same
 * name or are not arrays, and as soon as more than `mostBytes` have been unpacked, whatever size the
 * archive claims.
 *
 * @example
 * const bytes = await toNpz({ inputs: tensor([[1, 2]]), targets: tensor([3]) });
 * const { inputs, targets } = await npz(bytes);
 * inputs!.arraySync(); // => [[1, 2]]
 * targets!.arraySync(); // => [3]
 */
export async function npz(
  source: Bytes | LaterBytes,
  options: NpzOptions = {},
): Promise<Readonly<Record<string, Tensor>>> {
  const subject = subjectOf("npz", source);
  checkOptions(subject, options, { only: callable, mostBytes: count, ...npyKinds });
  const { only = () => true, mostBytes = 2 ** 31, ...ofArrays } = options;
  const bytes = await allBytes(subject, source);
  const { Uint8ArrayReader, ZipReader } = await zip();
  const reader = new ZipReader(new Uint8ArrayReader(bytes), {
    ...{ checkSignature: true, checkOverlappingEntry: true, useWebWorkers: false },
    // Names are those of arrays, of which nothing becomes a path.
    filenameValidation: "tolerant",
  });
  const found = new Map<string, Tensor>();
  let left = mostBytes;
  try {
    for (const [name, entry] of await entriesOf(subject, reader.getEntriesGenerator())) {
      if (!only(name)) continue;
      const unpacked = await unpack(subject, name, entry, left);
      left -= unpacked.length;
      found.set(name, arrayIn(`${subject}: ${describe(name)}`, unpacked, ofArrays));
    }
  } finally {
    await reader.close().catch(() => undefined);
  }
  return Object.fromEntries(found);
}

/** What packs and unpacks: loaded by those who have archives. */
const zip = () => import("@zip.js/zip.js");

async function entriesOf(
  subject: string,
  entries: AsyncIterable<Readonly<{ filename: string; directory: boolean }>>,
): Promise<ReadonlyMap<string, FileEntry>> {
  const found = new Map<string, FileEntry>();
  try {
    for await (const entry of entries) {
      const { filename, directory } = entry;
      if (directory || !filename.endsWith(ending)) {
        throw new NablaError(`${subject}: has ${describe(filename)}, expected .npy files only`);
      }
      const name = filename.slice(0, -ending.length);
      if (found.has(name)) throw new NablaError(`${subject}: has ${describe(name)} twice`);
      if (found.size >= mostEntries) {
        throw new NablaError(`${subject}: has more than ${mostEntries} arrays`);
      }
      found.set(name, entry as FileEntry);
    }
  } catch (error) {
    throw wrapped(subject, error, "no ZIP archive that can be read: ");
  }
  return found;
}

/** The bytes of an entry: as many as it has, if these are not too many. */
async function unpack(
  subject: string,
  name: string,
  entry: FileEntry,
  most: number,
): Promise<Uint8Array> {
  const tooMany = () =>
    new NablaError(
      `${subject}: ${describe(name)} has more bytes than mostBytes leaves for it, ${most}; ` +
        "raise mostBytes if the archive is to be trusted",
    );
  if (entry.uncompressedSize > most) throw tooMany();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const sink = new WritableStream<Uint8Array>({
    write(chunk) {
      size += chunk.length;
      if (size > most) throw tooMany();
      if (size > entry.uncompressedSize) {
        const given = `${describe(name)} has more than the ${entry.uncompressedSize} bytes`;
        throw new NablaError(`${subject}: ${given} that the archive says`);
      }
      chunks.push(chunk);
    },
  });
  try {
    await entry.getData(sink);
  } catch (error) {
    throw wrapped(`${subject}: ${describe(name)}`, error, "cannot be unpacked: ");
  }
  if (size !== entry.uncompressedSize) {
    const given = `${describe(name)} has ${size} bytes, ${entry.uncompressedSize} in the archive`;
    throw new NablaError(`${subject}: ${given}`);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

export interface ToNpzOptions extends ToNpyOptions {
  /** Whether the arrays are packed, as by `numpy.savez_compressed`. Default: false. */
  readonly compressed?: boolean;
}

/**
 * Tensors by name as the bytes of a NumPy archive. Throws `NablaError` for what is no tensor, and
 * `DTypeError` for an element that `dtype` cannot hold.
 *
 * @example
 * const bytes = await toNpz({ x: zeros([1000]) }, { compressed: true });
 * bytes.length < 400; // => true
 */
export async function toNpz(
  tensors: Readonly<Record<string, Tensor>>,
  options: ToNpzOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  checkOptions("toNpz", options, { compressed: flag, ...toNpyKinds });
  if (!isPlainObject(tensors)) {
    throw new NablaError(`toNpz: expects tensors by name, got ${describe(tensors)}`);
  }
  const { compressed = false, ...ofArrays } = options;
  const named = Object.entries(tensors);
  for (const [name, x] of named) checkTensor(`toNpz: ${describe(name)}`, x);
  await realizeAsync(...named.map(([, x]) => x));
  const { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } = await zip();
  const level = compressed ? 6 : 0;
  // No dates: the same arrays give the same bytes.
  const lastModDate = new Date(1980, 0, 1);
  const writer = new ZipWriter(new Uint8ArrayWriter(), {
    ...{ level, lastModDate, extendedTimestamp: false, useWebWorkers: false },
  });
  for (const [name, x] of named) {
    const file = npyOf(`toNpz: ${describe(name)}`, x, await x.data(), ofArrays);
    try {
      await writer.add(name + ending, new Uint8ArrayReader(file));
    } catch (error) {
      throw wrapped("toNpz", error, `${describe(name)}: `);
    }
  }
  return new Uint8Array(await writer.close());
}
