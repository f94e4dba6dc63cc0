// Transforms along one axis of tensors of any shape, unscaled: what all public transforms are made of.
import { concat, stack, type Tensor, where } from "@nabla/autograd";
import { precisionOf } from "./checks.ts";
import { byChirps } from "./chirp.ts";
import { type Complex, swapped } from "./complex.ts";
import { constant } from "./constants.ts";
import { mixedRadix, type Parts } from "./mixed-radix.ts";
import { radicesOf } from "./radices.ts";
import { root } from "./roots.ts";

/** The sum over n of x[n] exp(-2πi n k / size) along `axis`. */
export function forward(x: Parts, axis: number): Complex {
  const shape = [...x.real.shape];
  const size = shape[axis]!;
  const around = [productOf(shape.slice(0, axis)), size, productOf(shape.slice(axis + 1))];
  const parts: Parts = {
    real: x.real.reshape(around),
    imaginary: x.imaginary?.reshape(around),
  };
  const dtype = precisionOf(x.real);
  const radices = radicesOf(size);
  const y = radices ? mixedRadix(parts, radices, dtype) : byChirps(parts, dtype);
  return { real: y.real.reshape(shape), imaginary: y.imaginary.reshape(shape) };
}

/** The sum over k of x[k] exp(2πi n k / size) along `axis`. */
export function backward(x: Complex, axis: number): Complex {
  return swapped(forward(swapped(x), axis));
}

/**
 * The first half of the forward transform of real `x`, up to size / 2: the others are its
 * conjugates. Where the size is even, pairs of elements are the complex ones of a transform of half
 * the size (W. H. Press et al., "Numerical recipes", 2007, section 12.3).
 */
export function forwardReal(x: Tensor, axis: number): Complex {
  const size = x.shape[axis]!;
  if (size % 2 !== 0) {
    const { real, imaginary } = forward({ real: x }, axis);
    const to = (size + 1) / 2;
    return { real: real.slice(axis, 0, to), imaginary: imaginary.slice(axis, 0, to) };
  }
  const z = forward(
    { real: x.slice(axis, 0, size, 2), imaginary: x.slice(axis, 1, size, 2) },
    axis,
  );
  // z[k] and z[half - k] for k up to half: z goes round.
  const closed = (part: Tensor): Tensor => concat([part, part.slice(axis, 0, 1)], axis);
  const [a, b] = [closed(z.real), closed(z.imaginary)];
  const [aBack, bBack] = [a.flip(axis), b.flip(axis)];
  const [cosines, sines] = rootsAlong(a, axis, size);
  const [oddReal, oddImaginary] = [b.add(bBack), aBack.sub(a)];
  return {
    real: a.add(aBack).add(oddReal.mul(cosines)).sub(oddImaginary.mul(sines)).mul(0.5),
    imaginary: b.sub(bBack).add(oddReal.mul(sines)).add(oddImaginary.mul(cosines)).mul(0.5),
  };
}

/**
 * The backward transform of `size` elements whose first half is `x`, up to size / 2, and whose
 * others are its conjugates: a real tensor. Imaginary parts that such elements do not have, of the
 * first one and of the one at size / 2, are not read.
 */
export function backwardReal(x: Complex, size: number, axis: number): Tensor {
  const [a, b] = [x.real, where(isComplexAlong(x.real, axis, size), x.imaginary, 0)];
  if (size % 2 !== 0) {
    const back = (part: Tensor): Tensor => part.slice(axis, 1).flip(axis);
    const whole = { real: concat([a, back(a)], axis), imaginary: concat([b, back(b).neg()], axis) };
    return backward(whole, axis).real;
  }
  const half = size / 2;
  const [front, back] = [
    (part: Tensor): Tensor => part.slice(axis, 0, half),
    (part: Tensor): Tensor => part.flip(axis).slice(axis, 0, half),
  ];
  const [evenReal, evenImaginary] = [front(a).add(back(a)), front(b).sub(back(b))];
  const [real, imaginary] = [front(a).sub(back(a)), front(b).add(back(b))];
  const [cosines, sines] = rootsAlong(real, axis, size);
  const oddReal = real.mul(cosines).add(imaginary.mul(sines));
  const oddImaginary = imaginary.mul(cosines).sub(real.mul(sines));
  const pairs = { real: evenReal.sub(oddImaginary), imaginary: evenImaginary.add(oddReal) };
  const z = backward(pairs, axis);
  return stack([z.real, z.imaginary], axis + 1).reshape(x.real.shape.with(axis, size));
}

/** exp(-2πi k / size) for the elements k along `axis` of x, as cosines and sines. */
function rootsAlong(x: Tensor, axis: number, size: number): readonly [Tensor, Tensor] {
  const length = x.shape[axis]!;
  const part = (at: 0 | 1) => {
    const make = () => Float64Array.from({ length }, (_, k) => root(k, size)[at]);
    return along(
      constant(`roots ${length} ${size} ${at}`, precisionOf(x), [length], make),
      x,
      axis,
    );
  };
  return [part(0), part(1)];
}

/** Whether the transform of a real tensor of that size can have an imaginary part. */
function isComplexAlong(x: Tensor, axis: number, size: number): Tensor {
  const length = x.shape[axis]!;
  const make = () => Float64Array.from({ length }, (_, k) => (k === 0 || 2 * k === size ? 0 : 1));
  return along(constant(`complex ${size}`, precisionOf(x), [length], make), x, axis).notEqual(0);
}

/** A vector such that it lies along an axis of x. */
function along(vector: Tensor, x: Tensor, axis: number): Tensor {
  return vector.reshape([vector.size, ...x.shape.slice(axis + 1).fill(1)]);
}

function productOf(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1);
}
