// Kills a training again and again until it has ended, and compares each step and the result with those of an
// undisturbed run: a training of one process, or of several ranks, one of which is killed.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { random } from "@nabla/autograd";
import { bundled, startedBy } from "../../packages/mpi/test/mpirun.ts";

export interface KillOptions {
  /** So many processes are killed. */
  readonly kills: number;
  /** Of the moments. */
  readonly seed: number;
  /** How many processes train together; one of them is killed at a time. Default: 1. */
  readonly ranks?: number;
  /** Told of each training that has come to its end. */
  readonly report?: (text: string) => void;
}

/** When which process is killed: so long after so many steps. */
interface Moment {
  readonly rank: number;
  readonly steps: number;
  readonly milliseconds: number;
}

/** A training from its beginning to its end. */
interface Course {
  /** What was said of each step. */
  readonly steps: ReadonlyMap<number, string>;
  /** The bytes of the trained network. */
  readonly end: Buffer;
  readonly kills: number;
  /** The longest time from a kill to the end of all processes. */
  readonly milliseconds: number;
}

/** Milliseconds after a kill in which the other ranks have to end. */
const patience = 10_000;

/** Steps between checkpoints in training.ts. */
const every = 3;

/**
 * Starts a training, kills its process at a random moment, and starts it again, until so many are killed and
 * the last has ended. Throws if one does not go on from where it was, if a step or the end is another
 * than where nobody disturbs, if files are left over, and if the other ranks do not end soon and say why.
 */
export async function checkKills({ kills, seed, ranks = 1, report }: KillOptions): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "nabla-faults-"));
  try {
    const program = await bundled(join(import.meta.dirname, "training.ts"));
    const trained = (name: string, moments: readonly Moment[]) =>
      course(program, join(folder, name), ranks, moments);
    const undisturbed = await trained("undisturbed", []);
    let left = momentsOf(kills, ranks, seed);
    for (let i = 1; left.length > 0; i++) {
      const disturbed = await trained(`disturbed ${i}`, left);
      left = left.slice(disturbed.kills);
      for (const [step, line] of disturbed.steps) {
        if (line === undisturbed.steps.get(step)) continue;
        throw new Error(
          `got "${line}", expected "${undisturbed.steps.get(step)}" as in an undisturbed run (seed ${seed})`,
        );
      }
      if (!disturbed.end.equals(undisturbed.end)) {
        throw new Error(`a training ended with other bits than an undisturbed one (seed ${seed})`);
      }
      const ended = ranks === 1 ? "" : `, ranks end within ${disturbed.milliseconds.toFixed(0)} ms`;
      report?.(`training ${i}: ${disturbed.kills} kills${ended}, the same bits in the end`);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

function momentsOf(count: number, ranks: number, seed: number): readonly Moment[] {
  const steps = random.randint([count], 1, 15, { seed }).dataSync();
  const milliseconds = random.uniform([count], { high: 10, seed: seed + 1 }).dataSync();
  const killed = random.randint([count], 0, ranks, { seed: seed + 2 }).dataSync();
  return [...steps].map((n, i) => ({
    rank: killed[i]!,
    steps: n,
    milliseconds: milliseconds[i]!,
  }));
}

/** Starts the program until it ends, and kills it meanwhile at the moments that are given. */
async function course(
  program: string,
  folder: string,
  ranks: number,
  moments: readonly Moment[],
): Promise<Course> {
  await mkdir(folder);
  const steps = new Map<number, string>();
  let [kills, milliseconds] = [0, 0];
  for (;;) {
    const ended = await life([process.execPath, program, folder], ranks, moments[kills]);
    checkGoesOn(steps, ended.lines);
    for (const line of ended.lines) steps.set(stepOf(line), line);
    if (ended.isWhole) break;
    milliseconds = Math.max(milliseconds, ended.milliseconds);
    kills++;
  }
  const left = await readdir(folder);
  if (left.sort().join() !== "end.safetensors,run.checkpoint") {
    throw new Error(`the training has left ${left.join(", ")}`);
  }
  return { steps, end: await readFile(join(folder, "end.safetensors")), kills, milliseconds };
}

/** A training of processes that end together: when their work is done, or one of them is killed. */
interface Life {
  /** What was said of steps. */
  readonly lines: readonly string[];
  /** Whether they came to the end of the training. */
  readonly isWhole: boolean;
  /** From the kill to the end of all. */
  readonly milliseconds: number;
}

/** Runs a command as so many ranks. Throws if it ends otherwise than it should. */
async function life(
  command: readonly string[],
  ranks: number,
  moment: Moment | undefined,
): Promise<Life> {
  const [file, ...given] = ranks === 1 ? command : startedBy(ranks, command);
  const child = spawn(file!, given, { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
  });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once("close", (code, signal) => resolve(signal ?? code));
  });
  let processes: readonly number[] = [];
  let killedAt = Number.NaN;
  const lines: string[] = [];
  createInterface({ input: child.stdout }).on("line", (line) => {
    const [, numbers] = /^processes (.*)/.exec(line) ?? [];
    if (numbers !== undefined) {
      processes = numbers.split(" ").map(Number);
      return;
    }
    if (!line.startsWith("step")) {
      said += `${line}\n`;
      return;
    }
    lines.push(line);
    if (lines.length !== moment?.steps) return;
    setTimeout(() => {
      if (kill(processes[moment.rank]!)) killedAt = performance.now();
    }, moment.milliseconds);
  });
  const how = await ended;
  if (how === 0) return { lines, isWhole: true, milliseconds: 0 };
  const milliseconds = performance.now() - killedAt;
  // What starts ranks says what has happened to one.
  const isSaid = ranks === 1 ? how === "SIGKILL" : /signal:? 9\b/i.test(said);
  if (!(milliseconds <= patience && isSaid)) {
    const after = `${milliseconds.toFixed(0)} ms after a kill`;
    throw new Error(`the training ended with ${how}, ${after}, and said:\n${said}`);
  }
  return { lines, isWhole: false, milliseconds };
}

/** Whether there was still a process to kill. */
function kill(id: number): boolean {
  try {
    return process.kill(id, "SIGKILL");
  } catch {
    return false;
  }
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
