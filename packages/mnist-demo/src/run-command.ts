// What every command is given, and what it answers to a user's mistake.

import { NablaError } from "@nabla/autograd";
import { natively } from "./native.ts";
import type { Environment, Stream } from "./terminal.ts";

export interface CommandContext {
  readonly stdout: Stream;
  readonly stderr: Stream;
  readonly env: Environment;
  /** Aborted: end after the step under way, with the accuracy so far. */
  readonly signal: AbortSignal;
  /** Keys as they are pressed, from the call on; left out where nobody can press any. */
  readonly keys?: () => AsyncIterator<string>;
  /** What stands before a command's name where it is called; left out: the repository's. */
  readonly runner?: string;
}

/** How helps say that commands are called. */
const repositoryRunner = "npx --yes pnpm@12";

/** 128 + 2, the number of SIGINT: what shells report of a program that Ctrl-C has ended. */
export const interrupted: number = 130;

/**
 * Runs a command: gives its exit code, or 1 for what the user must mend, which is said in one line
 * on stderr. "help" writes the help.
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
