// What the engine makes of many graphs, before a change and after it: a refactor leaves every plan and every
// module as it was, and what an optimisation changes is seen. (As tinygrad replays its kernels.)
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { random, type Tensor } from "@nabla/autograd";
import fc from "fast-check";
import { explain } from "../packages/autograd/src/engine/plan/explain.ts";
import { planToModule } from "../packages/autograd/src/engine/wasm/module.ts";
import { pendingNodes, planFor } from "../packages/autograd/test/planned.ts";
import {
  type ProgramKind,
  programOf,
  programs,
} from "../packages/autograd/test/random-programs.ts";
import { trainingSteps } from "./replay/models.ts";

const help = `Usage: pnpm replay FILE

Plans and renders the same random programs, products and models' steps each time. If there is no such file, writes a line for
each to it; else says which have changed since, and ends with exit code 1 if one has.`;

/** Hosts that modules are rendered for; and from how many nanoseconds on a kernel is divided among threads. */
const hosts = [
  { isFused: true, isShared: false, leastShared: 5000 },
  { isFused: false, isShared: true, leastShared: 0 },
  { isFused: true, isShared: true, leastShared: 0 },
];

const runs = 300;

function* graphs(): Generator<readonly [name: string, tensors: readonly Tensor[]]> {
  for (const kind of ["exact", "smooth"] satisfies readonly ProgramKind[]) {
    for (const [i, choices] of fc.sample(programs, { numRuns: runs, seed: 1 }).entries()) {
      yield [`${kind} program ${i}`, programOf(kind, choices).tensors];
    }
  }
  for (const dtype of ["float32", "float64", "int32"] as const) {
    for (const [m, k, n] of [
      [1, 9, 1],
      [64, 64, 1],
      [5, 3, 7],
      [100, 784, 16],
      [300, 300, 300],
    ] as const) {
      const drawn = (rows: number, columns: number) =>
        random
          .uniform([rows, columns], { seed: 1, low: -9, high: 9 })
          .cast(dtype)
          .realize() as Tensor;
      yield [`${dtype} product ${m} ${k} ${n}`, [drawn(m, k).matmul(drawn(k, n)).add(1)]];
      const turned = drawn(k, m).transpose().matmul(drawn(n, k).transpose());
      yield [`${dtype} product ${m} ${k} ${n}, transposed`, [turned]];
    }
  }
  yield* trainingSteps();
}

const hashOf = (data: string | Uint8Array): string =>
  createHash("sha256").update(data).digest("hex").slice(0, 16);

function lines(): readonly string[] {
  return [...graphs()].flatMap(([name, tensors]) => {
    if (pendingNodes(tensors).length === 0) return [];
    const plan = planFor(tensors);
    const modules = hosts.map((features) => hashOf(planToModule(plan, features).bytes));
    return `${name}: ${[hashOf(explain(plan)), ...modules].join(" ")}`;
  });
}

const [file] = process.argv.slice(2);
if (file === undefined || file.startsWith("-")) console.log(help);
else if (!existsSync(file)) {
  writeFileSync(file, `${lines().join("\n")}\n`);
  console.log(`wrote ${file}`);
} else {
  const before = new Set(readFileSync(file, "utf8").split("\n"));
  const now = lines();
  const changed = now.filter((line) => !before.has(line));
  for (const line of changed) console.log(line.slice(0, line.indexOf(":")));
  console.log(`${changed.length} of ${now.length} have changed`);
  process.exitCode = changed.length > 0 ? 1 : 0;
}
