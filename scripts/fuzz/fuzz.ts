// What a subject of `pnpm fuzz` is.

export interface FuzzOptions {
  /** So many cases are drawn. */
  readonly runs: number;
  /** Of the draws: the same one draws the same cases. */
  readonly seed: number;
}

/** Draws cases, says what came of them, and throws at the first that is not as it should be. */
export type Fuzz = (options: FuzzOptions) => Promise<void>;
