// Kills a training again and again until it has ended, and compares all that it says, and its end, with one
// that was left in peace.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { random } from "@nabla/autograd";
import { bundled } from "../bundle.ts";

export interface KillOptions {
  /** So many processes are killed. */
  readonly kills: number;
  /** Of the moments. */
  readonly seed: number;
  /** Told of each training that has come to its end. */
  readonly report?: (text: string) => void;
}

/** When a process is killed: so long after it has said so many lines. */
interface Moment {
  readonly lines: number;
  readonly milliseconds: number;
}

/** A training from its beginning to its end. */
interface Course {
  /** What was said of each step. */
  readonly steps: ReadonlyMap<number, string>;
  /** The bytes of the trained network. */
  readonly end: Buffer;
  readonly kills: number;
}

/** Steps between checkpoints in training.ts. */
const every = 3;

/**
 * Starts a training, kills its process at a random moment, and starts it again, until so many are killed and
 * the last has ended. Throws if one does not go on from where it was, if a step or the end is another
 * than where nobody disturbs, and if files are left over.
 */
export async function checkKills({ kills, seed, report }: KillOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "nabla-faults-"));
  try {
    const program = await bundled(new URL("training.ts", import.meta.url), folder);
    const peace = await course(program, join(folder, "peace"), []);
    let left = momentsOf(kills, seed);
    for (let i = 1; left.length > 0; i++) {
      const disturbed = await course(program, join(folder, `disturbed ${i}`), left);
      left = left.slice(disturbed.kills);
      for (const [step, line] of disturbed.steps) {
        if (line === peace.steps.get(step)) continue;
        throw new Error(`"${line}", in peace "${peace.steps.get(step)}" (seed ${seed})`);
      }
      if (!disturbed.end.equals(peace.end)) {
        throw new Error(`a training ended with other bits than in peace (seed ${seed})`);
      }
      report?.(`training ${i}: ${disturbed.kills} kills, the same bits in the end`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

function momentsOf(count: number, seed: number): readonly Moment[] {
  const lines = random.randint([count], 1, 15, { seed }).dataSync();
  const milliseconds = random.uniform([count], { high: 10, seed: seed + 1 }).dataSync();
  return [...lines].map((n, i) => ({ lines: n, milliseconds: milliseconds[i]! }));
}

/** Starts the program until it ends, and kills it meanwhile at the moments that are given. */
async function course(
  program: string,
  folder: string,
  moments: readonly Moment[],
): Promise<Course> {
  await mkdir(folder);
  const steps = new Map<number, string>();
  let kills = 0;
  for (;;) {
    const moment = moments[kills];
    const { lines, signal, code } = await life(program, folder, moment);
    checkGoesOn(steps, lines);
    for (const line of lines) steps.set(stepOf(line), line);
    if (code === 0) break;
    if (signal !== "SIGKILL") throw new Error(`the training ended with ${signal ?? code}`);
    kills++;
  }
  const left = await readdir(folder);
  if (left.sort().join() !== "end.safetensors,run.checkpoint") {
    throw new Error(`the training has left ${left.join(", ")}`);
  }
  return { steps, end: await readFile(join(folder, "end.safetensors")), kills };
}

/** What one process said, and how it ended. */
async function life(
  program: string,
  folder: string,
  moment: Moment | undefined,
): Promise<{
  readonly lines: readonly string[];
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}> {
  const child = spawn(process.execPath, [program, folder], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    if (lines.length === moment?.lines) setTimeout(() => kill(child), moment.milliseconds);
  });
  return { ...(await ended), lines };
}

function kill(child: ChildProcess): void {
  child.kill("SIGKILL");
}

/** Throws unless the steps of a process follow each other, and those of the process before. */
function checkGoesOn(before: ReadonlyMap<number, string>, lines: readonly string[]): void {
  const numbers = lines.map(stepOf);
  const [first] = numbers;
  if (first === undefined) return;
  const last = Math.max(0, ...before.keys());
  if (first > last + 1 || first < last + 1 - every || numbers.some((n, i) => n !== first + i)) {
    throw new Error(`after step ${last} came steps ${numbers.join(", ")}`);
  }
}

function stepOf(line: string): number {
  return Number(/^step (\d+),/.exec(line)?.[1]);
}
