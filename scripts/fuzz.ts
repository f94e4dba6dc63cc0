// Random programs, run in every way that there is (packages/autograd/test/engine.ts): as many as one likes.
import { parseArgs } from "node:util";
import fc from "fast-check";
import { checkProgram } from "../packages/autograd/test/engine.ts";
import { programs } from "../packages/autograd/test/random-programs.ts";

const help = `Usage: pnpm fuzz [--runs 1000] [--seed N]

Draws random programs of tensors and compares what they give on the reference, in WebAssembly,
compiled, on two threads, and planned without each pass. Ends with exit code 1 at the first difference, and prints
the smallest program found that shows it.`;

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1000" },
    seed: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) console.log(help);
else process.exitCode = fuzz(Number(values.runs), values.seed);

function fuzz(runs: number, seed: string | undefined): number {
  if (!Number.isSafeInteger(runs) || runs < 1) {
    console.error(`--runs: got ${values.runs}, expected a positive integer`);
    return 1;
  }
  const start = seed === undefined ? Date.now() % 2 ** 31 : Number(seed);
  for (const [i, kind] of (["exact", "smooth"] as const).entries()) {
    const count = i === 0 ? Math.ceil(runs / 2) : Math.floor(runs / 2);
    const result = fc.check(
      fc.property(programs, (choices) => checkProgram(kind, choices)),
      { numRuns: count, seed: start },
    );
    if (result.failed) {
      console.error(`seed ${start}, after ${result.numRuns} ${kind} programs:`);
      console.error(String(result.errorInstance));
      return 1;
    }
    console.log(`${count} ${kind} programs: no difference (seed ${start})`);
  }
  return 0;
}
