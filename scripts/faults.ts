// Kills trainings at random moments while they write checkpoints (scripts/faults/kills.ts), and lets disks be full.
import { parseArgs } from "node:util";
import { checkKills } from "./faults/kills.ts";

const help = `Usage: pnpm faults [--kills 100] [--seed N]

Kills a training with SIGKILL at random moments while it writes a checkpoint every few steps, and
resumes it, until it ends: each step and the end must have the bits of a training that nobody
disturbed. Ends with exit code 1 if one has not.`;

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
    return 0;
  } catch (error) {
    console.error(String(error));
    return 1;
  }
}
