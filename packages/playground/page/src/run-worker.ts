// Runs one program with nabla, in a worker of its own: stopping it ends the worker.
import * as autograd from "@nabla/autograd";
import * as nn from "@nabla/nn";
import type { Compiled, Failure } from "./compiled.ts";
import { linked } from "./linked.ts";
import { Output, type Told } from "./output.ts";
import { Places } from "./places.ts";
import { printed } from "./printed.ts";
import { Show } from "./show.ts";

// Frames of nabla's own are not to use up what a stack shows.
Error.stackTraceLimit = 50;

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has none
const tell = (told: Told): void => postMessage(told);
const output = new Output(tell);
let places: Places | undefined;

function write(values: readonly unknown[], isError: boolean): void {
  const text = printed(values);
  output.text(places?.placed(text) ?? text, isError);
}

Object.assign(console, {
  log: (...values: unknown[]) => write(values, false),
  info: (...values: unknown[]) => write(values, false),
  debug: (...values: unknown[]) => write(values, false),
  warn: (...values: unknown[]) => write(values, true),
  error: (...values: unknown[]) => write(values, true),
});
Object.assign(globalThis, { show: new Show(output) });

addEventListener(
  "message",
  ({ data }: MessageEvent<Compiled>) => {
    run(data).then(
      () => end(undefined),
      (error: unknown) => end(failureOf(error)),
    );
  },
  { once: true },
);

// What happens after the program's last line, or is awaited by nobody.
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  end(failureOf(event.reason));
});
addEventListener("error", (event) => {
  event.preventDefault();
  end(failureOf(event.error));
});

async function run(compiled: Compiled): Promise<void> {
  const code = linked(compiled, { "@nabla/autograd": autograd, "@nabla/nn": nn });
  const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
  places = new Places(url, compiled.map);
  await import(/* @vite-ignore */ url);
}

function end(failure: Failure | undefined): void {
  output.flush();
  tell({ kind: "done", failure });
}

/** What is wrong, and where in the program. */
function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { text: `thrown: ${printed([error])}`, line: undefined };
  const frames = places?.framesOf(error) ?? [];
  const cause = error.cause instanceof Error ? `\nbecause of ${error.cause}` : "";
  const text = [`${error.name}: ${error.message}${cause}`, ...frames.map(({ text }) => text)];
  return { text: text.join("\n"), line: frames[0]?.line };
}
