// Reading from the first byte to the last, written once for bytes in memory and for streams: a parser
// is a generator that requests the next bytes.
import { NablaError } from "@nabla/autograd";

/** A request for the next part of a file. */
export interface Part {
  readonly bytes: number;
  /** What errors call it. */
  readonly name: string;
  /** Whether the bytes are wanted. False: they are passed over, and an empty array is given. */
  readonly wanted: boolean;
}

/** A parser: requests the parts of a file in order, finally its end, and returns what they contain. */
export type Reading<Result> = Generator<Part | "end", Result, Uint8Array>;

/** Bytes that come in pieces: a `ReadableStream`, such as a response's body, or one of Node's. */
export type ByteStream = AsyncIterable<Uint8Array> | WebStream;

/** What is needed of a `ReadableStream`; not all of them can be iterated. */
interface WebStream {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
    cancel(reason?: unknown): Promise<void>;
  };
}

const nothing: Uint8Array = new Uint8Array();

/** Parses bytes in memory. */
export function readFrom<Result>(
  subject: string,
  bytes: Uint8Array,
  reading: Reading<Result>,
): Result {
  let at = 0;
  let step = reading.next();
  while (!step.done) {
    const part = step.value;
    if (part === "end") {
      if (at < bytes.length) throw goesOn(subject, at);
      step = reading.next(nothing);
      continue;
    }
    const end = at + part.bytes;
    if (end > bytes.length) throw endsEarly(subject, bytes.length, part.name, end);
    step = reading.next(bytes.subarray(at, part.wanted ? end : at));
    at = end;
  }
  return step.value;
}

/**
 * Parses bytes as they arrive. Memory is taken for bytes that have arrived, never for sizes that a file
 * claims.
 */
export async function readStream<Result>(
  subject: string,
  stream: ByteStream,
  reading: Reading<Result>,
): Promise<Result> {
  const chunks = chunksOf(stream)[Symbol.asyncIterator]();
  let rest = nothing;
  let at = 0;
  const next = async (): Promise<boolean> => {
    const { done, value } = await chunks.next();
    if (!done && !(value instanceof Uint8Array)) {
      throw new NablaError(`${subject}: the stream gave ${typeof value}, expected Uint8Array`);
    }
    rest = done ? rest : value;
    return !done;
  };
  const take = async (part: Part | "end"): Promise<Uint8Array> => {
    if (part === "end") {
      while (rest.length === 0 && (await next()));
      if (rest.length > 0) throw goesOn(subject, at);
      return nothing;
    }
    const { bytes, name, wanted } = part;
    const pieces: Uint8Array[] = [];
    let missing = bytes;
    while (missing > 0) {
      if (rest.length === 0 && !(await next())) {
        throw endsEarly(subject, at + bytes - missing, name, at + bytes);
      }
      const piece = rest.subarray(0, missing);
      rest = rest.subarray(piece.length);
      missing -= piece.length;
      // A copy (slice would not copy a Buffer): the owner of the chunk may reuse its memory.
      if (wanted) pieces.push(new Uint8Array(piece));
    }
    at += bytes;
    return joined(pieces);
  };
  try {
    let step = reading.next();
    while (!step.done) step = reading.next(await take(step.value));
    return step.value;
  } finally {
    await chunks.return?.();
  }
}

/** The pieces as one; a single piece as it is. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  // All pieces are arrays made here, none of them in memory that threads share.
  if (pieces.length === 1) return pieces[0] as Uint8Array<ArrayBuffer>;
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** The pieces of a stream of either kind. */
export async function* chunksOf(stream: ByteStream): AsyncGenerator<Uint8Array, void, undefined> {
  if (Symbol.asyncIterator in stream) {
    yield* stream;
    return;
  }
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

function endsEarly(subject: string, length: number, name: string, end: number): NablaError {
  return new NablaError(`${subject}: the file ends at byte ${length}, ${name} at byte ${end}`);
}

function goesOn(subject: string, end: number): NablaError {
  return new NablaError(`${subject}: the file goes on behind byte ${end}, where its tensors end`);
}
