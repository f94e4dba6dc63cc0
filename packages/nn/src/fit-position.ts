// The position of fit in a training run, and where it is saved.
import { NablaError } from "@nabla/autograd";

export interface CheckpointOptions {
  /** The file, which is always whole: a new checkpoint takes the place of the one before. */
  readonly path: string;
  /** Steps between checkpoints. Left out: there is one at the end of each epoch only. */
  readonly every?: number;
}

/** The position in a training run. */
export interface Position {
  /** The current epoch, from 1. */
  readonly epoch: number;
  /** Steps taken, in all epochs. */
  readonly step: number;
  /** Examples that were trained on, in all epochs. */
  readonly seen: number;
  /** Examples seen in the current epoch. */
  readonly inEpoch: number;
  /** Batches seen in the current epoch. */
  readonly batches: number;
  /** The sum of their costs. */
  readonly total: number;
  /** Likewise of each named cost. */
  readonly totals: Readonly<Record<string, number>>;
  /** The callback that has ended training, if one has. */
  readonly endedBy?: string;
}

/** What must be the same for a position to mean the same. */
export type Course = Readonly<Record<"examples" | "batchSize" | "shuffle" | "accumulate", number>>;

export const beginning: Position = {
  ...{ epoch: 1, step: 0, seen: 0, inEpoch: 0, batches: 0, total: 0 },
  totals: {},
};

/** Keeps checkpoints, and goes on from one. */
export interface Checkpoints {
  /**
   * Where the checkpoint left off, with all of the training as it was; where there is none: the
   * beginning.
   */
  start(): Promise<Position>;
  /** Keeps one if it is time after this step. */
  after(position: Position): Promise<void>;
  /** Keeps one. */
  save(position: Position): Promise<void>;
}

/** What keeps nothing. Throws `NablaError` where there is to be something to go on from. */
export function noCheckpoints(resume: boolean): Checkpoints {
  if (resume) throw new NablaError("fit: resume has nothing to go on from; give checkpoint, too");
  const nothing = (): Promise<void> => Promise.resolve();
  return { start: () => Promise.resolve(beginning), after: nothing, save: nothing };
}
