// What functions ask of their arguments, beside the checks that all packages share.
import { formatShape, ShapeError, type Tensor } from "@nabla/autograd";
import { type Kind, oneOf } from "@nabla/autograd/checks";
import type { Precision } from "./constants.ts";

export const precision: Kind = oneOf("float32", "float64");

/** A list of as many of that kind, or of any length. */
export function listOf([fits, expected]: Kind, length?: number): Kind {
  const isOne = (x: unknown) =>
    Array.isArray(x) && (length === undefined || x.length === length) && x.every(fits);
  return [
    isOne,
    `a list of ${length ?? "numbers, each"} ${length === undefined ? expected : `numbers, each ${expected}`}`,
  ];
}

/** The axis counted from 0. Throws `ShapeError` for one that the shape does not have. */
export function axisOf(operation: string, shape: readonly number[], axis: number): number {
  const rank = shape.length;
  if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis;
  const given = `${formatShape(shape)} has no axis ${axis}`;
  throw new ShapeError(
    `${operation}: ${given}, expected ${rank === 0 ? "an axis at least" : `-${rank} to ${rank - 1}`}`,
  );
}

/** The dtype that a transform of these computes in: float64 if one of them is that. */
export function precisionOf(...tensors: readonly Tensor[]): Precision {
  return tensors.some(({ dtype }) => dtype === "float64") ? "float64" : "float32";
}

/** Throws `ShapeError` for a shape larger than tensors can be, before anything of it is computed. */
export function checkElements(operation: string, shape: readonly number[]): void {
  const elements = shape.reduce((product, size) => product * size, 1);
  const longest = Math.max(1, ...shape);
  if (Math.max(elements, longest) < 2 ** 31) return;
  const given = elements === 0 ? `${longest} along an axis` : `${elements} elements`;
  throw new ShapeError(`${operation}: ${formatShape(shape)} has ${given}, expected less than 2^31`);
}
