// Breaks every gradient rule, one at a time and in several ways, and sees whether a check of
// packages/autograd/test/differentiable.ts fails. A mutant that survives is a hole in the tests.

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

/** What is made of the gradient that a rule gives. */
const mutations: Readonly<Record<string, (g: Node) => Node>> = {
  "another sign": neg,
  "a factor of 2": (g) => mul(g, 2),
  nothing: (g) => mul(g, 0),
};

/** A change to the reverse pass itself: what a text of a file is replaced by, and the test that sees it. */
interface TextMutation {
  readonly file: string;
  readonly from: string;
  readonly to: string;
  readonly test: string;
}

const reversePass = "packages/autograd/src/autodiff/gradients.ts";
const choices = "packages/autograd/src/autodiff/selections.ts";
const [gradientsTest, choicesTest] = ["gradients", "choices"].map(
  (name) => `packages/autograd/test/${name}.test.ts`,
) as [string, string];

const textMutations: Readonly<Record<string, TextMutation>> = {
  "the share of a second use is lost": {
    file: "packages/autograd/src/autodiff/contributions.ts",
    from: "this.#sum = together(this.#sum, contribution);",
    to: "this.#sum = contribution;",
    test: gradientsTest,
  },
  "a broadcast share is not summed": {
    file: choices,
    from: "reshape(sum(of, axes, true), shape)",
    to: "reshape(max(of, axes, true), shape)",
    test: gradientsTest,
  },
  "the incoming gradient is 2": {
    file: reversePass,
    from: "full(cost.shape, 1, cost.dtype)",
    to: "full(cost.shape, 2, cost.dtype)",
    test: gradientsTest,
  },
  "a choice ends at the next operation": {
    file: choices,
    from: "share === selection.chosen ? g : selected(selection, share)",
    to: "rule(g)",
    test: choicesTest,
  },
  "of two choices the inner one is lost": {
    file: choices,
    from: "return where(both, inner.chosen, 0)",
    to: "return where(condition, inner.chosen, 0)",
    test: choicesTest,
  },
  "of two uses only what the first chooses counts": {
    file: choices,
    from: "where(logicalOr(holds(first), holds(second)), add(a, b), 0)",
    to: "where(holds(first), add(a, b), 0)",
    test: choicesTest,
  },
  "what is not chosen twice is chosen": {
    file: choices,
    from: "if (!first || !second) return add(a, b);",
    to: "return add(a, b);",
    test: choicesTest,
  },
  "a choice is lost in a sum": {
    file: choices,
    from: "if (!selection) return total(share);",
    to: "return total(share);",
    test: choicesTest,
  },
  "a choice is lost where elements are moved": {
    file: choices,
    from: "if (!isMove(node) || !carries(input)) return rule(g);",
    to: "return rule(g);",
    test: choicesTest,
  },
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

for (const [what, { file, from, to, test }] of Object.entries(textMutations)) {
  const path = fileURLToPath(new URL(`../${file}`, import.meta.url));
  const source = readFileSync(path, "utf8");
  if (source.split(from).length !== 2) throw new Error(`${file} no longer says ${from}`);
  try {
    // Where `max` stands for `sum`, it has to be imported.
    const imported = source.replace("import { sum }", "import { max, sum }");
    writeFileSync(path, imported.replace(from, to));
    report(`reverse pass: ${what}`, spawnSync("npx", ["vitest", "run", test]).status !== 0);
  } finally {
    writeFileSync(path, source);
  }
}

console.log(`${count - survivors.length} of ${count} broken rules were found`);
process.exitCode = survivors.length === 0 ? 0 : 1;
