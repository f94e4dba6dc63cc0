// The public functions that the files of a folder declare: tests that go through all layers,
// optimisers or costs take them from here, so that a new one is among them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as nn from "@nabla/nn";

// oxlint-disable-next-line typescript/no-explicit-any
export type Loose = (...given: any[]) => any;

export const functions = nn as unknown as Readonly<Record<string, Loose>>;

/** Of `src/<folder>`, by name. */
export function publicIn(folder: string): readonly string[] {
  const path = join(import.meta.dirname, "../src", folder);
  const texts = readdirSync(path).map((file) => readFileSync(join(path, file), "utf8"));
  const declared = texts.flatMap((text) => [
    ...text.matchAll(/^export (?:function|const) (\w+)/gm),
  ]);
  const names = new Set(declared.map(([, name]) => name!));
  return [...names].filter((name) => name in nn);
}
