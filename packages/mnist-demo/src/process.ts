// A command as a process: its arguments, streams, signals and exit code.

import type { CommandContext } from "./run-command.ts";

/** Ctrl-C reaches us from the terminal and once more from pnpm or npx, which pass it on. */
const millisecondsOfOneCtrlC = 300;

/** Runs a command with what the process was given; a second Ctrl-C ends it at once. */
export async function runProcess(
  command: (args: readonly string[], context: CommandContext) => Promise<number>,
): Promise<void> {
  const stop = new AbortController();
  let interruptedAt: number | undefined;
  process.on("SIGINT", () => {
    interruptedAt ??= performance.now();
    if (performance.now() - interruptedAt > millisecondsOfOneCtrlC) process.exit(130);
    stop.abort();
  });
  // Whoever reads our output may have read enough, as `head` does.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      process.exit(0);
    });
  }
  const { stdout, stderr, env, argv } = process;
  const context = {
    stdout,
    stderr,
    env,
    signal: stop.signal,
    ...(process.stdin.isTTY && { keys: pressedKeys }),
  };
  process.exitCode = await command(argv.slice(2), context);
}

/** Each key as it is pressed; afterwards the terminal gives lines again. */
async function* pressedKeys(): AsyncGenerator<string> {
  const { stdin } = process;
  stdin.setRawMode(true);
  try {
    for await (const key of stdin) yield String(key);
  } finally {
    stdin.setRawMode(false);
  }
}
