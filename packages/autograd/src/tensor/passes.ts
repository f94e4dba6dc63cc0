// Passes: calls of `backward`, and whether an optimiser has used their gradients, each only once.

import { realize } from "../engine/realize.ts";
import type { Node } from "../graph/node.ts";

/** A call of `backward`, or of a compiled function that leaves gradients. */
export interface Pass {
  /** Whether an optimiser has taken one of its gradients. */
  isUsed: boolean;
  /** The tensor that `backward` was called on. */
  readonly cost: Node | undefined;
}

/** The passes whose gradients a gradient is the sum of. */
export type Passes = readonly Pass[];

export const noPasses: Passes = [];

export function newPass(cost?: Node): Pass {
  return { isUsed: false, cost };
}

/** Whether its cost cannot be computed. A run that failed may have failed for another reason. */
export function hasFailed({ cost }: Pass): boolean {
  if (!cost?.cell.failed || cost.cell.value) return false;
  try {
    realize("backward", [cost]);
    return false;
  } catch {
    return true;
  }
}

/**
 * Whether an optimiser has taken other gradients of the same passes. What these left elsewhere
 * stays for further optimisers, until there are newer gradients.
 */
export function areUsed(passes: Passes): boolean {
  return passes.some(({ isUsed }) => isUsed);
}

export function use(passes: Passes): void {
  for (const pass of passes) pass.isUsed = true;
}
