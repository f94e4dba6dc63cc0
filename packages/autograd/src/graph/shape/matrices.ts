// Checks of matrices, which are the last two axes; the axes before them are batches.
import { ShapeError } from "../errors.ts";
import { formatShape, type Shape } from "./sizes.ts";

/** Throws unless `shape` has the two axes of a matrix. */
export function checkMatrices(operation: string, shape: Shape): void {
  if (shape.length >= 2) return;
  throw new ShapeError(`${operation}: expects at least 2 axes, got ${formatShape(shape)}`);
}

/** Throws unless the last two axes are equal. */
export function checkSquare(operation: string, shape: Shape): void {
  checkMatrices(operation, shape);
  if (shape.at(-2) === shape.at(-1)) return;
  throw new ShapeError(`${operation}: expects square matrices, got ${formatShape(shape)}`);
}
