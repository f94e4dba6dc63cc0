// IDX files for tests, made without the code under test.

/** An IDX file of unsigned bytes; another `type` of elements is for files that are not. */
export function idxBytes(
  shape: readonly number[],
  data: ArrayLike<number>,
  { type = 0x08 }: { readonly type?: number } = {},
): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * shape.length + data.length);
  const header = new DataView(bytes.buffer);
  header.setUint8(2, type);
  header.setUint8(3, shape.length);
  shape.forEach((size, axis) => header.setUint32(4 + 4 * axis, size));
  bytes.set(data, 4 + 4 * shape.length);
  return bytes;
}

/** Elements 0, 1, 2, … as bytes. */
export function counting(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i);
}

/** The one line that `run` fails with. */
export function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("it did not fail");
}
