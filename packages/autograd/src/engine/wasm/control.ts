// Words of shared memory by which threads are told what to do, and meet.

/** The words, by what they are for. */
export const controlWords = {
  /** Counts commands. Workers sleep until it changes. */
  command: 0,
  /** What the command is: a slot to load, or to run. */
  kind: 1,
  slot: 2,
  /** For a load: where the module's bytes are. */
  address: 3,
  bytes: 4,
  /** For a run: the table's address, and in how many parts. */
  table: 5,
  parts: 6,
  /** Workers that have started, and those that have done the command. */
  ready: 7,
  done: 8,
  /** Times that a thread has come to a barrier in this run. */
  arrived: 9,
  /** Not 0: a thread has failed, and nobody is to be waited for. */
  failed: 10,
} as const;

export const controlBytes = 64;

export const commands = { load: 1, run: 2 } as const;
