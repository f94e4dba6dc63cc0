// Functions that hosts have but vector units lack, as expressions of operators that vector units
// have. For code generators; the reference calls the host's. `pnpm ulp` measures their errors
// (docs/accuracy.md).
import type { Float } from "../../scalar/dtype.ts";
import type { OperatorName } from "../../scalar/operators.ts";
import type { Approximation, Approximations } from "./approximations/approximation.ts";
import { erf, erfc, normalCdf } from "./approximations/error-function.ts";
import { exp, expm1 } from "./approximations/exponential.ts";
import { acosh, asinh, atanh, cosh, sinh, tanh } from "./approximations/hyperbolic.ts";
import { acos, asin, atan, atan2 } from "./approximations/inverse-trigonometric.ts";
import { log, log1p, log2 } from "./approximations/logarithm.ts";
import { pow } from "./approximations/power.ts";
import { cos, sin } from "./approximations/trigonometric.ts";

const approximations: Readonly<Partial<Record<OperatorName, Approximations>>> = {
  exp,
  expm1,
  tanh,
  erf,
  erfc,
  normalCdf,
  log,
  log1p,
  log2,
  sin,
  cos,
  pow,
  atan2,
  asin,
  acos,
  atan,
  sinh,
  cosh,
  asinh,
  acosh,
  atanh,
};

/** The approximation of an operator on a dtype; undefined if there is none. */
export function approximationOf(operator: OperatorName, dtype: Float): Approximation | undefined {
  return approximations[operator]?.[dtype];
}

/** The operators that have an approximation. */
export const approximated: readonly OperatorName[] = Object.keys(approximations) as OperatorName[];
