// Kills trainings at random moments while they write checkpoints (scripts/faults/kills.ts), and spoils
// the objects of native code (scripts/faults/native.ts).
import { parseArgs } from "node:util";
import { checkKills } from "./faults/kills.ts";
import { checkNative } from "./faults/native.ts";

const help = `Usage: pnpm faults [--kills 100] [--seed N]

Kills a training with SIGKILL at random moments while it writes a checkpoint every few steps, and
resumes it, until it ends: each step and the end must have the bits of a training that nobody
disturbed. Then many processes at once compile objects in one folder, and find objects in it that are
cut short or of another processor. Ends with exit code 1 if anything differs.`;

/** Processes at once on one folder of objects. */
const processes = 20;

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "100" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) console.log(help);
else process.exitCode = await faults(Number(values.kills), Number(values.seed));

async function faults(kills: number, seed: number): Promise<number> {
  if (!Number.isSafeInteger(kills) || kills < 1) {
    console.error(`--kills: got ${values.kills}, expected a positive integer`);
    return 1;
  }
  try {
    await checkKills({ kills, seed, report: (text) => console.log(text) });
    console.log(`${kills} kills, none left a trace (seed ${seed})`);
    await checkNative(processes, (text) => console.log(text));
    return 0;
  } catch (error) {
    console.error(String(error));
    return 1;
  }
}
