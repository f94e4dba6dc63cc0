#!/usr/bin/env node
// The command `train` as a process: its arguments, streams, signals and exit code.

import { runTrain } from "./command.ts";

/** Ctrl-C reaches us from the terminal and once more from pnpm or npx, which pass it on. */
const millisecondsOfOneCtrlC = 300;

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

const { stdout, stderr, env } = process;
process.exitCode = await runTrain(process.argv.slice(2), {
  stdout,
  stderr,
  env,
  signal: stop.signal,
});
