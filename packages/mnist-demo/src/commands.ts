// The commands by name, for those who have the package and not the repository.

import type { CommandContext } from "./run-command.ts";

type Run = (args: readonly string[], context: CommandContext) => Promise<number>;

/**
 * What each command does, and what runs it: loaded when it is called, as some draw and some do not.
 */
const commands: Readonly<Record<string, { readonly what: string; load(): Promise<Run> }>> = {
  train: {
    what: "trains a small network on the MNIST digits",
    load: async () => (await import("./train-command.ts")).runTrain,
  },
  evaluate: {
    what: "tells what a network that was saved gets right and wrong",
    load: async () => (await import("./evaluate/evaluate-command.ts")).runEvaluate,
  },
  explain: {
    what: "walks through one digit: what the network makes of it, and what it wants of the network",
    load: async () => (await import("./explain/explain-command.ts")).runExplain,
  },
  compare: {
    what: "sends mini-batches and the full set down the same slope",
    load: async () => (await import("./compare/compare-command.ts")).runCompare,
  },
};

const names = Object.keys(commands);

/** How commands are called without the repository. */
export const packageRunner = "npx @nabla/mnist-demo";

export const help: string = `Trains a small network on the MNIST digits, and shows what it learnt and why.

  ${packageRunner} COMMAND [options]

${names.map((name) => `  ${name.padEnd(10)}${commands[name]!.what}`).join("\n")}

\`${packageRunner} COMMAND --help\` tells a command's options.
`;

/**
 * Runs the command that the first argument names on the rest of them and gives its exit code; 1 for
 * a name that there is not.
 */
export async function runNamed(args: readonly string[], context: CommandContext): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === "--help" || name === "-h") {
    context.stdout.write(help);
    return 0;
  }
  if (!Object.hasOwn(commands, name)) {
    context.stderr.write(
      `nabla-mnist: there is no command ${JSON.stringify(name)}, ` +
        `expected ${names.slice(0, -1).join(", ")} or ${names.at(-1)}\n`,
    );
    return 1;
  }
  const run = await commands[name]!.load();
  return await run(rest, { ...context, runner: packageRunner });
}
