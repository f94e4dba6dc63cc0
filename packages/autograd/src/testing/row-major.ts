// Where elements stand that lie in row-major order.

/** How many there are. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** The place of a row-major position, one number an axis. */
export function indexOf(position: number, shape: readonly number[]): readonly number[] {
  let rest = position;
  return shape
    .toReversed()
    .map((size) => {
      const index = rest % size;
      rest = Math.floor(rest / size);
      return index;
    })
    .toReversed();
}
