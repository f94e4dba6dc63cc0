// Discrete cosine transforms of the second and third type, by Fourier transforms of the same size
// (J. Makhoul, "A fast cosine transform in one and two dimensions", 1980).
import { concat, type Shape, stack, type Tensor } from "@nabla/autograd";
import { checkOptions, count, integer, oneOf } from "@nabla/autograd/checks";
import { realOf } from "./along-axes.ts";
import { precisionOf } from "./checks.ts";
import { multiply } from "./complex.ts";
import { constant } from "./constants.ts";
import { sized, transformAxis } from "./fourier-options.ts";
import { root } from "./roots.ts";
import { backward, forward } from "./transform.ts";

export interface CosineOptions {
  /** The size of the transform: a longer axis is cut, a shorter one padded with zeros. */
  readonly n?: number | undefined;
  /** The axis. Default: -1, the last one. */
  readonly axis?: number | undefined;
  /** "ortho": an orthogonal transform. Default: "backward", as SciPy's. */
  readonly norm?: "backward" | "ortho" | undefined;
}

/**
 * Computes the discrete cosine transform of type II, 2 Σ x[n] cos(π k (2n + 1) / 2N), as SciPy's `dct`.
 * Shape: the input's, with `n` along the axis. Throws `ShapeError` for a scalar, an axis that is not
 * there, or nothing along it; `NablaError` for wrong options.
 *
 * @example
 * dct(tensor([1, 1, 1, 1]), { norm: "ortho" }).arraySync(); // => [2, 0, 0, 0]
 */
export function dct<S extends Shape>(
  x: Tensor<S>,
  options?: CosineOptions & { readonly n?: undefined },
): Tensor<S>;
export function dct(x: Tensor, options?: CosineOptions): Tensor;
export function dct(x: Tensor, options: CosineOptions = {}): Tensor {
  const { given, axis, size } = checked("dct", x, options);
  // Elements of even positions, then those of odd ones backwards.
  const even = given.slice(axis, 0, size, 2);
  const order = size === 1 ? given : concat([even, given.slice(axis, 1, size, 2).flip(axis)], axis);
  const z = forward({ real: order }, axis);
  const turned = multiply(z, quarterRoots(z.real, axis, size)).real.mul(2);
  return options.norm === "ortho" ? turned.mul(weights(turned, axis, size, 1)) : turned;
}

/**
 * Computes the inverse of `dct`, a transform of type III. Options and errors are those of `dct`.
 *
 * @example
 * idct(dct(tensor([1, 2, 3]))).arraySync(); // => [1, 2, 3]
 */
export function idct<S extends Shape>(
  x: Tensor<S>,
  options?: CosineOptions & { readonly n?: undefined },
): Tensor<S>;
export function idct(x: Tensor, options?: CosineOptions): Tensor;
export function idct(x: Tensor, options: CosineOptions = {}): Tensor {
  const { given, axis, size } = checked("idct", x, options);
  const y = options.norm === "ortho" ? given.mul(weights(given, axis, size, -1)) : given;
  if (size === 1) return y.mul(0.5);
  const none = y.slice(axis, 0, 1).mul(0);
  const reversed: Tensor = concat([none, y.slice(axis, 1).flip(axis)], axis);
  const { real, imaginary } = quarterRoots(y, axis, size);
  const turned = multiply(
    { real: y, imaginary: reversed.neg() },
    { real, imaginary: imaginary.neg() },
  );
  const order = backward(turned, axis).real.mul(0.5 / size);
  const half = Math.ceil(size / 2);
  const [even, odd] = [order.slice(axis, 0, half), order.slice(axis, half).flip(axis)];
  const shape = order.shape.with(axis, 2 * half);
  return stack([even, sized(odd, axis, half)], axis + 1)
    .reshape(shape)
    .slice(axis, 0, size);
}

function checked(operation: string, x: Tensor, options: CosineOptions) {
  checkOptions(operation, options, { n: count, axis: integer, norm: oneOf("backward", "ortho") });
  const real = realOf(operation, x);
  const { axis, size } = transformAxis(operation, real, options.axis, options.n);
  return { given: sized(real, axis, size), axis, size };
}

/** exp(-πi k / 2 size) along an axis. */
function quarterRoots(x: Tensor, axis: number, size: number) {
  const part = (at: 0 | 1) => {
    const make = () => Float64Array.from({ length: size }, (_, k) => root(k, 4 * size)[at]);
    return constant(`quarter roots ${size} ${at}`, precisionOf(x), [size], make);
  };
  const shape = [size, ...x.shape.slice(axis + 1).fill(1)];
  return { real: part(0).reshape(shape), imaginary: part(1).reshape(shape) };
}

/** What makes the transform orthogonal, to the power 1 or -1. */
function weights(x: Tensor, axis: number, size: number, power: 1 | -1): Tensor {
  const make = () => {
    return Float64Array.from(
      { length: size },
      (_, k) => Math.sqrt((k === 0 ? 0.25 : 0.5) / size) ** power,
    );
  };
  const name = `cosine weights ${size} ${power}`;
  return constant(name, precisionOf(x), [size], make).reshape([
    size,
    ...x.shape.slice(axis + 1).fill(1),
  ]);
}
