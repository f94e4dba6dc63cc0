// Costs: a single number for how far the outputs are from the targets.
export * from "./costs/classes.ts";
export * from "./costs/ctc.ts";
export * from "./costs/differences.ts";
export * from "./costs/embeddings.ts";
export * from "./costs/focal.ts";
export * from "./costs/likelihoods.ts";
export type { Reduced, Reduction, ReductionOptions } from "./costs/reduction.ts";
export * from "./costs/yes-or-no.ts";
