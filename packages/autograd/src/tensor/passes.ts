// Calls of `backward`, and whether an optimiser has used what they left: a gradient is used once.

import type { Node } from "../graph/node.ts";

/** One call of `backward`, or of a compiled function that leaves gradients. */
export interface Pass {
  /** Whether an optimiser has taken one of its gradients. */
  isUsed: boolean;
  /** What `backward` was called on. */
  readonly cost: Node | undefined;
}

/** The calls that a gradient is the sum of. */
export type Passes = readonly Pass[];

export const noPasses: Passes = [];

export function newPass(cost?: Node): Pass {
  return { isUsed: false, cost };
}

/** Whether the last of them cannot be computed. */
export function hasFailed(passes: Passes): boolean {
  return passes.at(-1)?.cost?.cell.failed ?? false;
}

/**
 * Whether an optimiser has taken other gradients of the same calls: what a call leaves after that
 * stays for further optimisers, until there are newer gradients.
 */
export function areUsed(passes: Passes): boolean {
  return passes.some(({ isUsed }) => isUsed);
}

export function use(passes: Passes): void {
  for (const pass of passes) pass.isUsed = true;
}
