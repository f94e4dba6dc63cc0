// Where a file goes: a path, or a stream, of the web or of Node.

import { NablaError } from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";
import { writeFileWhole } from "./disk.ts";

/** Takes bytes: a `WritableStream`, or one of Node's. It is closed when all is written. */
export type ByteSink = WebSink | NodeSink;

/** What is needed of a `WritableStream`. */
interface WebSink {
  getWriter(): {
    write(chunk: Uint8Array): Promise<void>;
    close(): Promise<void>;
    abort(reason?: unknown): Promise<void>;
  };
}

/** What is needed of Node's `Writable`. */
interface NodeSink {
  write(chunk: Uint8Array, done: (error?: Error | null) => void): boolean;
  end(): unknown;
  destroy(error?: Error): unknown;
  once(event: "error" | "finish", listener: (error: Error) => void): unknown;
}

/**
 * Writes all chunks: to a file whole or not at all; into a stream, which is closed. One that fails
 * is aborted, and its error thrown.
 */
export async function writeTo(
  subject: string,
  target: string | ByteSink,
  chunks: Iterable<Uint8Array>,
): Promise<void> {
  if (typeof target === "string") await writeFileWhole(subject, target, chunks);
  else if (isWebSink(target)) await writeWebStream(target, chunks);
  else if (isNodeSink(target)) await writeNodeStream(target, chunks);
  else
    throw new NablaError(
      `${subject}: got ${describe(target)}, expected a path or a stream to write`,
    );
}

function isWebSink(target: unknown): target is WebSink {
  return typeof (target as Partial<WebSink> | null)?.getWriter === "function";
}

function isNodeSink(target: unknown): target is NodeSink {
  const { write, once } = (target ?? {}) as Partial<NodeSink>;
  return typeof write === "function" && typeof once === "function";
}

async function writeWebStream(sink: WebSink, chunks: Iterable<Uint8Array>): Promise<void> {
  const writer = sink.getWriter();
  try {
    for (const chunk of chunks) await writer.write(chunk);
  } catch (error) {
    await writer.abort(error).catch(() => undefined);
    throw error;
  }
  await writer.close();
}

async function writeNodeStream(sink: NodeSink, chunks: Iterable<Uint8Array>): Promise<void> {
  // An error is also given to the write that met it; without a listener it would end the process.
  const finished = new Promise<void>((resolve, reject) => {
    sink.once("finish", () => resolve());
    sink.once("error", reject);
  });
  const written = async (): Promise<void> => {
    for (const chunk of chunks) {
      await new Promise<void>((resolve, reject) => {
        sink.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
    }
    sink.end();
    await finished;
  };
  await Promise.all([finished, written()]);
}
