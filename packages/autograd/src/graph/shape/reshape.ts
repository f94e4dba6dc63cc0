// The same elements in another shape.
import { ShapeError } from "../errors.ts";
import { axisBelow, replacedAt } from "./axes.ts";
import { elementCount, formatShape, isSize, notAShape, notASize, type Shape } from "./sizes.ts";

/** `to` with a size of -1 inferred; both must have the same number of elements. */
export function reshapeShape(from: Shape, to: Shape, operation = "reshape"): Shape {
  if (!Array.isArray(to)) throw notAShape(operation, to);
  // Fast path: plain sizes that fit.
  const isPlain = to.every(isSize);
  if (isPlain && elementCount(from) === elementCount(to)) return Object.freeze([...to]);
  const open = to.indexOf(-1);
  if (to.indexOf(-1, open + 1) > open) {
    throw new ShapeError(`${operation}: ${formatShape(to)} has more than one -1`);
  }
  to.forEach((size, axis) => {
    const fits = isSize(size) || size === -1;
    if (!fits) throw notASize(operation, to, axis, "a non-negative integer, or -1 once");
  });
  const count = elementCount(from);
  const given = `${operation}: ${formatShape(from)} has ${count} elements`;
  const rest = elementCount(to.filter((size) => size !== -1));
  if (open < 0) throw new ShapeError(`${given}, ${formatShape(to)} has ${rest}`);
  if (rest === 0) throw new ShapeError(`${given}, -1 in ${formatShape(to)} could be any size`);
  if (count % rest !== 0) {
    throw new ShapeError(`${given}, ${formatShape(to)} needs a multiple of ${rest}`);
  }
  return replacedAt(to, open, count / rest);
}

/** Joins all axes from `start` on into one; a scalar becomes `[1]`. */
export function flattenedShape(shape: Shape, start = 0): Shape {
  const index = axisBelow("flatten", start, Math.max(1, shape.length), shape);
  return Object.freeze([...shape.slice(0, index), elementCount(shape.slice(index))]);
}
