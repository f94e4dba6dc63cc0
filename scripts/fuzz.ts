// Random programs, run in every way that there is (packages/autograd/test/engine.ts), and random functions, whose
// derivatives are checked (random-functions.ts): as many as one likes.
import { parseArgs } from "node:util";
import { setBackend } from "@nabla/autograd";
import fc from "fast-check";
import { checkProgram } from "../packages/autograd/test/engine.ts";
import {
  checkDerivatives,
  checkTransformations,
  randomFunctions,
} from "../packages/autograd/test/random-functions.ts";
import { type ProgramKind, programs } from "../packages/autograd/test/random-programs.ts";

const help = `Usage: pnpm fuzz [--runs 2000] [--only programs|derivatives] [--seed N]

Draws random programs of tensors and compares what they give on the reference, in WebAssembly,
compiled, on two threads, and planned without each pass. Draws as many random functions, compares their
gradients and second gradients with differences, and of every tenth all that transformations promise. Ends with exit
code 1 at the first difference, and prints the smallest program or function found that shows it.`;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "2000" },
    only: { type: "string" },
    seed: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) console.log(help);
else process.exitCode = fuzz(Number(values.runs), values.seed, values.only);

/** Draws so many cases from a seed, and says what was wrong with the smallest that failed, if one did. */
type Task = (numRuns: number, seed: number) => string | undefined;

function fuzz(runs: number, seed: string | undefined, only: string | undefined): number {
  if (!Number.isSafeInteger(runs) || runs < 1) {
    console.error(`--runs: got ${values.runs}, expected a positive integer`);
    return 1;
  }
  if (only !== undefined && only !== "programs" && only !== "derivatives") {
    console.error(`--only: got "${only}", expected programs or derivatives`);
    return 1;
  }
  const start = seed === undefined ? Date.now() % 2 ** 31 : Number(seed);
  const half = Math.ceil(runs / 2);
  const tenth = Math.ceil(runs / 10);
  const tasks: readonly (readonly [kind: string, what: string, count: number, task: Task])[] = [
    ["programs", "exact programs", half, programsOf("exact")],
    ["programs", "smooth programs", Math.max(1, runs - half), programsOf("smooth")],
    ["derivatives", "first and second derivatives", runs, derivatives],
    ["derivatives", "functions transformed", tenth, transformations],
  ];
  for (const [kind, what, count, task] of tasks) {
    if (only !== undefined && kind !== only) continue;
    const found = task(count, start);
    if (found !== undefined) {
      console.error(`seed ${start}, ${what}: ${found}`);
      return 1;
    }
    console.log(`${count} ${what}: no difference (seed ${start})`);
  }
  return 0;
}

function programsOf(kind: ProgramKind): Task {
  return (numRuns, seed) => {
    const one = fc.property(programs, (choices) => checkProgram(kind, choices));
    const { failed, errorInstance } = fc.check(one, { numRuns, seed });
    return failed ? String(errorInstance) : undefined;
  };
}

/** On the reference, where nothing is compiled: every function is a new one. */
function derivatives(numRuns: number, seed: number): string | undefined {
  setBackend("reference");
  const found = functionsFailing(checkDerivatives, numRuns, seed);
  setBackend("wasm");
  return found;
}

function transformations(numRuns: number, seed: number): string | undefined {
  return functionsFailing(checkTransformations, numRuns, seed);
}

function functionsFailing(
  check: typeof checkDerivatives,
  numRuns: number,
  seed: number,
): string | undefined {
  const result = fc.check(fc.property(randomFunctions, check), { numRuns, seed });
  if (!result.counterexample) return undefined;
  const [{ lines, inputs }] = result.counterexample;
  const given = inputs.map((x, i) => `t${i} = ${JSON.stringify(x.arraySync())}`);
  return [String(result.errorInstance), ...given, ...lines].join("\n");
}
