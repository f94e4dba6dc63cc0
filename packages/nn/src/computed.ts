// State kept for parameters of 16 bits, which are read as float32, is float32.
import { type DType, type Tensor, where, zeros } from "@nabla/autograd";

/** Whether elements are floats of 16 bits, which are stored and not computed with. */
export function isShort(dtype: DType): dtype is "float16" | "bfloat16" {
  return dtype === "float16" || dtype === "bfloat16";
}

/** The dtype in which elements of a given dtype are computed. */
export function computedDType<D extends DType>(
  dtype: D,
): Exclude<D, "float16" | "bfloat16"> | "float32" {
  return isShort(dtype) ? "float32" : (dtype as Exclude<D, "float16" | "bfloat16">);
}

/** Zeros for values accumulated from `x`. */
export function zerosFor({ shape, dtype }: Tensor): Tensor {
  return zeros([...shape], { dtype: computedDType(dtype) });
}

/**
 * The value of a 16-bit parameter `p` in float32: the stored `exact` value, unless `p` was assigned
 * another since; `p` if there is none.
 */
export function exactNow(p: Tensor, dtype: DType, exact: Tensor | undefined): Tensor {
  return exact ? where(p.equal(exact.cast(dtype)), exact, p) : p;
}
