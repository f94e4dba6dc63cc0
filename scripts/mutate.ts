// Breaks every gradient rule, one at a time and in several ways, and sees whether a check of
// packages/autograd/test/differentiable.ts fails; and texts of other files (mutate/texts.ts), whose tests must
// fail. A mutant that survives is a hole in the tests. Usage: mutate [rules | texts [PART OF A FILE'S NAME]]

import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { gradients, type Tensor } from "@nabla/autograd";
import { checkGradients } from "@nabla/autograd/testing";
import fc from "fast-check";
import type {
  GradientRule,
  Node,
  NoGradient,
  Operation,
} from "../packages/autograd/src/graph/node.ts";
import { topologicalOrder } from "../packages/autograd/src/graph/order.ts";
import { mul, neg } from "../packages/autograd/src/ops/elementwise.ts";
import { isFloating } from "../packages/autograd/src/scalar/dtype.ts";
import { Tensor as TensorClass } from "../packages/autograd/src/tensor/tensor.ts";
import { differentiable } from "../packages/autograd/test/differentiable.ts";
import { dependingOnBoth, randomFunctions } from "../packages/autograd/test/random-functions.ts";
import { textMutations } from "./mutate/texts.ts";

/** What is made of the gradient that a rule gives. */
const mutations: Readonly<Record<string, (g: Node) => Node>> = {
  "another sign": neg,
  "a factor of 2": (g) => mul(g, 2),
  nothing: (g) => mul(g, 0),
};

/** One draw of each function, always the same. */
const draws = 6;
const cases = [
  ...differentiable.flatMap(({ name, f, inputs }) =>
    fc.sample(inputs, { numRuns: draws, seed: 3 }).map((xs) => ({ name, f, inputs: xs })),
  ),
  ...fc
    .sample(randomFunctions, { numRuns: 20, seed: 3 })
    .map(({ f, inputs }, i) => ({ name: `composition ${i}`, f: dependingOnBoth(f), inputs })),
];

/** The operations of all graphs and their gradients, and the checks that each occurs in. */
function operationsOf(): Map<Operation, (typeof cases)[number][]> {
  const found = new Map<Operation, (typeof cases)[number][]>();
  for (const one of cases) {
    const y = one.f(...one.inputs);
    const seeded = gradients(y.sum() as Tensor, one.inputs);
    const nodes = [y, ...seeded].map((x) => TensorClass.nodeOf(x));
    // Whole numbers and truth values pass nothing on, whatever their rules.
    const floats = topologicalOrder(nodes).filter(({ dtype }) => isFloating(dtype));
    for (const operation of new Set(floats.map((node) => node.operation))) {
      found.set(operation, [...(found.get(operation) ?? []), one]);
    }
  }
  return found;
}

function isKilled(checks: readonly (typeof cases)[number][]): boolean {
  return checks.some(({ f, inputs }) => {
    try {
      checkGradients(f, [...inputs], { order: 2 });
      return false;
    } catch {
      return true;
    }
  });
}

const survivors: string[] = [];
let count = 0;
function report(name: string, killed: boolean): void {
  count++;
  if (killed) return;
  survivors.push(name);
  console.log(`survived: ${name}`);
}

function breakRules(): void {
  for (const one of cases) {
    if (isKilled([one])) throw new Error(`${one.name} fails though nothing is broken: pnpm test`);
  }
  for (const [operation, checks] of operationsOf()) {
    const rules = operation.gradient as (GradientRule | NoGradient)[];
    rules.forEach((rule, i) => {
      if (typeof rule === "string") return;
      for (const [what, mutation] of Object.entries(mutations)) {
        rules[i] = (...args) => mutation(rule(...args));
        report(`${operation.name}, rule ${i}: ${what}`, isKilled(checks));
      }
      rules[i] = rule;
    });
  }
}

/** Breaks the texts of the files whose name has `part` in it. */
function breakTexts(part: string): void {
  for (const [what, { file, from, to, test }] of Object.entries(textMutations)) {
    if (!file.includes(part)) continue;
    const path = fileURLToPath(new URL(`../packages/autograd/src/${file}`, import.meta.url));
    const source = readFileSync(path, "utf8");
    if (source.split(from).length !== 2) throw new Error(`${file} no longer says ${from}`);
    try {
      // Where `max` stands for `sum`, it has to be imported.
      const imported = source.replace("import { sum }", "import { max, sum }");
      writeFileSync(
        path,
        imported.replace(from, () => to),
      );
      // On both back ends (vitest.config.ts).
      const env = { ...process.env, NABLA_TESTS: "reference" };
      const projects = ["--project", "wasm", "--project", "reference"];
      const args = ["vitest", "run", ...projects, "--bail=1", `${test}.test.ts`];
      const { status } = spawnSync("npx", args, { env });
      report(`${file}: ${what}`, status !== 0);
    } finally {
      writeFileSync(path, source);
    }
  }
}

const [only, part = ""] = process.argv.slice(2);
if (only !== "texts") breakRules();
if (only !== "rules") breakTexts(part);
console.log(`${count - survivors.length} of ${count} mutants were found`);
process.exitCode = survivors.length === 0 ? 0 : 1;
