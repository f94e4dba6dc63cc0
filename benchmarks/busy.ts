// What threads cost on a machine whose processors others keep busy.
//   pnpm bench:busy [--tries 20] [--steps 50] [--busy 2] [--together]
// Tries of some steps of training an LSTM (busy-steps.mjs), by one thread and by two in turn, each in a process of
// its own, beside processes that do nothing but count. With --together both start at once, so that what else keeps
// the machine busy is the same for both.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, promisify } from "node:util";

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
const [ones, twos]: [number[], number[]] = [[], []];
try {
  console.log("one thread, two threads (ms), two / one");
  for (let i = 0; i < Number(values.tries); i++) {
    const first = millisecondsOf(1);
    if (!values.together) await first;
    const [one, two] = await Promise.all([first, millisecondsOf(2)]);
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
