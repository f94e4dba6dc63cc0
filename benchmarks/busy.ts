// What threads cost on a machine whose processors others keep busy.
//   pnpm bench:busy [--tries 20] [--steps 50] [--busy 2] [--together]
// Tries of some steps of training an LSTM (busy-steps.mjs), by one thread, by two, and by one again, each in a
// process of its own, beside processes that do nothing but count. One thread against itself tells how much the
// machine alone varies. With --together all start at once, so that what else keeps the machine busy is the same
// for them.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";
import { median } from "./timed.ts";

const { values } = parseArgs({
  options: {
    tries: { type: "string", default: "20" },
    steps: { type: "string", default: "50" },
    busy: { type: "string", default: "2" },
    together: { type: "boolean", default: false },
  },
});
const steps = fileURLToPath(new URL("busy-steps.mjs", import.meta.url));
const cwd = path.dirname(steps);

async function millisecondsOf(threads: number): Promise<number> {
  const args = [steps, String(threads), values.steps];
  return Number((await promisify(execFile)(process.execPath, args, { cwd })).stdout);
}

/** They end with this process, however it ends. */
const counting = "const parent = process.ppid; while (process.ppid === parent);";
const others: readonly ChildProcess[] = Array.from({ length: Number(values.busy) }, () =>
  spawn(process.execPath, ["--eval", counting], { stdio: "ignore" }),
);
const samples: { readonly one: number; readonly two: number; readonly again: number }[] = [];
try {
  console.log("one thread, two threads, one again (ms); two / one, again / one");
  for (let i = 0; i < Number(values.tries); i++) {
    const begun: Promise<number>[] = [];
    for (const threads of [1, 2, 1]) {
      begun.push(millisecondsOf(threads));
      if (!values.together) await begun.at(-1);
    }
    const [one, two, again] = (await Promise.all(begun)) as [number, number, number];
    samples.push({ one, two, again });
    console.log(compared(one, two, again));
  }
} finally {
  for (const other of others) other.kill();
}

function compared(one: number, two: number, again: number): string {
  const times = [one, two, again].map((time) => time.toFixed(0)).join(", ");
  return `${times}; ${(two / one).toFixed(2)}, ${(again / one).toFixed(2)}`;
}

function overall(what: (sample: readonly number[]) => number): string {
  const of = (name: "one" | "two" | "again") => what(samples.map((sample) => sample[name]));
  return compared(of("one"), of("two"), of("again"));
}

const beyond = (name: "two" | "again") =>
  samples.filter((sample) => sample[name] > 1.3 * sample.one).length;
console.log(`medians: ${overall(median)}`);
console.log(`slowest: ${overall((sample) => Math.max(...sample))}`);
console.log(`beyond 1.3 of the first: two threads ${beyond("two")}, one again ${beyond("again")}`);
