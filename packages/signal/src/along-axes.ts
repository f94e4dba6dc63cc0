// Transforms along a list of axes: cut or padded, one axis after the other, and scaled.
import { NablaError, Tensor, zerosLike } from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";
import { type Complex, partsOf, swapped } from "./complex.ts";
import { type Norm, scaled, sized, type TransformAxis } from "./fourier-options.ts";
import type { Parts } from "./mixed-radix.ts";
import { backward, backwardReal, forward, forwardReal } from "./transform.ts";

/** A real tensor in float32 or float64. Throws `NablaError` for anything else. */
export function realOf(operation: string, x: unknown): Tensor {
  if (x instanceof Tensor) return partsOf(operation, x).real;
  throw new NablaError(`${operation}: got ${describe(x)}, expected a tensor of real numbers`);
}

export function complexAlong(
  x: Parts,
  axes: readonly TransformAxis[],
  norm: Norm | undefined,
  isInverse: boolean,
): Complex {
  const z = isInverse ? swapped(throughAxes(swapped(completed(x)), axes)) : throughAxes(x, axes);
  return scaledParts(z, axes, norm, isInverse);
}

/** Of real numbers: half of the last axis is what the other half follows from. */
export function realAlong(
  x: Tensor,
  axes: readonly TransformAxis[],
  norm: Norm | undefined,
): Complex {
  const { axis, size } = axes.at(-1)!;
  const half = forwardReal(sized(x, axis, size), axis);
  return scaledParts(throughAxes(half, axes.slice(0, -1)), axes, norm, false);
}

/** Back to real numbers. */
export function realBackAlong(
  x: Parts,
  axes: readonly TransformAxis[],
  norm: Norm | undefined,
): Tensor {
  const { axis, size } = axes.at(-1)!;
  const others = axes.slice(0, -1);
  const { real, imaginary } = others.reduce((z, one) => {
    const cut = sizedParts(z, one.axis, one.size);
    return backward(completed(cut), one.axis);
  }, completed(x));
  const half = sizedParts({ real, imaginary }, axis, Math.floor(size / 2) + 1);
  return scaled(backwardReal(completed(half), size, axis), axes, norm, true);
}

function throughAxes(x: Parts, axes: readonly TransformAxis[]): Complex {
  return completed(
    axes.reduce<Parts>((z, { axis, size }) => forward(sizedParts(z, axis, size), axis), x),
  );
}

function completed({ real, imaginary = zerosLike(real) }: Parts): Complex {
  return { real, imaginary };
}

function sizedParts({ real, imaginary }: Parts, axis: number, size: number): Parts {
  return { real: sized(real, axis, size), imaginary: imaginary && sized(imaginary, axis, size) };
}

function scaledParts(
  { real, imaginary }: Complex,
  axes: readonly TransformAxis[],
  norm: Norm | undefined,
  isInverse: boolean,
): Complex {
  return {
    real: scaled(real, axes, norm, isInverse),
    imaginary: scaled(imaginary, axes, norm, isInverse),
  };
}
