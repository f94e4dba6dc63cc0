/**
 * Probability distributions: draws by keys with gradients, densities and divergences.
 *
 * @module @nabla/distributions
 */

export type { Distribution, SampleOptions } from "./distribution.ts";
export type { DistributionOptions, Float } from "./parameters.ts";
export type { Classes, Front, Probability } from "./probabilities.ts";

// Numbers

export { beta } from "./beta.ts";
export { cauchy } from "./cauchy.ts";
export { exponential } from "./exponential.ts";
export { gamma } from "./gamma.ts";
export { gumbel } from "./gumbel.ts";
export { laplace } from "./laplace.ts";
export { logistic } from "./logistic.ts";
export { logNormal, normal } from "./normal.ts";
export { studentT } from "./student-t.ts";
export { uniform } from "./uniform.ts";

// Counts and classes

export { bernoulli } from "./bernoulli.ts";
export { binomial } from "./binomial.ts";
export { categorical } from "./categorical.ts";
export { multinomial } from "./multinomial.ts";
export { poisson } from "./poisson.ts";

// Probabilities of classes

export { dirichlet } from "./dirichlet.ts";
