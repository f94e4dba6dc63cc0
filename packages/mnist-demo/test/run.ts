// Commands run in this process, with what they write kept.

import { Readable } from "node:stream";
import type { CommandContext } from "../src/run-command.ts";
import type { Stream } from "../src/terminal.ts";

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** What both streams are. Default: no terminal. */
  readonly terminal?: Partial<Stream>;
  readonly signal?: AbortSignal;
  /** Keys that are pressed, one after the other; left out: nobody is there. */
  readonly keys?: readonly string[];
}

/** Runs a command with arguments that are divided by spaces. */
export async function run(
  command: (args: readonly string[], context: CommandContext) => Promise<number>,
  args: string,
  { terminal = {}, signal = new AbortController().signal, keys }: RunOptions = {},
): Promise<Ran> {
  const texts = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof texts): Stream => ({
    ...terminal,
    write: (text) => (texts[name] += text),
  });
  const streams = { stdout: stream("stdout"), stderr: stream("stderr") };
  const pressed = keys && { keys: () => Readable.from(keys)[Symbol.asyncIterator]() };
  const context = { ...streams, env: {}, signal, ...pressed };
  return { code: await command(args.split(" ").filter(Boolean), context), ...texts };
}
