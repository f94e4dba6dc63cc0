// What is kept beside parameters of 16 bits, which are read as float32, is float32.
import { type DType, type Tensor, where, zeros } from "@nabla/autograd";

/** Whether elements are floats of 16 bits, which are stored and not computed with. */
export function isShort(dtype: DType): dtype is "float16" | "bfloat16" {
  return dtype === "float16" || dtype === "bfloat16";
}

/** The dtype in which elements of another one are computed. */
export function computedDType<D extends DType>(
  dtype: D,
): Exclude<D, "float16" | "bfloat16"> | "float32" {
  return isShort(dtype) ? "float32" : (dtype as Exclude<D, "float16" | "bfloat16">);
}

/** Zeros for what is gathered of `x`. */
export function zerosFor({ shape, dtype }: Tensor): Tensor {
  return zeros([...shape], { dtype: computedDType(dtype) });
}

/**
 * The value of a parameter of 16 bits, `p`, in float32: `exact`, which is kept beside it, unless `p` was given
 * another since; `p` where nothing is kept.
 */
export function exactNow(p: Tensor, dtype: DType, exact: Tensor | undefined): Tensor {
  return exact ? where(p.equal(exact.cast(dtype)), exact, p) : p;
}
