// Every public function says what it is, with an example: what `pnpm run docs` shows, and what the
// tests of examples run.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as autograd from "@nabla/autograd";
import * as backend from "@nabla/autograd/backend";
import * as checks from "@nabla/autograd/checks";
import * as testing from "@nabla/autograd/testing";
import * as data from "@nabla/data";
import * as distributions from "@nabla/distributions";
import * as images from "@nabla/images";
import * as nn from "@nabla/nn";
import * as signal from "@nabla/signal";
import { globSync } from "tinyglobby";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");

/** The functions of a package's sources, constants among them, whose docstring has an example. */
function withExample(name: string): ReadonlySet<string> {
  const files = globSync("**/*.ts", { cwd: join(root, "packages", name, "src"), absolute: true });
  const declared = /\/\*\*((?:(?!\*\/)[^])*)\*\/\s*export (?:(?:async )?function\*?|const) (\w+)/g;
  const found = files.flatMap((file) => [...readFileSync(file, "utf8").matchAll(declared)]);
  return new Set(
    found.flatMap(([, comment, name]) => (/@example|```ts/.test(comment!) ? [name!] : [])),
  );
}

const packages = Object.entries({ autograd, data, distributions, images, nn, signal });

test.each(packages)(
  "every public function of %s has an example in its docstring",
  (name, module) => {
    // Classes have capitals; what another package exports has its docstring there.
    const functions = Object.entries(module).filter(
      ([key, value]) => typeof value === "function" && /^[a-z]/.test(key),
    );
    const have = new Set(["autograd", name].flatMap((one) => [...withExample(one)]));
    const without = functions.map(([key]) => key).filter((key) => !have.has(key));
    expect(without, "want an @example in the docstring, above `export`").toEqual([]);
  },
);

test.each(packages)("every function of %s with an example is public", (name, module) => {
  const entries = [module, testing, backend, checks];
  const hidden = [...withExample(name)].filter((one) => !entries.some((entry) => one in entry));
  expect(hidden, `are in no entry of packages/${name}`).toEqual([]);
});
