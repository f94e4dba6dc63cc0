// Shapes of tensors that are joined, and split, along an axis.
import { ShapeError } from "../errors.ts";
import { axisBelow, insertedAt, normalizeAxis, replacedAt } from "./axes.ts";
import { checkSameShape, checkShape, formatShape, type Shape } from "./sizes.ts";

/** Adds the sizes along `axis`; all others must equal the first shape's. */
export function concatShape(axis: number, shapes: readonly Shape[]): Shape {
  const [first, ...others] = shapes;
  if (!first) throw new ShapeError("concat: expects at least 1 tensor, got none");
  const index = normalizeAxis("concat", axis, first);
  for (const other of others) {
    const fits = other.length === first.length;
    if (!fits || other.some((size, i) => i !== index && size !== first[i])) {
      const given = `${formatShape(first)} and ${formatShape(other)}`;
      throw new ShapeError(`concat: ${given} differ outside axis ${axis}`);
    }
  }
  const size = shapes.reduce((sum, shape) => sum + shape[index]!, 0);
  return replacedAt(first, index, size);
}

/** Adds an axis for the number of shapes, which must be equal, at `axis` of the result. */
export function stackShape(axis: number, shapes: readonly Shape[]): Shape {
  const [first, ...others] = shapes;
  if (!first) throw new ShapeError("stack: expects at least 1 tensor, got none");
  const index = axisBelow("stack", axis, first.length + 1, first);
  for (const other of others) checkSameShape("stack", first, other);
  return insertedAt(first, index, shapes.length);
}

/** Sizes of the parts along `axis`: `parts` equal ones, or the listed sizes. */
export function splitSizes(shape: Shape, parts: number | Shape, axis: number): Shape {
  const size = shape[normalizeAxis("split", axis, shape)]!;
  const given = `axis ${axis} of ${formatShape(shape)} has size ${size}`;
  if (typeof parts === "number") {
    if (!(Number.isSafeInteger(parts) && parts > 0)) {
      throw new ShapeError(`split: ${parts} parts, expected a positive integer`);
    }
    if (size % parts !== 0) throw new ShapeError(`split: ${given}, not a multiple of ${parts}`);
    return Object.freeze(new Array<number>(parts).fill(size / parts));
  }
  const sizes = checkShape("split", parts);
  const sum = sizes.reduce((total, part) => total + part, 0);
  if (sum !== size) {
    throw new ShapeError(`split: ${given}, the parts ${formatShape(sizes)} add up to ${sum}`);
  }
  return sizes;
}
