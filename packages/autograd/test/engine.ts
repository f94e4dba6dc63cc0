// Runs one graph in every way that there is, and says where two ways differ.
import { compile, type Data, setBackend, tensor, threads } from "@nabla/autograd";
import { javascriptTarget } from "../src/engine/javascript/device.ts";
import { type PassName, passNames } from "../src/engine/plan/plan.ts";
import { setTrial } from "../src/engine/planned/thread-trial.ts";
import type { Target } from "../src/engine/target.ts";
import { threadPool } from "../src/engine/wasm/backend.ts";
import { setForMany } from "../src/engine/wasm/shared-modules.ts";
import { setLeastShared } from "../src/engine/wasm/target.ts";
import { availableThreads, setAvailableThreads } from "../src/engine/wasm/workers.ts";
import { plannedValues } from "./planned.ts";
import type { Choices, ProgramKind } from "./random-programs.ts";
import { programOf } from "./random-programs.ts";

/** What a program gives on a back end. */
export function valuesOn(
  backend: "wasm" | "reference",
  kind: ProgramKind,
  choices: readonly Choices[],
): readonly Data[] {
  setBackend(backend);
  try {
    const { tensors } = programOf(kind, choices);
    return tensors.map((x) => x.dataSync());
  } finally {
    setBackend("wasm");
  }
}

/** The same, all tensors as outputs of one run. */
export function valuesAtOnce(kind: ProgramKind, choices: readonly Choices[]): readonly Data[] {
  const { tensors } = programOf(kind, choices);
  const copies = compile(() => [...tensors])();
  return copies.map((x) => x.dataSync());
}

/**
 * The same on several threads, each kernel divided among them; and whether that could be done. For
 * many: by a module that takes all numbers that it can as arguments.
 */
export function valuesInParts(
  kind: ProgramKind,
  choices: readonly Choices[],
  count: number,
  isFor: "one" | "many" = "one",
): { readonly values: readonly Data[]; readonly wasShared: boolean } {
  const [before, available] = [threads(), availableThreads()];
  setAvailableThreads(Math.max(before, count));
  threads(count);
  setLeastShared(0);
  setTrial(false);
  setForMany(isFor === "many");
  try {
    const { tensors } = programOf(kind, choices);
    // One output more: a structure of its own, so that no plan is found that was made undivided.
    const marker = tensor(isFor === "one" ? [count] : [count, 1]);
    const run = compile(() => [...tensors, marker]);
    run();
    // Now workers have started, and at the second run they load the plan.
    threadPool()?.settle();
    run();
    threadPool()?.settle();
    const runs = threadPool()?.runs;
    const values = run()
      .slice(0, -1)
      .map((x) => x.dataSync());
    return { values, wasShared: threadPool()?.runs !== runs };
  } finally {
    setLeastShared(5000);
    setTrial(true);
    setForMany(false);
    threads(before);
    setAvailableThreads(available);
  }
}

/** The same by the plan in plain JavaScript, with some passes left out. */
export function valuesByPlan(
  kind: ProgramKind,
  choices: readonly Choices[],
  off: readonly PassName[],
  target?: Target,
): readonly Data[] {
  return plannedValues(programOf(kind, choices).tensors, off, target);
}

/** Says where two lists of values differ by more than `tolerance`; undefined if nowhere. */
export function difference(
  program: readonly string[],
  given: readonly Data[],
  expected: readonly Data[],
  relative: number,
): string | undefined {
  const scale = Math.max(1, ...expected.flatMap((data) => [...data].map(sizeOf)));
  const tolerance = relative * scale;
  for (const [i, data] of expected.entries()) {
    if (given[i]!.length !== data.length) return `t${i} has ${given[i]!.length} elements`;
    for (const [at, wanted] of data.entries()) {
      const value = given[i]![at]!;
      if (Object.is(value, wanted)) continue;
      if (Math.abs(value - wanted) <= tolerance && tolerance > 0) continue;
      return `${program.join("\n")}\n// t${i}, element ${at}: ${value}, expected ${wanted}`;
    }
  }
  return undefined;
}

function sizeOf(x: number): number {
  return Number.isFinite(x) ? Math.abs(x) : 0;
}

/**
 * Throws with the program where one way to run it differs from the reference. What is smooth may differ
 * by a part of the largest value in the program: a dozen lines magnify the last digit's error (1e-7 or
 * 1e-16) by what sums and products make of it, a thousandfold and more.
 */
export function checkProgram(kind: ProgramKind, choices: readonly Choices[]): void {
  const { lines, tensors } = programOf(kind, choices);
  const expected = valuesOn("reference", kind, choices);
  const ways: readonly (readonly [string, () => readonly Data[]])[] = [
    ["WebAssembly, tensor by tensor", () => valuesOn("wasm", kind, choices)],
    ["compiled, all at once", () => valuesAtOnce(kind, choices)],
    ["planned", () => valuesByPlan(kind, choices, [])],
    ["planned for another target", () => valuesByPlan(kind, choices, [], javascriptTarget)],
    ["planned without any pass", () => valuesByPlan(kind, choices, passNames)],
    ...passNames.map(
      (name) => [`planned without ${name}`, () => valuesByPlan(kind, choices, [name])] as const,
    ),
  ];
  const alone = valuesAtOnce(kind, choices);
  for (const isFor of ["one", "many"] as const) {
    const { values } = valuesInParts(kind, choices, 2, isFor);
    const shared = difference(lines, values, alone, 0);
    if (shared === undefined) continue;
    throw new Error(`two threads by a module for ${isFor} differ from one:\n${shared}`);
  }
  // What was float32 once has no more digits as float64.
  const isDouble = tensors.every(({ dtype }) => dtype !== "float32");
  const tolerance = kind === "exact" ? 0 : isDouble ? 1e-10 : 1e-3;
  for (const [way, values] of ways) {
    const found = difference(lines, values(), expected, tolerance);
    if (found !== undefined) throw new Error(`${way} differs from the reference:\n${found}`);
  }
}
