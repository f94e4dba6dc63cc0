// What minimisations take and report.

/** How a minimum is looked for. */
export interface MinimizeOptions {
  /**
   * "lbfgs" (default) remembers a few steps, for any number of variables; "bfgs" a matrix of that number
   * squared, for some hundreds; "newtonCg" uses second derivatives, by products with the Hessian.
   */
  readonly method?: "lbfgs" | "bfgs" | "newtonCg";
  /** It is found where no component of the gradient is larger. Default: 1e-5. */
  readonly tolerance?: number;
  /**
   * Ends as well where an iteration lowers the value f by no more than this times max(|f|, 1). Default: 0.
   */
  readonly valueTolerance?: number;
  /** Default: 1000. */
  readonly maxIterations?: number;
  /** Values with gradients: an iteration takes one or a few. Default: 10,000. */
  readonly maxEvaluations?: number;
  /** How many steps "lbfgs" remembers. Default: 10. */
  readonly history?: number;
  /** Is called after each iteration, and awaited; what gives true ends it. */
  readonly afterIteration?: (state: MinimizeState) => unknown;
}

/** How far a minimisation is. */
export interface MinimizeState {
  readonly iterations: number;
  readonly value: number;
  /** The largest component of the gradient, without its sign. */
  readonly gradientNorm: number;
  readonly evaluations: number;
}

/** Where a minimisation has ended: the lowest point that it has found. */
export interface MinimizeReport extends MinimizeState {
  /** Whether the gradient is within the tolerance, or the last decrease within that of values. */
  readonly converged: boolean;
  /**
   * What has ended it: "gradient" or "value", a tolerance; "iterations" or "evaluations", a bound;
   * "lineSearch", where no lower point is found in a direction of descent: where rounding hides all
   * decrease, a gradient is wrong, or the function gives something else each time; "stopped" by
   * `afterIteration`.
   */
  readonly why: "gradient" | "value" | "iterations" | "evaluations" | "lineSearch" | "stopped";
}
