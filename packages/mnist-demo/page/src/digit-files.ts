// Where the page's digits are: files of some digits each, which are fetched in this order.

export interface DigitFile {
  readonly name: string;
  /** Where in MNIST its digits are. */
  readonly set: "train" | "test";
  readonly from: number;
  readonly count: number;
}

/** The test digits that the page measures with. */
export const testFile: DigitFile = { name: "test", set: "test", from: 0, count: 1000 };

/** How many digits to learn from one can choose. The first view has those of the small files. */
export const exampleCounts = [1000, 3000, 60_000] as const;

/** How many it learns from where nobody has chosen. */
export const digitsOfOpening = 3000;

const smallFiles = 6;
const [small, large] = [500, 5700] as const;

/** The training digits. The small ones come first, so that training need not wait for long. */
export const trainFiles: readonly DigitFile[] = Array.from({ length: 16 }, (_, i) => ({
  name: `train-${String(i).padStart(2, "0")}`,
  set: "train",
  from: i < smallFiles ? i * small : smallFiles * small + (i - smallFiles) * large,
  count: i < smallFiles ? small : large,
}));

/** Not named .gz: some hosts would undo the compression on the way, and some would not. */
export function digitFilePath({ name }: DigitFile): string {
  return `digits/${name}.bin`;
}
