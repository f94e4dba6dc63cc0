// Where a file comes from: bytes that are there, a path, a stream.
import { NablaError } from "@nabla/autograd";
import { kindOf } from "../checks.ts";
import { chunksOfFile } from "./disk.ts";
import { type ByteStream, type Reading, readFrom, readStream } from "./reading.ts";

/** What errors begin with: the operation, and the file if it has a name. */
export function subjectOf(operation: string, place: unknown): string {
  return typeof place === "string" ? `${operation}: ${place}` : operation;
}

/** A file in memory. */
export type Bytes = Uint8Array | ArrayBuffer;

/** Reads bytes at once, and a file or stream as it comes. */
export function readSource<Result>(
  subject: string,
  source: Bytes | string | ByteStream,
  reading: Reading<Result>,
): Result | Promise<Result> {
  if (source instanceof ArrayBuffer) return readFrom(subject, new Uint8Array(source), reading);
  if (source instanceof Uint8Array) return readFrom(subject, source, reading);
  if (typeof source === "string") {
    return readStream(subject, chunksOfFile(subject, source), reading);
  }
  const isStream =
    typeof source === "object" &&
    source !== null &&
    (Symbol.asyncIterator in source || "getReader" in source);
  if (isStream) return readStream(subject, source, reading);
  const kind = kindOf(source);
  const hint =
    { "a Response": "; pass response.body", "a Blob": "; pass blob.stream()" }[kind] ?? "";
  throw new NablaError(`${subject}: expects bytes, a path or a stream, got ${kind}${hint}`);
}
