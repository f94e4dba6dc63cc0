// The checkpoints that `fit` saves and resumes from; loaded only if requested.
import { NablaError, type Parameter } from "@nabla/autograd";
import { anything, checkOptions, text } from "@nabla/autograd/checks";
import { checkCount } from "./checks.ts";
import { loadChecked, type Progress, saveCheckpoint, type Training } from "./files/checkpoint.ts";
import { chunksOfFile, isMissing } from "./files/disk.ts";
import { joined } from "./files/reading.ts";
import {
  beginning,
  type CheckpointOptions,
  type Checkpoints,
  type Course,
  type Position,
} from "./fit-position.ts";
import { namedCellsOf } from "./layer.ts";
import type { Optimizer } from "./optimizers/optimizer.ts";
import type { Team } from "./team.ts";

/** Before the name of a cost, in the progress. */
const ofCost = "total of ";

/** What checkpoints had that say nothing of it. */
const before: Partial<Course> = { accumulate: 1 };

/** What is trained, by which optimiser, and the state of callbacks. */
interface Trained extends Training {
  readonly optimizer: Optimizer;
}

/** The checkpoints requested from `fit`. With several processes, the first one reads and writes. */
export function checkpointsOf(
  training: Trained,
  course: Course,
  checkpoint: CheckpointOptions,
  resume: boolean,
  team: Team | undefined,
): Checkpoints {
  checkOptions("fit: checkpoint", checkpoint, { path: text, every: anything });
  const { path, every } = checkpoint;
  if (every !== undefined) checkCount("fit", "checkpoint.every", every);
  const save = async (position: Position): Promise<void> => {
    if (team && team.rank > 0) return;
    await checkNumbers(training, position);
    const { totals, ...numbers } = position;
    const named = Object.entries(totals).map(([name, total]) => [ofCost + name, total] as const);
    const progress = { ...course, ...numbers, ...Object.fromEntries(named) };
    await saveCheckpoint(path, { ...training, progress });
  };
  return {
    async start() {
      if (!resume) return beginning;
      const load = (source: string | Uint8Array) =>
        loadChecked(source, training, (progress) => positionIn(path, course, progress));
      if (team) {
        const own = team.rank === 0 ? await orMissing(bytesOfFile(path)) : undefined;
        const bytes = await team.bytesOfFirst(own);
        return bytes ? load(bytes) : beginning;
      }
      return (await orMissing(load(path))) ?? beginning;
    },
    async after(position) {
      if (every !== undefined && position.step % every === 0) await save(position);
    },
    save,
  };
}

/** Undefined where a file is missing. */
async function orMissing<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

async function bytesOfFile(path: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of chunksOfFile(`loadCheckpoint: ${path}`, path)) chunks.push(chunk);
  return joined(chunks);
}

/**
 * Throws rather than let values that have become NaN, or trained values that have become infinite,
 * replace the last good checkpoint. Infinities in values that are not trained may be intended: masks.
 */
async function checkNumbers({ model, optimizer }: Trained, { step }: Position): Promise<void> {
  const trained = new Set<Parameter>(optimizer.parameters);
  for (const [name, p] of namedCellsOf(model)) {
    const isWrong = trained.has(p) ? (x: number) => !Number.isFinite(x) : Number.isNaN;
    const wrong = (await p.data()).find(isWrong);
    if (wrong === undefined) continue;
    throw new NablaError(
      `fit: "${name}" became ${wrong} by step ${step}; the checkpoint before is kept; ` +
        "a smaller learning rate may help",
    );
  }
}

function positionIn(path: string, course: Course, progress: Progress): Position {
  for (const [name, value] of Object.entries(course) as [keyof Course, number][]) {
    const kept = progress[name] ?? before[name];
    if (kept === value) continue;
    const given = `${name} is ${kept} in the checkpoint, ${value} in this training`;
    throw new NablaError(`fit: ${path}: ${given}`);
  }
  const numberOf = (name: Exclude<keyof Position, "totals" | "endedBy">): number => {
    const value = progress[name];
    if (typeof value === "number") return value;
    throw new NablaError(`fit: ${path}: the checkpoint has no ${name}, it is not one of fit's`);
  };
  const { endedBy } = progress;
  return {
    ...(typeof endedBy === "string" && { endedBy }),
    epoch: numberOf("epoch"),
    step: numberOf("step"),
    seen: numberOf("seen"),
    inEpoch: numberOf("inEpoch"),
    // Older checkpoints do not have it: batches are then requested from the first on.
    batches: Number(progress["batches"] ?? 0),
    total: numberOf("total"),
    totals: Object.fromEntries(
      Object.entries(progress).flatMap(([name, total]) =>
        name.startsWith(ofCost) ? [[name.slice(ofCost.length), total as number] as const] : [],
      ),
    ),
  };
}
