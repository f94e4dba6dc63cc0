// Loops over all indices of a shape, for the tests whose oracle is one.

/** Every index of a shape, in row-major order. */
export function indicesOf(shape: readonly number[]): readonly (readonly number[])[] {
  return shape.reduce<readonly (readonly number[])[]>(
    (outer, size) =>
      outer.flatMap((index) => Array.from({ length: size }, (_, i) => [...index, i])),
    [[]],
  );
}

/** The row-major position of an index. */
export function placeOf(shape: readonly number[], index: readonly number[]): number {
  return shape.reduce((place, size, axis) => place * size + index[axis]!, 0);
}
