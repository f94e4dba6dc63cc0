// Runs the reader's code with nabla's names, in a worker of its own: stopping it ends the worker.
import * as autograd from "@nabla/autograd";
import * as nn from "@nabla/nn";
import { datasetOf } from "../../src/training.ts";
import { DigitShelf } from "./digits.ts";

/** A request: code to run, and the address of the digits. */
export interface Order {
  readonly code: string;
  readonly base: string;
}

/** What the worker tells: what was logged, and how it ended. */
export type Told =
  | { readonly kind: "line"; readonly text: string }
  | { readonly kind: "done"; readonly error: string | undefined };

const examples = 3000;

const tell = (told: Told): void => postMessage(told);

/** Anything as text, as the console of a browser or of Node would write it. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  if (value instanceof autograd.Tensor) {
    return `${value.dtype} [${value.shape.join(", ")}] ${JSON.stringify(value.arraySync())}`;
  }
  return JSON.stringify(value) ?? String(value);
}

const console = {
  log: (...values: unknown[]): void => tell({ kind: "line", text: values.map(textOf).join(" ") }),
};

addEventListener("message", ({ data: { code, base } }: MessageEvent<Order>) => {
  run(code, base).then(
    () => tell({ kind: "done", error: undefined }),
    (error: unknown) => {
      const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      tell({ kind: "done", error: text });
    },
  );
});

async function run(code: string, base: string): Promise<void> {
  const shelf = new DigitShelf(base);
  const test = datasetOf(await shelf.test());
  const train = datasetOf(await shelf.train(examples, () => {}).slice(0, examples));
  const names = { ...autograd, ...nn, train, test, console };
  const AsyncFunction = (async () => {}).constructor as new (
    ...parts: string[]
  ) => (...values: unknown[]) => Promise<void>;
  const body = new AsyncFunction(...Object.keys(names), `"use strict";\n${code}`);
  await body(...Object.values(names));
}
