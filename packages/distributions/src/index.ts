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
export { truncatedNormal } from "./truncated-normal.ts";
export { uniform } from "./uniform.ts";
export { vonMises } from "./von-mises.ts";

// Counts and classes

export { bernoulli } from "./bernoulli.ts";
export { binomial } from "./binomial.ts";
export { categorical } from "./categorical.ts";
export { multinomial } from "./multinomial.ts";
export { poisson } from "./poisson.ts";

// Vectors

export { dirichlet } from "./dirichlet.ts";
export type { Spread } from "./multivariate-normal.ts";
export { multivariateNormal } from "./multivariate-normal.ts";
export { unitSphere } from "./unit-sphere.ts";

// Distributions of others

export { independent } from "./independent.ts";
export type { Weights } from "./mixture.ts";
export { mixture } from "./mixture.ts";
export type { Transform } from "./transform.ts";
export { affine, exp, sigmoid, tanh } from "./transform.ts";
export { transformed } from "./transformed.ts";

// Functions

export type { ChoiceOptions } from "./choice.ts";
export { choice } from "./choice.ts";
export { klDivergence } from "./kl-divergence.ts";
