// What is done to one axis of places after the other.
import { type Tensor, tensor } from "@nabla/autograd";

/** `x` in a floating dtype, for means and interpolation. */
export function floating(x: Tensor): Tensor {
  return x.dtype === "float32" || x.dtype === "float64" ? x : x.cast("float32");
}

/** The places `at` of an axis, a list or a table of them. */
export function placesOf(
  x: Tensor,
  axis: number,
  at: readonly number[] | readonly (readonly number[])[],
): Tensor {
  return x.gather(axis, tensor(at, { dtype: "int32" }) as Tensor);
}

/** Values for the first axes from `axis` on, to be broadcast along those of `x` behind it. */
export function alongAxis(values: Tensor, x: Tensor, axis: number): Tensor {
  return values.reshape([...values.shape, ...x.shape.slice(axis + 1).map(() => 1)]);
}
