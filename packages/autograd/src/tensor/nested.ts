// The shape of nested arrays, for `tensor([[1, 2], [3, 4]])`. The same rule in types:
// shapes/nested.ts.
import { ShapeError } from "../graph/errors.ts";
import { formatShape, type Shape, shapesEqual } from "../graph/shape.ts";

/** Lengths from the outermost array to the innermost; throws `ShapeError` if some differ. */
export function nestedShape(operation: string, values: unknown): Shape {
  return Object.freeze(shapeAt(operation, values, []));
}

/** A bound on nesting: an array that contains itself would recurse forever. */
const mostAxes = 64;

/** Throws `ShapeError` if arrays are nested too deep. */
export function checkDepth(operation: string, depth: number): void {
  if (depth <= mostAxes) return;
  throw new ShapeError(`${operation}: arrays are nested more than ${mostAxes} deep`);
}

/** `path` is the index of `values` in the whole, for errors. */
function shapeAt(operation: string, values: unknown, path: readonly number[]): Shape {
  if (ArrayBuffer.isView(values)) return [(values as Uint8Array).length];
  if (!Array.isArray(values)) return [];
  checkDepth(operation, path.length);
  const first: Shape = values.length > 0 ? shapeAt(operation, values[0], [...path, 0]) : [];
  for (let i = 1; i < values.length; i++) {
    if (first.length === 0 && typeof values[i] !== "object") continue; // numbers: nothing to build
    const next = shapeAt(operation, values[i], [...path, i]);
    if (!shapesEqual(first, next)) {
      const found = `element ${formatShape([...path, i])} has shape ${formatShape(next)}`;
      const expected = `element ${formatShape([...path, 0])} has ${formatShape(first)}`;
      throw new ShapeError(`${operation}: ragged nested array: ${found}, ${expected}`);
    }
  }
  return [values.length, ...first];
}
