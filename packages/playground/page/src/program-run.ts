// A program that runs, seen from the page.
import type { Compiled } from "./compiled.ts";
import type { Told } from "./output.ts";

/** Starts a program in a worker; `tell` is told what it shows and how it ends. Returns what stops it. */
export function start(compiled: Compiled, tell: (told: Told) => void): () => void {
  const worker = new Worker(new URL("run-worker.ts", import.meta.url), { type: "module" });
  worker.addEventListener("message", ({ data }: MessageEvent<Told>) => tell(data));
  worker.addEventListener("error", ({ message }) => {
    const text = message || "the worker that runs programs did not start";
    tell({ kind: "done", failure: { text, line: undefined } });
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
  worker.postMessage(compiled);
  return () => worker.terminate();
}
