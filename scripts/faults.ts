// Kills trainings, of one process and of several ranks, at random moments while they write checkpoints
// (scripts/faults/kills.ts), and spoils the objects of native code (scripts/faults/native.ts).
import { parseArgs } from "node:util";
import { problemHere } from "../packages/mpi/test/mpirun.ts";
import { checkKills } from "./faults/kills.ts";
import { checkCopies, checkNative } from "./faults/native.ts";

const help = `Usage: pnpm faults [--kills 100] [--rank-kills 10] [--seed N]

Kills a training with SIGKILL at random moments while it writes a checkpoint every few steps, and
resumes it, until it ends: each step and the end must have the bits of a training that nobody
disturbed. Then the same with one of two ranks of MPI, and with one of three: the others must end within
ten seconds. Then many processes at once compile objects in one folder, and find objects in it that are
cut short or of another processor; and workers and copies of the packages do so in one process. Ends
with exit code 1 if anything differs.`;

/** Processes at once on one folder of objects. */
const processes = 20;

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "100" },
    "rank-kills": { type: "string", default: "10" },
    seed: { type: "string", default: String(Date.now() % 2 ** 31) },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) console.log(help);
else process.exitCode = await faults(Number(values.seed));

async function faults(seed: number): Promise<number> {
  try {
    const [kills, rankKills] = [countOf("kills"), countOf("rank-kills")];
    const report = (text: string) => console.log(text);
    await checkKills({ kills, seed, report });
    if (problemHere === undefined) {
      const ofTwo = Math.ceil(rankKills / 2);
      await checkKills({ kills: ofTwo, ranks: 2, seed, report });
      if (rankKills > 1) await checkKills({ kills: rankKills - ofTwo, ranks: 3, seed, report });
    } else console.log(`no rank is killed: ${problemHere}`);
    console.log(`${kills} kills and ${rankKills} of ranks, none left a trace (seed ${seed})`);
    await checkNative(processes, report);
    await checkCopies(report);
    return 0;
  } catch (error) {
    console.error((error as Error).message);
    return 1;
  }
}

function countOf(name: "kills" | "rank-kills"): number {
  const count = Number(values[name]);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new Error(`--${name}: got ${values[name]}, expected a positive integer`);
}
