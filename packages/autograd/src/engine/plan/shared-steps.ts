// What all iterations of a loop share: steps of its body that read nothing that differs between them, such
// as copies of weights in the order of a product.
import type { Buffer } from "../kernel/language.ts";
import type { KernelStep, Step } from "./steps.ts";

/** The steps of a body, those first that are run in the first iteration only. */
export interface SharedFirst {
  readonly once: readonly KernelStep[];
  readonly each: readonly Step[];
  /** What `once` writes and `each` reads: it is needed in all iterations. */
  readonly lasting: readonly Buffer[];
}

/** `kept`: a body's outputs are written in each iteration, because their destinations differ. */
export function sharedFirst(
  steps: readonly Step[],
  shared: readonly Buffer[],
  kept: ReadonlySet<Buffer>,
): SharedFirst {
  const writers = new Map<Buffer, number>();
  for (const { writes } of steps) {
    for (const buffer of writes) writers.set(buffer, (writers.get(buffer) ?? 0) + 1);
  }
  const same = new Set(shared);
  const isShared = (step: Step): step is KernelStep =>
    step.kind === "kernel" &&
    step.reads.every((buffer) => same.has(buffer)) &&
    step.writes.every((buffer) => writers.get(buffer) === 1 && !kept.has(buffer));
  const once: KernelStep[] = [];
  const each: Step[] = [];
  for (const step of steps) {
    if (isShared(step)) {
      once.push(step);
      for (const buffer of step.writes) same.add(buffer);
    } else each.push(step);
  }
  const read = new Set(each.flatMap(({ reads }) => reads));
  const lasting = once.flatMap(({ writes }) => writes).filter((buffer) => read.has(buffer));
  return { once, each, lasting };
}
