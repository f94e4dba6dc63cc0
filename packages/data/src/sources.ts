// Sources of a file: bytes in memory, a path, a stream.
import { NablaError, printable } from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";
import type { ByteStream, Bytes } from "@nabla/nn";
import { wrapped } from "./checks.ts";

export type { ByteStream, Bytes } from "@nabla/nn";

/** What is needed of a `ReadableStream`; not all of them can be iterated. */
type WebStream = Exclude<ByteStream, AsyncIterable<Uint8Array>>;

/** A path (Node), a stream, or a `Blob`, such as a file that a user chose. */
export type LaterBytes = string | ByteStream | Blob;

/** Of a path no more is shown. */
const mostShown = 200;

/** What errors begin with: the operation, and the file if it has a name. */
export function subjectOf(operation: string, source: unknown): string {
  if (typeof source !== "string") return operation;
  const isLong = source.length > mostShown;
  return `${operation}: ${printable(source.slice(0, mostShown))}${isLong ? "…" : ""}`;
}

/** The bytes of an array or a buffer, also of another realm; undefined for all else. */
export function bytesNow(subject: string, source: unknown): Uint8Array | undefined {
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

/** All bytes that have arrived: nothing is allocated for a claimed size. */
export async function allBytes(subject: string, source: Bytes | LaterBytes): Promise<Uint8Array> {
  const given = bytesNow(subject, source);
  if (given) return given;
  const chunks: Uint8Array[] = [];
  // A copy (slice would be none of a Buffer): whoever gave the chunk may use its memory again.
  for await (const chunk of chunksOf(subject, source)) chunks.push(new Uint8Array(chunk));
  if (chunks.length === 1) return chunks[0]!;
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** The bytes piece by piece. Errors of the host and the stream are `NablaError`s. */
export async function* chunksOf(
  subject: string,
  source: Bytes | LaterBytes,
): AsyncGenerator<Uint8Array, void, undefined> {
  const given = bytesNow(subject, source);
  if (given) {
    yield given;
    return;
  }
  const chunks = piecesOf(subject, source);
  for (;;) {
    let step: IteratorResult<Uint8Array>;
    try {
      step = await chunks.next();
    } catch (error) {
      throw systemError(subject, error);
    }
    if (step.done) return;
    const chunk: unknown = step.value;
    const bytes = bytesNow(subject, chunk);
    if (!bytes)
      throw new NablaError(`${subject}: the stream gave ${describe(chunk)}, expected Uint8Array`);
    let isTaken = false;
    try {
      yield bytes;
      isTaken = true;
    } finally {
      if (!isTaken) await chunks.return();
    }
  }
}

async function* piecesOf(
  subject: string,
  source: unknown,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (typeof source === "string") {
    yield* fileChunks(subject, source);
  } else if (isObject(source) && Symbol.asyncIterator in source) {
    yield* source as AsyncIterable<Uint8Array>;
  } else if (isObject(source) && "getReader" in source) {
    yield* webChunks(source as WebStream);
  } else if (Object.prototype.toString.call(source) === "[object Blob]" || isFile(source)) {
    yield* webChunks((source as Blob).stream() as WebStream);
  } else {
    const kind = describe(source);
    const hint = kind === "a Response" ? "; pass response.body" : "";
    throw new NablaError(
      `${subject}: expects bytes, a path, a stream or a Blob, got ${kind}${hint}`,
    );
  }
}

const isObject = (x: unknown): x is object => typeof x === "object" && x !== null;
const isFile = (x: unknown): boolean => Object.prototype.toString.call(x) === "[object File]";

async function* webChunks(stream: WebStream): AsyncGenerator<Uint8Array, void, undefined> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || !value) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}

const chunkBytes = 2 ** 20;

/** Node's modules for files. */
interface NodeFiles {
  readonly fs: ReturnType<typeof process.getBuiltinModule<"node:fs/promises">>;
  readonly paths: ReturnType<typeof process.getBuiltinModule<"node:path">>;
}

/** Node's modules for files; throws where there are none, as in a page. */
export function nodeFiles(subject: string): NodeFiles {
  // Asked of Node itself: an import is something that bundlers for pages complain of.
  const { process } = globalThis as { process?: NodeJS.Process };
  const fs = process?.getBuiltinModule?.("node:fs/promises");
  const paths = process?.getBuiltinModule?.("node:path");
  if (fs && paths) return { fs, paths };
  throw new NablaError(`${subject}: a path needs Node; in a page give bytes, a stream or a Blob`);
}

async function* fileChunks(
  subject: string,
  path: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const handle = await nodeFiles(subject).fs.open(path);
  try {
    for await (const chunk of handle.createReadStream({ highWaterMark: chunkBytes })) {
      yield chunk as Uint8Array;
    }
  } finally {
    await handle.close();
  }
}

/** What the operating system said, in words; other errors as ours. */
export function systemError(subject: string, error: unknown): NablaError {
  const code = (error as NodeJS.ErrnoException | undefined)?.code;
  const known = systemErrors.get(code ?? "");
  if (known === undefined || error instanceof NablaError) return wrapped(subject, error);
  return new NablaError(`${subject}: ${known} (${code})`, { cause: error });
}

const systemErrors: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "there is no such file or folder"],
  ["ENOTDIR", "it is a file, expected a folder"],
  ["EACCES", "permission denied"],
  ["EISDIR", "it is a folder, expected a file"],
]);
