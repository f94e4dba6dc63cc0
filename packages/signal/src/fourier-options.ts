// What the transforms have in common: options, axes and their sizes, and the scale.
import { formatShape, NablaError, ShapeError, type Tensor } from "@nabla/autograd";
import { checkOptions, count, integer, type Kind, oneOf } from "@nabla/autograd/checks";
import { axisOf, listOf } from "./checks.ts";

/**
 * Where the scale 1/N goes: "backward", to inverse transforms; "forward", to the others; "ortho",
 * 1/√N to both, which then keep norms.
 */
export type Norm = "backward" | "ortho" | "forward";

export interface FourierOptions {
  /**
   * The size of the transform: a longer axis is cut, a shorter one padded with zeros. Default: the
   * axis's size; of `irfft` 2 (size - 1).
   */
  readonly n?: number | undefined;
  /** The axis. Default: -1, the last one. */
  readonly axis?: number | undefined;
  /** Default: "backward". */
  readonly norm?: Norm | undefined;
}

export interface FourierAxesOptions {
  /** The size of the transform along each of the axes. Default: their sizes. */
  readonly sizes?: readonly number[] | undefined;
  /**
   * The axes. Default: for `fft2` and the like the last two; for `fftN` all, or as many as there are
   * sizes.
   */
  readonly axes?: readonly number[] | undefined;
  /** Default: "backward". */
  readonly norm?: Norm | undefined;
}

/** What is transformed: an axis from the front, and the size of the transform along it. */
export interface TransformAxis {
  readonly axis: number;
  readonly size: number;
}

export const norms: Kind = oneOf("backward", "ortho", "forward");

/** Throws `NablaError` for wrong options of transforms along one axis. */
export function checkFourier(operation: string, options: object): void {
  checkOptions(operation, options, { n: count, axis: integer, norm: norms });
}

/** Throws `NablaError` for wrong options of transforms along several axes. */
export function checkFourierAxes(operation: string, options: object): void {
  checkOptions(operation, options, { sizes: listOf(count), axes: listOf(integer), norm: norms });
}

/**
 * The axis that is transformed. Throws `ShapeError` if there is none, or nothing along it. Of the
 * inverse of a real transform, `isHalf`, the axis is half of what comes out.
 */
export function transformAxis(
  operation: string,
  x: Tensor,
  axis = -1,
  size?: number,
  isHalf = false,
): TransformAxis {
  const at = axisOf(operation, x.shape, axis);
  const found = x.shape[at]!;
  const least = isHalf && size === undefined ? 2 : 1;
  if (found < least) {
    const given = `${formatShape(x.shape)} has ${found} along axis ${axis}`;
    const hint = least === 2 ? " (or n: 1)" : "";
    throw new ShapeError(`${operation}: ${given}, expected ${least} or more${hint}`);
  }
  return { axis: at, size: size ?? (isHalf ? 2 * (found - 1) : found) };
}

/** Several axes, each once. */
export function transformAxes(
  operation: string,
  x: Tensor,
  { axes, sizes }: FourierAxesOptions,
  isHalf = false,
): readonly TransformAxis[] {
  const given =
    axes ??
    Array.from(
      { length: sizes?.length ?? x.rank },
      (_, i, count = sizes?.length ?? x.rank) => i - count,
    );
  if (sizes && sizes.length !== given.length) {
    throw new NablaError(
      `${operation}: ${sizes.length} sizes for ${given.length} axes, expected one for each`,
    );
  }
  const found = given.map((axis, i) =>
    transformAxis(operation, x, axis, sizes?.[i], isHalf && i === given.length - 1),
  );
  if (new Set(found.map(({ axis }) => axis)).size < found.length) {
    throw new NablaError(`${operation}: axes are [${given.join(", ")}], expected each once`);
  }
  return found;
}

/** Cut, or padded with zeros, at the end of `axis`. */
export function sized(x: Tensor, axis: number, size: number): Tensor {
  const found = x.shape[axis]!;
  if (found === size) return x;
  if (found > size) return x.slice(axis, 0, size);
  const widths = x.shape.map((_, i): [number, number] => [0, i === axis ? size - found : 0]);
  return x.pad(widths);
}

/** x times what a transform along these axes is multiplied by. */
export function scaled(
  x: Tensor,
  axes: readonly TransformAxis[],
  norm: Norm = "backward",
  isInverse = false,
): Tensor {
  const count = axes.reduce((product, { size }) => product * size, 1);
  if (norm === "ortho") return x.mul(1 / Math.sqrt(count));
  return isInverse === (norm === "backward") ? x.mul(1 / count) : x;
}
