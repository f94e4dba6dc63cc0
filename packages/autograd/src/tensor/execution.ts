// Controls when and where graphs run.

import type { BackendMemory } from "../engine/backend.ts";
import { type BackendName, chooseBackend, currentBackend } from "../engine/backends.ts";
import { finishBackground } from "../engine/background.ts";
import { realize as realizeNodes, realizing, tracingError } from "../engine/realize.ts";
import { setWantedThreads } from "../engine/threads.ts";
import { NablaError } from "../graph/errors.ts";
import { checkCount, checkFunction } from "./checks.ts";
import { later } from "./later.ts";
import { nodeOf, type Tensor, tensorOf } from "./tensor.ts";
import { changesWithCalls, currentTrace } from "./trace.ts";

/**
 * Computes several tensors in one run, so that common nodes are computed once, and keeps their
 * values.
 *
 * @example
 * const x = tensor([1, 2]).exp();
 * realize(x.sum(), x.mean());
 */
export function realize(...tensors: readonly Tensor[]): void {
  // A traced function computes when it is called.
  if (currentTrace()) return;
  realizeNodes(
    "realize",
    tensors.map((x) => nodeOf("realize", x)),
  );
}

/**
 * Computes several tensors in one run, like `realize`, without blocking the event loop: runs of
 * some milliseconds use a worker, if the host has workers that share memory.
 *
 * @example
 * const x = tensor([1, 2]).exp();
 * const [a, b] = [x.sum(), x.mean()];
 * await realizeAsync(a, b);
 * a.itemSync(); // => 10.1073
 */
export async function realizeAsync(...tensors: readonly Tensor[]): Promise<void> {
  const nodes = tensors.map((x) => nodeOf("realizeAsync", x));
  if (currentTrace()) throw tracingError("realizeAsync");
  return later(realizing("realizeAsync", nodes));
}

/**
 * Marks a tensor, so that the next run that computes it keeps its value: reading it is then free.
 * For intermediate results of a step, such as outputs beside the cost. That run also computes and
 * keeps `others`: for parameters that were assigned values computed from `x`, such as running
 * statistics. If it fails, they keep their old values.
 *
 * @example
 * const outputs = keep(tensor([1, 2]).sigmoid());
 * outputs.sum().itemSync(); // => 1.6119
 * outputs.arraySync(); // => [0.7311, 0.8808]
 *
 * @example
 * const seen = parameter(0);
 * const mean = tensor([1, 2]).mean();
 * keep(mean, seen.assign(seen.add(mean)));
 * gather(mean.reshape([1]), 0, tensor([9], { dtype: "int32" })).arraySync(); // => throws index 9
 * seen.itemSync(); // => 0
 */
export function keep<T extends Tensor>(x: T, ...others: readonly Tensor[]): T {
  const node = nodeOf("keep", x);
  const along = others.map((other) => nodeOf("keep", other));
  // Assignments of a traced function are computed at each call.
  const kept = currentTrace() ? [node] : [node, ...along];
  node.cell.companions = [...(node.cell.companions ?? []), ...kept];
  return x;
}

/**
 * Marks a tensor, so that the next run that computes it calls `check` with it, its values
 * available, before the run keeps anything: if `check` throws, the run throws that error and has no
 * effect (an asynchronous check would throw too late, and is an error). So a step can be refused by a value that it has computed. A value that exists already is
 * checked at once. A compiled function that marks a tensor checks it at each call.
 *
 * @example
 * const w = parameter([4]);
 * const step = compile((x: Tensor) => {
 *   const cost = guard(w.mul(x).sqrt().sum(), (x) => {
 *     if (Number.isNaN(x.itemSync())) throw new RangeError("the cost is NaN");
 *   });
 *   const [g] = gradients(cost, [w]);
 *   w.assign(w.sub(g));
 * });
 * step(tensor([1]));
 * step(tensor([-1])); // => throws the cost is NaN
 * w.arraySync(); // => [3.75]
 */
export function guard<X extends Tensor>(x: X, check: (x: X) => void): X {
  checkFunction("guard", check);
  const look = (one: X): void => {
    const given: unknown = check(one);
    if (!(given instanceof Promise)) return;
    // Whatever it throws comes too late.
    given.catch(() => undefined);
    throw new NablaError(
      "guard: the check gives a Promise, and would refuse too late; expected a function that throws " +
        "before it returns: x.itemSync() in place of await x.item()",
    );
  };
  // The current run may be computing it, and will not ask.
  finishBackground("guard");
  const node = nodeOf("guard", x);
  // While tracing, a draw or an external number has a value, but each call has another.
  if (node.cell.value && !changesWithCalls(node)) {
    look(x);
    return x;
  }
  const { guard: before } = node.cell;
  node.cell.guard = (valued) => {
    before?.(valued);
    look(tensorOf(valued) as unknown as X);
  };
  currentTrace()?.guarded.push(node);
  return x;
}

const noMemory: BackendMemory = { arena: 0, parameters: 0, cache: 0 };

/** Bytes in use, by purpose. */
export interface MemoryUse {
  /** Intermediate results, in WebAssembly memory: the most that any run so far has needed. */
  readonly arena: number;
  /** Parameters in WebAssembly memory: two slots for each that was updated twice. */
  readonly parameters: number;
  /** Constants used repeatedly, in WebAssembly memory, up to 512 MiB. */
  readonly cache: number;
  /** All typed arrays of the process, nabla's and others', if the host reports them: Node does. */
  readonly javascript: number;
}

/**
 * Reports bytes in use. For information only: nothing has to be freed by hand.
 *
 * @example
 * const before = memory().parameters;
 * const w = parameter(zeros([1000]));
 * for (let i = 0; i < 2; i++) realize(w.assign(w.add(1)));
 * memory().parameters - before >= 8000; // => true
 */
export function memory(): MemoryUse {
  const { process } = globalThis as {
    readonly process?: { memoryUsage?(): { readonly arrayBuffers: number } };
  };
  return {
    ...noMemory,
    ...currentBackend().memory,
    javascript: process?.memoryUsage?.().arrayBuffers ?? 0,
  };
}

/**
 * Names what graphs run on: "wasm" (WebAssembly with vectors of 128 bits) wherever the host
 * supports it, else "reference" (plain JavaScript), with one warning that says why.
 *
 * @example
 * backend(); // => "wasm"
 */
export function backend(): BackendName {
  return currentBackend().name;
}

/**
 * Whether values have to be awaited, because the device answers later: `x.dataSync()` and everything else
 * that would have to wait throws, and `await x.data()` must be used instead. False on nabla's own back
 * ends, and while a function is traced, which computes nothing.
 *
 * @example
 * mustAwait(); // => false
 */
export function mustAwait(): boolean {
  return !currentTrace() && currentBackend().answersLater === true;
}

/**
 * Returns how many threads large runs use, after setting it to `count` if given: at most, and by
 * default, as many as the machine has processors (16 at most). Results have the same bits for any
 * number. One thread where memory cannot be shared (in pages that are not isolated from other
 * origins), where workers cannot start, as soon as one has ended, and on back ends without threads,
 * such as the reference. Throws `NablaError` unless `count` is a positive integer.
 *
 * @example
 * threads(1);
 * threads(); // => 1
 */
export function threads(count?: number): number {
  if (count !== undefined) setWantedThreads(checkCount("threads", "count", count, 1));
  return currentBackend().threads?.() ?? 1;
}

/**
 * Chooses what graphs run on. Throws `NablaError` for an unknown back end, and for "wasm" if the
 * host lacks WebAssembly or its vectors.
 *
 * @example
 * setBackend("reference");
 * tensor([1, 2]).exp().sum().itemSync(); // => 10.1073
 * setBackend("wasm");
 */
export function setBackend(name: BackendName): void {
  finishBackground("setBackend");
  chooseBackend(name);
}
