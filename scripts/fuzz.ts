// Random cases, as many as one likes, of what the tests try some of.
import { parseArgs } from "node:util";
import { fuzzEdges } from "./fuzz/edges.ts";
import { fuzzFiles } from "./fuzz/files.ts";
import { fuzzFunctions } from "./fuzz/functions.ts";
import type { Fuzz } from "./fuzz/fuzz.ts";
import { fuzzGraphs } from "./fuzz/graphs.ts";
import { fuzzLoops } from "./fuzz/loops.ts";
import { fuzzParameters } from "./fuzz/parameters.ts";
import { fuzzPrograms } from "./fuzz/programs.ts";
import { fuzzTraining } from "./fuzz/training.ts";
import { fuzzTransforms } from "./fuzz/transforms.ts";

interface Subject {
  readonly fuzz: Fuzz;
  /** Cases, where nothing else is said. */
  readonly runs: number;
}

const subjects: Readonly<Record<string, Subject>> = {
  programs: { fuzz: fuzzPrograms, runs: 2000 },
  functions: { fuzz: fuzzFunctions, runs: 2000 },
  graphs: { fuzz: fuzzGraphs, runs: 200 },
  transforms: { fuzz: fuzzTransforms, runs: 500 },
  loops: { fuzz: fuzzLoops, runs: 2000 },
  training: { fuzz: fuzzTraining, runs: 500 },
  parameters: { fuzz: fuzzParameters, runs: 2000 },
  edges: { fuzz: fuzzEdges, runs: 2000 },
  files: { fuzz: fuzzFiles, runs: 10_000 },
};

const help = `Usage: pnpm fuzz [programs] [functions] [graphs] [transforms] [loops] [training] [parameters] [edges] [files] [--runs N] [--seed N]

Draws random cases of what is named, or of all in turn, and ends with exit code 1 at the first that is
not as it should be, with the smallest found that shows it.

programs  of tensors: the same on the reference, in WebAssembly, compiled, on two threads, and
          planned without each pass (2000 runs)
functions of tensors: gradients and second gradients are those of differences, and of every tenth
          all holds that transformations promise; at kinks, ties and infinities derivatives follow
          the conventions, and are the same however they are computed (2000 runs)
graphs    of extreme form, chains of up to 100,000 operations and sums, stacks and slices of as many:
          values and gradients are those of plain arrays, on both back ends (200 runs)
transforms of functions whose parts are compiled: derivatives, vmap, checkpoint and compile of them
          are those of the same functions without compile (500 runs)
loops     with branches and loops in them: the bits of loops of the host, and their derivatives to second
          order, in batches, along directions, compiled and not, on the reference and in WebAssembly on
          one thread and two (2000 runs)
training  whose steps fail: bad labels, NaN, schedules and checks of one's own, by fit and in loops,
          compiled and not; what a step that fails leaves is what was there before, to the last bit,
          and the next one works (500 runs)
parameters given values in every way, in and out of compile, with updates that fail: they hold what
          plain arrays hold (2000 runs)
edges     of arguments: every public call with special numbers, empty tensors, extremes, and what is
          no argument: the same on both back ends, compiled, batched, of parameters and in gradients,
          or the same error (2000 runs)
files     with mistakes, safetensors, checkpoints, IDX and NumPy's: an error and nothing changed, or what
          the file says; memory in proportion to the file, and less than a second (10000 runs of each)`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) console.log(help);
else process.exitCode = await main(positionals.length > 0 ? positionals : Object.keys(subjects));

async function main(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !(name in subjects));
  if (unknown !== undefined) {
    console.error(`fuzz: got "${unknown}", expected ${Object.keys(subjects).join(" or ")}`);
    return 1;
  }
  const runs = values.runs === undefined ? undefined : Number(values.runs);
  if (runs !== undefined && !(Number.isSafeInteger(runs) && runs > 0)) {
    console.error(`--runs: got ${values.runs}, expected a positive integer`);
    return 1;
  }
  const seed = Number(values.seed);
  for (const name of names) {
    const subject = subjects[name]!;
    console.log(`${name}, seed ${seed}`);
    try {
      await subject.fuzz({ runs: runs ?? subject.runs, seed });
    } catch (error) {
      console.error(error instanceof Error ? error.message : error);
      return 1;
    }
  }
  return 0;
}
