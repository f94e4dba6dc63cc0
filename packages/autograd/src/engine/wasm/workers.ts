// Starts workers, in Node and in pages, and tells how many threads there can be.
import { mostThreads } from "./run-table.ts";

/** The part of the worker API that Node and pages have in common. */
export interface WorkerLike {
  terminate(): unknown;
  postMessage(message: unknown): void;
  /** Makes it keep the process alive, or not. Pages lack these. */
  ref?(): void;
  unref?(): void;
}

interface PageWorker extends WorkerLike {
  addEventListener(event: string, listener: (event: { readonly data?: unknown }) => void): void;
}

interface NodeWorker extends WorkerLike {
  unref(): void;
  on(event: string, listener: (given?: unknown) => void): void;
}

type NodeWorkerClass = new (
  source: string,
  options: {
    readonly eval: true;
    readonly workerData: unknown;
    readonly execArgv: readonly string[];
  },
) => NodeWorker;

interface Host {
  readonly process?: {
    getBuiltinModule?(name: string): unknown;
    readonly permission?: { has(scope: string): boolean };
  };
  readonly Worker?: new (url: string) => PageWorker;
  readonly navigator?: { readonly hardwareConcurrency?: number };
  readonly Blob?: new (parts: readonly string[], options: { readonly type: string }) => object;
  readonly URL?: { createObjectURL(blob: object): string };
}

const host = globalThis as unknown as Host;

let available: number | undefined;

/** How many threads the machine can run at once; 1 if the host cannot start workers. */
export function availableThreads(): number {
  available ??= Math.min(processors(), mostThreads);
  return available;
}

/** For tests, which want more threads than the machine has processors. */
export function setAvailableThreads(count: number): void {
  available = count;
}

function processors(): number {
  const { process, navigator } = host;
  if (!mayStartWorkers()) return 1;
  const os = process?.getBuiltinModule?.("node:os") as
    | { availableParallelism(): number }
    | undefined;
  return os ? os.availableParallelism() : (navigator?.hardwareConcurrency ?? 1);
}

/** With more processors, asking takes milliseconds, and one of them is rarely not free. */
const mostAsked = 16;

/**
 * Milliseconds for which the processors together have idled since the machine started; undefined if the
 * host does not tell.
 */
export function idleTime(): number | undefined {
  if (availableThreads() > mostAsked) return undefined;
  const os = host.process?.getBuiltinModule?.("node:os") as
    | { cpus(): readonly { readonly times: { readonly idle: number } }[] }
    | undefined;
  const processors = os?.cpus() ?? [];
  if (processors.length === 0) return undefined;
  return processors.reduce((sum, { times }) => sum + times.idle, 0);
}

/** Whether the host seems to allow workers, before one is started. */
export function mayStartWorkers(): boolean {
  const { process, Worker } = host;
  if (process?.getBuiltinModule) return process.permission?.has("worker") !== false;
  return Worker !== undefined;
}

/** A worker's script for Node (CommonJS) and for pages, as text: it has to start without files. */
export interface WorkerSource {
  readonly node: string;
  readonly page: string;
}

/**
 * Starts a worker with `data`, which does not keep the process alive. `onEnd` is called when it
 * has failed or ended, `onMessage` with its messages. Throws if the host does not let it start.
 */
export function startWorker(
  source: WorkerSource,
  data: unknown,
  { onEnd, onMessage }: { readonly onEnd: () => void; readonly onMessage?: (m: unknown) => void },
): WorkerLike {
  const { process, Worker, Blob, URL } = host;
  const threads = process?.getBuiltinModule?.("node:worker_threads") as
    | { readonly Worker: NodeWorkerClass }
    | undefined;
  if (threads) {
    const worker = new threads.Worker(source.node, {
      eval: true,
      workerData: data,
      // The process's own flags are not meant for it.
      execArgv: [],
    });
    worker.unref();
    for (const event of ["error", "exit"]) worker.on(event, onEnd);
    if (onMessage) worker.on("message", onMessage);
    return worker;
  }
  const blob = new Blob!([source.page], { type: "text/javascript" });
  const worker = new Worker!(URL!.createObjectURL(blob));
  worker.addEventListener("error", onEnd);
  if (onMessage) worker.addEventListener("message", (event) => onMessage(event.data));
  send(worker, data);
  return worker;
}

/** Sends a worker a message, which arrives in its event loop. */
export function send(worker: WorkerLike, message: unknown): void {
  // A worker's postMessage takes no origin.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  worker.postMessage(message);
}
