// Processes that train one model together, as `fit` and `measure` see them; @nabla/mpi has them.
import type { Tensor } from "@nabla/autograd";

/** Processes that all run one program; they call these in the same order. */
export interface Team {
  /** Which process this is, from 0. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
  /**
   * For each tensor the sum over all ranks, added in the order of ranks.
   *
   * @example
   * const world = await mpi();
   * world.sums([tensor([1, 2]), tensor(3)])[0]?.arraySync(); // => [1, 2]
   */
  sums(xs: readonly Tensor[]): readonly Tensor[];
  /** Throws the same `NablaError` on all ranks unless all have the same value for each of these. */
  checkAgreement(operation: string, facts: Readonly<Record<string, string>>): Promise<void>;
  /** The bytes that rank 0 gives; undefined if it gives none. */
  bytesOfFirst(own: Uint8Array | undefined): Promise<Uint8Array | undefined>;
}

/** The ranks, unless there is only one. */
export function teamOf(world: Team | undefined): Team | undefined {
  return world && world.size > 1 ? world : undefined;
}
