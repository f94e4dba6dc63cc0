// Elements made by workers: each calls the default export of a module, of one element at a time.
import { NablaError, Tensor } from "@nabla/autograd";
import { checkOptions, count, describe, isPlainObject } from "@nabla/autograd/checks";
import { ahead, Cell, failed, type Stage } from "./cells.ts";

export interface WorkerOptions {
  /** Default: one fewer than the host has processors, at least one. */
  readonly workers?: number;
}

/** What a worker does: it answers each message with what the module's function gives, or its error. */
const program = `
const port = typeof self === "undefined" ? require("node:worker_threads").parentPort : self;
const listen = (f) => port.on ? port.on("message", f) : (port.onmessage = ({ data }) => f(data));
const given = new WeakSet();
let loaded;
listen(async ({ module, id, element }) => {
  try {
    const { default: f } = await (loaded ??= import(module));
    if (typeof f !== "function") throw new Error("the module has no function as its default export");
    const value = await f(element);
    const own = (x) => ArrayBuffer.isView(x) && x.buffer instanceof ArrayBuffer && x.byteLength === x.buffer.byteLength;
    const parts = Object(value) === value && !ArrayBuffer.isView(value) ? Object.values(value) : [value];
    if ([value, ...parts].some((x) => typeof x?.dataSync === "function")) {
      throw new Error("the module gave a tensor, which does not leave its worker: give its dataSync()");
    }
    const buffers = [...new Set(parts.filter(own).map((x) => x.buffer))];
    if (buffers.some((x) => given.has(x))) {
      throw new Error("the module gave an array again that was handed over before: give a copy");
    }
    port.postMessage({ id, value }, buffers);
    for (const x of buffers) given.add(x);
  } catch (error) {
    port.postMessage({ id, message: String(error?.message ?? error) });
  }
});`;

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly message?: string;
}

/** A worker of either kind of host. */
interface Host {
  post(message: unknown): void;
  end(): Promise<unknown>;
}

type Listeners = {
  readonly onAnswer: (answer: Answer) => void;
  readonly onError: (error: unknown) => void;
};

/** What the module's function gives for each element, in the same order. */
export function inWorkers<T, U>(
  stage: Stage<T>,
  module: URL | string,
  options: WorkerOptions = {},
): Stage<U> {
  const url = urlOf(module);
  checkOptions("mapInWorkers", options, { workers: count });
  return async function* (epoch, skip, endings) {
    const { workers = Math.max(1, (await processors()) - 1) } = options;
    const pool = new Pool(url, workers);
    endings.push(() => pool.end());
    let index = skip;
    const cells = (async function* () {
      for await (const cell of stage(epoch, skip, endings)) {
        const own = index++;
        yield new Cell(async () => {
          const element = await cell.get();
          checkSent(own, element);
          return (await pool.call(element, own)) as U;
        });
      }
    })();
    // Of each worker one element at work, and one that waits.
    yield* ahead(cells, 2 * workers);
  };
}

/** Throws for tensors: of their copies nothing would be left. */
function checkSent(index: number, element: unknown): void {
  const parts: readonly unknown[] = isPlainObject(element)
    ? Object.values(element)
    : Array.isArray(element)
      ? element
      : [element];
  if (!parts.some((x) => x instanceof Tensor)) return;
  const subject = `mapInWorkers: element ${index}`;
  throw new NablaError(`${subject}: tensors do not go to workers: give their dataSync()`);
}

function urlOf(module: unknown): string {
  const text = module instanceof URL ? module.href : module;
  if (typeof text === "string" && URL.canParse(text)) return text;
  throw new NablaError(
    `mapInWorkers: got ${describe(module)}, expected a URL: new URL("./decode.js", import.meta.url)`,
  );
}

async function processors(): Promise<number> {
  const { process, navigator } = globalThis as {
    process?: NodeJS.Process;
    navigator?: { readonly hardwareConcurrency?: number };
  };
  const os = process?.getBuiltinModule?.("node:os");
  return os?.availableParallelism() ?? navigator?.hardwareConcurrency ?? 1;
}

/** Workers that are started when there is something for them to do. */
class Pool {
  readonly #module: string;
  readonly #most: number;
  readonly #idle: Host[] = [];
  readonly #all: Promise<Host>[] = [];
  readonly #waiting: ((host: Host) => void)[] = [];
  readonly #calls = new Map<number, Waiting>();
  /** Why there will be no more answers. */
  #failure: { readonly error: unknown } | undefined;

  constructor(module: string, most: number) {
    this.#module = module;
    this.#most = most;
  }

  async call(element: unknown, id: number): Promise<unknown> {
    const host = await this.#next();
    try {
      return await new Promise<unknown>((resolve, reject) => {
        if (this.#failure) throw this.#failure.error;
        this.#calls.set(id, { resolve, reject });
        host.post({ module: this.#module, id, element });
      });
    } catch (error) {
      throw failed("mapInWorkers", id, error);
    } finally {
      this.#calls.delete(id);
      const next = this.#waiting.shift();
      if (next) next(host);
      else this.#idle.push(host);
    }
  }

  async #next(): Promise<Host> {
    const idle = this.#idle.pop();
    if (idle) return idle;
    if (this.#all.length === this.#most)
      return new Promise((resolve) => this.#waiting.push(resolve));
    const host = startWorker({
      onAnswer: ({ id, value, message }) => {
        if (message === undefined) this.#calls.get(id)?.resolve(value);
        else this.#calls.get(id)?.reject(new Error(message));
      },
      // The element is unknown: all pending and later calls fail.
      onError: (error) => {
        this.#failure ??= { error };
        for (const { reject } of this.#calls.values()) reject(error);
      },
    });
    this.#all.push(host);
    return host;
  }

  async end(): Promise<void> {
    await Promise.all(this.#all.map(async (host) => (await host).end()));
  }
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** What is needed of a page's `Worker`. */
interface PageWorker {
  postMessage(message: unknown): void;
  terminate(): void;
  addEventListener(
    kind: "message" | "error" | "messageerror",
    listener: (event: { readonly data?: unknown; readonly message?: string }) => void,
  ): void;
}

type PageWorkers = new (address: string, options: { readonly type: "module" }) => PageWorker;

async function startWorker({ onAnswer, onError }: Listeners): Promise<Host> {
  const { process, Worker } = globalThis as { process?: NodeJS.Process; Worker?: PageWorkers };
  const threads = process?.getBuiltinModule?.("node:worker_threads");
  if (threads) {
    const worker = new threads.Worker(program, { eval: true });
    worker.on("message", onAnswer);
    worker.on("error", onError);
    worker.on("messageerror", onError);
    // After an error, too, which then has been told.
    worker.on("exit", () => onError(new Error("a worker ended, as by process.exit()")));
    // A worker's postMessage takes no origin.
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    return { post: (message) => worker.postMessage(message), end: () => worker.terminate() };
  }
  if (!Worker) throw new NablaError("mapInWorkers: the host has no workers; map does without");
  const address = URL.createObjectURL(new Blob([program], { type: "text/javascript" }));
  const worker = new Worker(address, { type: "module" });
  worker.addEventListener("message", ({ data }) => onAnswer(data as Answer));
  worker.addEventListener("error", ({ message }) => onError(new Error(message)));
  worker.addEventListener("messageerror", () => onError(new Error("an answer cannot be read")));
  return {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin
    post: (message) => worker.postMessage(message),
    async end() {
      worker.terminate();
      URL.revokeObjectURL(address);
    },
  };
}
