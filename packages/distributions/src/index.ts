/** Probability distributions: draws by keys with gradients, densities and divergences. */
export {};
