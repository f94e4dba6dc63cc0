// The runner's program, as text: a worker that does whole runs in place of the first thread
// (runner.ts). It gets its work in messages. In a divided run it plays the first thread's side, by
// the rules of division.ts.
import type { OperatorName } from "../../scalar/operators.ts";
import {
  longestLook,
  mostSleeps,
  partsPerThread,
  shortestLook,
  sleep,
  tolerated,
} from "./division.ts";
import { controlWords as control, runnerWords as words } from "./thread-mailbox.ts";
import type { WorkerSource } from "./workers.ts";

/** The result of a run, in the word `outcome`. */
export const outcomes = { together: 1, alone: 2, again: 3 } as const;

/** Host operators that the runner has too: functions of `Math` with these names. */
export const runnerOperators: ReadonlySet<OperatorName> = new Set<OperatorName>(["sin", "cos"]);

/**
 * A program, before its first run: its compiled module, and what it imports, of `runnerOperators`.
 */
export interface ProgramMessage {
  readonly program: number;
  readonly module: object;
  readonly imports: readonly { readonly name: string; readonly operator: OperatorName }[];
}

/** A run of one segment. */
export interface RunMessage {
  readonly run: number;
  readonly program: number;
  /** Its exported name in the module. */
  readonly name: string;
  readonly table: number;
  /** For a divided run: its stretches, and the mailbox by which workers take parts. */
  readonly stretches:
    | readonly {
        readonly position: number;
        readonly parts: number;
        readonly nanoseconds: number;
      }[]
    | undefined;
  readonly control: number;
  readonly threads: number;
}

/**
 * Given `memory`, `words` (an address), and how to answer. (Comments in the text would be shipped.)
 *
 * `waitFor` sleeps until a word is not what it was, but not long. It and `divide` return the
 * milliseconds that were lost in waiting, or -1 if a thread is lost. After an error, `divide` waits
 * for the parts that others have begun, so that nobody works on in memory that others may have then.
 *
 * `run` looks at the memory anew, as it may have grown, and threads may have words beyond what there
 * was. Whoever could not wait for a run may have taken it back. What is wrong in one that fails is
 * found again by who does it again.
 */
const main = `
function main({ memory, words: address }, answer) {
  let words = new Int32Array(memory.buffer);
  const own = address / 4;
  const programs = [];
  const waitFor = (base, parts, expected) => {
    const isDone = () => Atomics.load(words, base + ${control.done}) >= parts;
    const start = performance.now();
    const look = Math.min(${shortestLook} + expected, ${longestLook});
    do if (isDone()) return 0; while (performance.now() - start < look);
    Atomics.store(words, base + ${control.waiting}, 1);
    let sleeps = 0;
    for (;;) {
      const done = Atomics.load(words, base + ${control.done});
      if (done >= parts) break;
      if (Atomics.wait(words, base + ${control.done}, done, ${sleep}) !== "timed-out") continue;
      sleeps++;
      if (sleeps > ${mostSleeps} + (20 * expected) / ${sleep}) return -1;
    }
    Atomics.store(words, base + ${control.waiting}, 0);
    const waited = performance.now() - start;
    return waited > ${tolerated} + 2 * expected ? waited : 0;
  };
  const divide = (run, { position, parts: worth, nanoseconds }, { table, control, threads }) => {
    const base = control / 4;
    const parts = Math.min(worth, ${partsPerThread} * threads);
    Atomics.store(words, base + ${control.stretch}, position);
    Atomics.store(words, base + ${control.parts}, parts);
    Atomics.store(words, base + ${control.done}, 0);
    Atomics.store(words, base + ${control.left}, parts - 1);
    Atomics.add(words, base + ${control.news}, 1);
    if (Atomics.load(words, base + ${control.sleeping}) > 0) {
      Atomics.notify(words, base + ${control.news});
    }
    let left = parts;
    try {
      do {
        run(table, 0, parts - left, parts);
        Atomics.add(words, base + ${control.done}, 1);
        left = Atomics.sub(words, base + ${control.left}, 1);
      } while (left > 0);
    } catch (error) {
      left = Math.max(0, Atomics.exchange(words, base + ${control.left}, 0));
      waitFor(base, parts - left - 1, nanoseconds / parts / 1e6);
      throw error;
    }
    return waitFor(base, parts, nanoseconds / parts / 1e6);
  };
  const together = (functions, message) => {
    const base = message.control / 4;
    Atomics.store(words, base + ${control.running}, 1);
    let lost = 0;
    for (const stretch of message.stretches) {
      const run = functions[stretch.position];
      if (lost > 0 || stretch.parts === 1) run(message.table, 0, 0, 1);
      else lost = divide(run, stretch, message);
      if (lost < 0) return ${outcomes.again};
    }
    Atomics.store(words, base + ${control.running}, 0);
    Atomics.store(words, own + ${words.lost}, Math.ceil(1000 * lost));
    return ${outcomes.together};
  };
  const run = (message) => {
    const { run: number, program, name, table } = message;
    words = new Int32Array(memory.buffer);
    if (Atomics.compareExchange(words, own + ${words.offered}, number, -number) !== number) return;
    const start = performance.now();
    let outcome = ${outcomes.again};
    Atomics.store(words, own + ${words.lost}, 0);
    try {
      const functions = programs[program];
      if (message.stretches) outcome = together(functions, message);
      else {
        functions[name](table, 0, 0, 1);
        outcome = ${outcomes.alone};
      }
    } catch {}
    const microseconds = Math.round(1000 * (performance.now() - start));
    Atomics.store(words, own + ${words.microseconds}, Math.min(microseconds, 2 ** 31 - 1));
    Atomics.store(words, own + ${words.outcome}, outcome);
    Atomics.store(words, own + ${words.over}, number);
    Atomics.notify(words, own + ${words.over});
    answer(number);
  };
  return (message) => {
    if (message.module) {
      const nabla = { memory };
      for (const { name, operator } of message.imports) nabla[name] = Math[operator];
      const { exports } = new WebAssembly.Instance(message.module, { nabla });
      programs[message.program] = exports;
    } else if (message.drop !== undefined) delete programs[message.drop];
    else run(message);
  };
}`;

export const runnerSource: WorkerSource = {
  node: `${main}
const { parentPort, workerData } = require("node:worker_threads");
parentPort.on("message", main(workerData, (number) => parentPort.postMessage(number)));`,
  page: `${main}
onmessage = ({ data }) => {
  const receive = main(data, (number) => postMessage(number));
  onmessage = (event) => receive(event.data);
};`,
};
