// Ends the process if one case takes too long, even in a loop that never returns: a thread beside it watches.
import { Worker } from "node:worker_threads";

/** A case may take so much of the processors' time, in milliseconds. */
const most = 1000;

/** Runs in the other thread, on its own: the process's time is what counts, machines may be busy. */
const watch = `
const { workerData: { cases, most, name, seed } } = require("node:worker_threads");
const used = () => { const { user, system } = process.cpuUsage(); return (user + system) / 1000; };
let [current, since] = [0, used()];
for (;;) {
  // Wakes up when the next case begins, or to look how long this one has taken.
  Atomics.wait(cases, 0, current, most / 4);
  const now = Atomics.load(cases, 0);
  if (now < 0) break;
  if (now !== current || now === 0) [current, since] = [now, used()];
  else if (used() - since > most) {
    const text = name + ": case " + now + " of seed " + seed + " takes more than a second\\n";
    require("node:fs").writeSync(2, text);
    process.kill(process.pid, "SIGKILL");
  }
}`;

/** Watches over cases: `next` says that one begins, `end` that there are no more. */
export interface Watchdog {
  next(): void;
  end(): Promise<void>;
}

/** A watchdog over the cases that a seed draws. */
export function watchdog(name: string, seed: number): Watchdog {
  const cases = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(watch, { eval: true, workerData: { cases, most, name, seed } });
  const ended = new Promise<void>((resolve, reject) => {
    worker.once("error", reject).once("exit", () => resolve());
  });
  const say = (value: number): void => {
    Atomics.store(cases, 0, value);
    Atomics.notify(cases, 0);
  };
  return {
    next: () => say(cases[0]! + 1),
    async end() {
      say(-1);
      await ended;
    },
  };
}
