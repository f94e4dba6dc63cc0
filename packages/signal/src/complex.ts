// Complex numbers as pairs of tensors: a plain object, so that it goes through `grad`, `vmap` and
// `compile` as it is.
import {
  formatShape,
  hypot,
  NablaError,
  type Shape,
  ShapeError,
  Tensor,
  where,
  zerosLike,
} from "@nabla/autograd";
import { checkTensor, describe } from "@nabla/autograd/checks";
import { precisionOf } from "./checks.ts";

/** Complex numbers: tensors of one shape for their real and imaginary parts. */
export interface Complex<S extends Shape = Shape> {
  readonly real: Tensor<S>;
  readonly imaginary: Tensor<S>;
}

/**
 * Makes complex numbers of their parts; without an imaginary part, it is 0. Throws `ShapeError` if
 * the shapes differ.
 *
 * @example
 * const z = complex(tensor([3, 0]), tensor([4, 1]));
 * magnitude(z).arraySync(); // => [5, 1]
 */
export function complex<S extends Shape>(real: Tensor<S>, imaginary?: Tensor<S>): Complex<S> {
  const parts = partsOf("complex", imaginary === undefined ? real : { real, imaginary });
  return {
    real: parts.real as Tensor<S>,
    imaginary: (parts.imaginary ?? zerosLike(parts.real)) as Tensor<S>,
  };
}

/**
 * Computes √(real² + imaginary²), without overflow. The gradient is 0 where the magnitude is.
 *
 * @example
 * magnitude(complex(tensor([3, 0]), tensor([4, 0]))).arraySync(); // => [5, 0]
 */
export function magnitude<S extends Shape>(z: Complex<S>): Tensor<S> {
  const { real, imaginary } = complexOf("magnitude", z);
  const isZero = real.equal(0).logicalAnd(imaginary.equal(0));
  const found = hypot(where(isZero, real.add(1), real), imaginary);
  return where(isZero, 0, found) as Tensor<S>;
}

/**
 * Computes the square of the magnitude: real² + imaginary².
 *
 * @example
 * squaredMagnitude(complex(tensor([3]), tensor([4]))).arraySync(); // => [25]
 */
export function squaredMagnitude<S extends Shape>(z: Complex<S>): Tensor<S> {
  const { real, imaginary } = complexOf("squaredMagnitude", z);
  return real.square().add(imaginary.square()) as Tensor<S>;
}

/**
 * Computes the angle to the positive real axis, in radians from -π to π; 0 for 0.
 *
 * @example
 * phase(complex(tensor([0, -1]), tensor([2, 0]))).arraySync(); // => [1.571, 3.142]
 */
export function phase<S extends Shape>(z: Complex<S>): Tensor<S> {
  const { real, imaginary } = complexOf("phase", z);
  return imaginary.atan2(real) as Tensor<S>;
}

/**
 * Computes the complex conjugate: the imaginary part negated.
 *
 * @example
 * conjugate(complex(tensor([1]), tensor([2]))).imaginary.arraySync(); // => [-2]
 */
export function conjugate<S extends Shape>(z: Complex<S>): Complex<S> {
  const { real, imaginary } = complexOf("conjugate", z);
  return { real, imaginary: imaginary.neg() } as Complex<S>;
}

/**
 * Multiplies complex numbers, element by element; shapes broadcast.
 *
 * @example
 * const i = complex(tensor([0]), tensor([1]));
 * multiply(i, i).real.arraySync(); // => [-1]
 */
export function multiply<A extends Shape, B extends Shape>(a: Complex<A>, b: Complex<B>): Complex {
  const [x, y] = [complexOf("multiply", a), complexOf("multiply", b)];
  return {
    real: x.real.mul(y.real).sub(x.imaginary.mul(y.imaginary)),
    imaginary: x.real.mul(y.imaginary).add(x.imaginary.mul(y.real)),
  };
}

/** Real and imaginary parts exchanged: a forward transform between two of these is an inverse one. */
export function swapped({ real, imaginary }: Complex): Complex {
  return { real: imaginary, imaginary: real };
}

/**
 * A tensor or complex numbers, in float32 or float64. Throws `NablaError` for anything else, and
 * `ShapeError` unless both parts have one shape.
 */
export function partsOf(
  operation: string,
  x: unknown,
): { readonly real: Tensor; readonly imaginary?: Tensor } {
  if (x instanceof Tensor) return { real: x.cast(precisionOf(x)) };
  if (typeof x !== "object" || x === null || !("real" in x) || !("imaginary" in x)) {
    const expected = "expected a tensor or { real, imaginary }";
    throw new NablaError(`${operation}: got ${describe(x)}, ${expected}`);
  }
  const { real, imaginary } = x;
  checkTensor(operation, real, "real");
  checkTensor(operation, imaginary, "imaginary");
  const [a, b] = [formatShape(real.shape), formatShape(imaginary.shape)];
  if (a !== b)
    throw new ShapeError(`${operation}: real is ${a}, imaginary ${b}, expected one shape`);
  const dtype = precisionOf(real, imaginary);
  return { real: real.cast(dtype), imaginary: imaginary.cast(dtype) };
}

/** Complex numbers alone. */
function complexOf(operation: string, z: unknown): Complex {
  if (z instanceof Tensor) {
    throw new NablaError(`${operation}: got ${describe(z)}, expected { real, imaginary }`);
  }
  const { real, imaginary } = partsOf(operation, z);
  return { real, imaginary: imaginary! };
}
