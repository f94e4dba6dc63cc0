// What every command is given, and how user errors are reported.

import { NablaError } from "@nabla/autograd";
import { natively } from "./native.ts";
import type { Environment, Stream } from "./terminal.ts";

export interface CommandContext {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly env: Environment;
  /** Aborted: end after the current step, with the accuracy so far. */
  readonly signal: AbortSignal;
  /** Key presses from the call on; undefined if there is no keyboard. */
  readonly keys?: () => AsyncIterator<string>;
  /** The prefix of a command's name in usage texts; undefined: the repository's. */
  readonly runner?: string;
}

/** How helps say that commands are called. */
const repositoryRunner = "npx --yes pnpm@12";

/** 128 + 2, the number of SIGINT: what shells report of a program that Ctrl-C has ended. */
export const interrupted: number = 130;

/**
 * Runs a command and returns its exit code, or 1 for a user error, which is reported in one line on
 * stderr. "help" prints the help.
 */
export async function runCommand<Options extends object>(
  { help, parse, run }: Command<Options>,
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  try {
    const options = parse(args);
    if (options !== "help") {
      const all = () => run(options, context);
      const isNative = "native" in options && options.native === true;
      return await (isNative ? natively(all, context.stderr) : all());
    }
    context.stdout.write(help.replaceAll(repositoryRunner, context.runner ?? repositoryRunner));
    return 0;
  } catch (error) {
    if (!(error instanceof NablaError)) throw error;
    context.stderr.write(`${error.message}\n`);
    return 1;
  }
}

export interface Command<Options extends object> {
  readonly help: string;
  readonly parse: (args: readonly string[]) => Options | "help";
  readonly run: (options: Options, context: CommandContext) => Promise<number>;
}
