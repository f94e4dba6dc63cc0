// Makes progress on exchanges while this rank computes. MPI libraries move large messages only inside
// calls; so a background thread calls the library from time to time, as long as an exchange is in
// progress.
import { createRequire } from "node:module";
import { Worker } from "node:worker_threads";

/** What the thread calls: `MPI_Iprobe`, of a message that is never sent. */
export interface Probe {
  /** The library, as it was loaded. */
  readonly library: string;
  /** How handles are passed. */
  readonly handle: string;
  readonly communicator: number | bigint;
  readonly ignoredStatus: bigint;
}

/** Milliseconds between calls. */
const pause = 0.1;

/** Milliseconds for which an ending rank waits for the thread to leave the library. */
const lastWait = 1000;

/** Words of the memory that both threads have: how much is under way, and whether the thread is at it. */
const words = { underWay: 0, isAtIt: 1, never: 2 } as const;

/** The thread's program, as text: it has to start without files, bundled or not. */
const program = `
const { probe, koffi, control } = require("node:worker_threads").workerData;
const { load, address } = require(koffi);
const at = "uint64_t";
const call = load(probe.library, { global: true }).func(
  \`int MPI_Iprobe(int source, int tag, \${probe.handle} communicator, \${at} flag, \${at} status)\`,
);
const flag = new Int32Array(new ArrayBuffer(4));
const flagAt = address(flag);
const words = new Int32Array(control);
for (;;) {
  Atomics.wait(words, ${words.underWay}, 0);
  Atomics.store(words, ${words.isAtIt}, 1);
  while (Atomics.load(words, ${words.underWay}) > 0) {
    call(0, 0, probe.communicator, flagAt, probe.ignoredStatus);
    Atomics.wait(words, ${words.never}, 0, ${pause});
  }
  Atomics.store(words, ${words.isAtIt}, 0);
  Atomics.notify(words, ${words.isAtIt});
}
`;

/** The thread, started with the first exchange. */
export class Progress {
  readonly #probe: Probe;
  readonly #words = new Int32Array(new SharedArrayBuffer(16));
  #isStarted = false;

  constructor(probe: Probe) {
    this.#probe = probe;
  }

  begin(): void {
    if (!this.#isStarted) this.#start();
    if (Atomics.add(this.#words, words.underWay, 1) > 0) return;
    Atomics.notify(this.#words, words.underWay);
  }

  end(): void {
    Atomics.sub(this.#words, words.underWay, 1);
  }

  /** Gives whether the thread calls the library no more. */
  stop(): boolean {
    Atomics.store(this.#words, words.underWay, 0);
    return Atomics.wait(this.#words, words.isAtIt, 1, lastWait) !== "timed-out";
  }

  #start(): void {
    this.#isStarted = true;
    const workerData = {
      probe: this.#probe,
      koffi: createRequire(import.meta.url).resolve("koffi"),
      control: this.#words.buffer,
    };
    const worker = new Worker(program, { eval: true, workerData, execArgv: [] });
    // Without it exchanges move on where somebody waits.
    worker.on("error", () => undefined);
    worker.unref();
  }
}
