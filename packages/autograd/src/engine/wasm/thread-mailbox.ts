// The mailbox: words of shared memory by which threads divide a run. A kernel's parts are taken one
// by one: a thread that counts `left` down from more than 0 has taken one, and nothing that it
// reads about it changes until it has counted it as `done`. So nobody waits for a thread that has
// taken nothing.

/** The words by purpose. */
export const controlWords = {
  /** Counts announcements: parts to take, or a module to load. Workers sleep until it changes. */
  news: 0,
  /** Parts that nobody has taken; none if 0 or below. */
  left: 1,
  /** Parts that are done. */
  done: 2,
  /** Nonzero if a part has failed. */
  failed: 3,
  /**
   * What the parts are of: a loaded module's slot, one of its functions, its table, how many parts.
   */
  slot: 4,
  stretch: 5,
  table: 6,
  parts: 7,
  /** Counts modules to load: the slot of the last one, and where its bytes are. */
  loads: 8,
  loadSlot: 9,
  address: 10,
  bytes: 11,
  /** Workers that have loaded it, and workers that have started. */
  loaded: 12,
  ready: 13,
  /** The number of sleeping workers; and whether the first thread sleeps until more is done. */
  sleeping: 14,
  waiting: 15,
  /** Whether a run is going on, with more work soon. */
  running: 16,
} as const;

/** The words by which the first thread gives runs to the runner, by purpose. */
export const runnerWords = {
  /** The number of the offered run; its negative once it is taken, 0 if it was taken back. */
  offered: 0,
  /** The number of the last finished run, and its outcome. */
  over: 1,
  outcome: 2,
  /** Its microseconds, and those lost by waiting for threads. */
  microseconds: 3,
  lost: 4,
} as const;

/** Bytes of either mailbox. */
export const controlBytes = 128;
