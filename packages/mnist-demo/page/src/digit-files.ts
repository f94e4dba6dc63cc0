// Where the page's digits are.

export const digitFileNames = [
  "train-images-idx3-ubyte",
  "train-labels-idx1-ubyte",
  "t10k-images-idx3-ubyte",
  "t10k-labels-idx1-ubyte",
] as const;

export type DigitFileName = (typeof digitFileNames)[number];

/** Not named .gz: some hosts would undo the compression on the way, and some would not. */
export function digitFilePath(name: DigitFileName): string {
  return `digits/${name}.bin`;
}
