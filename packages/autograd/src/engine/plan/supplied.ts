// What planning leaves to be supplied: families that few programs have.
import { Supplied } from "../../graph/supplied.ts";
import type { convolutionLoops } from "./convolutions.ts";
import type { loopStep, plannedLoops } from "./loop-steps.ts";
import type { sharedFirst } from "./shared-steps.ts";

interface LoopPlanning {
  readonly plannedLoops: typeof plannedLoops;
  readonly loopStep: typeof loopStep;
  readonly sharedFirst: typeof sharedFirst;
}

export const loops: Supplied<LoopPlanning> = new Supplied();
export const convolutions: Supplied<typeof convolutionLoops> = new Supplied();
