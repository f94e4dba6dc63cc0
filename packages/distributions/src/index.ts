/**
 * Probability distributions: draws by keys with gradients, densities and divergences.
 *
 * @module @nabla/distributions
 */

export type { Distribution, SampleOptions } from "./distribution.ts";
export type { DistributionOptions, Float } from "./parameters.ts";
export type { Classes, Front, Probability } from "./probabilities.ts";

// Numbers

export { cauchy } from "./cauchy.ts";
export { exponential } from "./exponential.ts";
export { gumbel } from "./gumbel.ts";
export { laplace } from "./laplace.ts";
export { logistic } from "./logistic.ts";
export { logNormal, normal } from "./normal.ts";
export { uniform } from "./uniform.ts";

// Counts and classes

export { bernoulli } from "./bernoulli.ts";
export { categorical } from "./categorical.ts";
