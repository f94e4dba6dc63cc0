// What threads cost on a machine whose processors others keep busy.
//   pnpm bench:busy [--tries 20] [--steps 50] [--busy 2]
// Tries of some steps of training an LSTM (busy-steps.mjs), by one thread and by two in turn, each in a process of
// its own, beside processes that do nothing but count.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: {
    tries: { type: "string", default: "20" },
    steps: { type: "string", default: "50" },
    busy: { type: "string", default: "2" },
  },
});
const steps = fileURLToPath(new URL("busy-steps.mjs", import.meta.url));
const cwd = path.dirname(steps);

function millisecondsOf(threads: number): number {
  const args = [steps, String(threads), values.steps];
  return Number(execFileSync(process.execPath, args, { cwd, encoding: "utf8" }));
}

/** They end with this process, however it ends. */
const counting = "const parent = process.ppid; while (process.ppid === parent);";
const others: readonly ChildProcess[] = Array.from({ length: Number(values.busy) }, () =>
  spawn(process.execPath, ["--eval", counting], { stdio: "ignore" }),
);
const [ones, twos]: [number[], number[]] = [[], []];
try {
  console.log("one thread, two threads (ms), two / one");
  for (let i = 0; i < Number(values.tries); i++) {
    const [one, two] = [millisecondsOf(1), millisecondsOf(2)];
    ones.push(one);
    twos.push(two);
    console.log(compared(one, two));
  }
} finally {
  for (const other of others) other.kill();
}

function compared(one: number, two: number): string {
  return `${one.toFixed(0)}, ${two.toFixed(0)}, ${(two / one).toFixed(2)}`;
}

function median(sample: readonly number[]): number {
  return [...sample].sort((a, b) => a - b)[Math.floor(sample.length / 2)]!;
}

console.log(`medians: ${compared(median(ones), median(twos))}`);
console.log(`slowest: ${compared(Math.max(...ones), Math.max(...twos))}`);
