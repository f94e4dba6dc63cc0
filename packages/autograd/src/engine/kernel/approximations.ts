// Functions that hosts have and vector units do not, as expressions of what vector units have. They are
// for renderers; the reference calls the host's. Their errors are measured by `pnpm ulp`
// (docs/accuracy.md).
import type { OperatorName } from "../../scalar/operators.ts";
import type { Approximation, Float } from "./approximations/approximation.ts";
import { erf } from "./approximations/error-function.ts";
import { exp, expm1, tanh } from "./approximations/exponential.ts";
import { log, log1p, log2 } from "./approximations/logarithm.ts";
import { cos, sin } from "./approximations/trigonometric.ts";

export type { Approximation, Float } from "./approximations/approximation.ts";

const approximations: Readonly<
  Record<Float, Readonly<Partial<Record<OperatorName, Approximation>>>>
> = {
  float32: {
    exp: exp.float32,
    expm1: expm1.float32,
    tanh: tanh.float32,
    erf: erf.float32,
    log: log.float32,
    log1p: log1p.float32,
    log2: log2.float32,
    sin: sin.float32,
    cos: cos.float32,
  },
  float64: {
    exp: exp.float64,
    expm1: expm1.float64,
    tanh: tanh.float64,
    erf: erf.float64,
    log: log.float64,
    log1p: log1p.float64,
    log2: log2.float64,
    sin: sin.float64,
    cos: cos.float64,
  },
};

/** The expression that stands for an operator on a dtype; undefined if there is none. */
export function approximationOf(operator: OperatorName, dtype: Float): Approximation | undefined {
  return approximations[dtype][operator];
}

/** The operators that have one. */
export const approximated: readonly OperatorName[] = Object.keys(
  approximations.float32,
) as OperatorName[];
