// Sources of a file: bytes in memory, a path, a stream.
import { NablaError, printable } from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";
import { chunksOfFile } from "./disk.ts";
import {
  type ByteStream,
  chunksOf,
  joined,
  type Reading,
  readFrom,
  readStream,
} from "./reading.ts";

/** What errors begin with: the operation, and the file if it has a name. */
export function subjectOf(operation: string, place: unknown): string {
  return typeof place === "string" ? `${operation}: ${printable(place)}` : operation;
}

/** A file in memory. */
export type Bytes = Uint8Array | ArrayBuffer;

/** Reads bytes synchronously, and a file or stream as it arrives. */
export function readSource<Result>(
  subject: string,
  source: Bytes | string | ByteStream,
  reading: Reading<Result>,
): Result | Promise<Result> {
  const bytes = bytesOf(subject, source);
  if (bytes) return readFrom(subject, bytes, reading);
  return readStream(subject, streamOf(subject, source as string | ByteStream), reading);
}

/** All bytes of a source, `most` at most. */
export async function readAll(
  subject: string,
  source: Bytes | string | ByteStream,
  most: number,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  const given = bytesOf(subject, source);
  const chunks = given ? [given] : chunksOf(streamOf(subject, source as string | ByteStream));
  for await (const chunk of chunks) {
    if (!(chunk instanceof Uint8Array)) {
      throw new NablaError(`${subject}: the stream gave ${describe(chunk)}, expected Uint8Array`);
    }
    size += chunk.length;
    if (size > most) {
      throw new NablaError(`${subject}: has more than ${most} bytes, expected ${most} at most`);
    }
    pieces.push(new Uint8Array(chunk));
  }
  return joined(pieces);
}

function streamOf(subject: string, source: string | ByteStream): ByteStream {
  if (typeof source === "string") return chunksOfFile(subject, source);
  if (isStream(source)) return source;
  const kind = describe(source);
  const hint =
    { "a Response": "; pass response.body", "a Blob": "; pass blob.stream()" }[kind] ?? "";
  throw new NablaError(`${subject}: expects bytes, a path or a stream, got ${kind}${hint}`);
}

/** The bytes of an array or a buffer, also of another realm, such as a frame's or a test's. */
function bytesOf(subject: string, source: unknown): Uint8Array | undefined {
  const kind = Object.prototype.toString.call(source);
  try {
    if (kind === "[object ArrayBuffer]") return new Uint8Array(source as ArrayBuffer);
    if (kind !== "[object Uint8Array]") return undefined;
    const { buffer, byteOffset, byteLength } = source as Uint8Array;
    return new Uint8Array(buffer, byteOffset, byteLength);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new NablaError(`${subject}: the bytes are gone: their buffer was transferred`);
  }
}

function isStream(source: unknown): source is ByteStream {
  if (typeof source !== "object" || source === null) return false;
  return Symbol.asyncIterator in source || "getReader" in source;
}
