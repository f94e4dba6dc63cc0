// What an exchange between ranks costs: latency and bandwidth of this machine, and steps of training with
// an exchange beside the same steps without and the library's own sum of as many numbers.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundled } from "../packages/mpi/test/mpirun.ts";
import { printTable } from "./mpi-table.ts";
import {
  fastest,
  type Step,
  type Timeline,
  timelinePicture,
  timelineTable,
} from "./mpi-timeline-figure.ts";

const help = `Usage: pnpm bench:mpi [--ranks 2] [--rate MBIT [--timeline PATH] | --table]

Measures, on this machine: how long an exchange of so many numbers takes, by this library and by MPI's
own Allreduce, with latency and bandwidth fitted to them; and steps of training by several ranks, each
beside the same rank's step alone, in turn. Needs mpirun.

  --rate MBIT  a step with ranks whose links carry so many Mbit/s, by namespaces of Linux, beside what
               the formula of mpi-model.ts foretells: ranks, rate, latency, the step alone, foretold,
               measured, their ratio. Needs root's rights, iproute2 and Open MPI.
  --timeline PATH  of the same ranks: what they do in the fastest of 60 steps, with gradients exchanged
               at once and in buckets, as a picture in a file and a table.
  --table      what the formula says of many machines, with steps of this one; without MPI.`;

const { values } = parseArgs({
  options: {
    ranks: { type: "string", default: "2" },
    rate: { type: "string" },
    timeline: { type: "string" },
    table: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) console.log(help);
else if (values.table) printTable();
else if (values.timeline === undefined) {
  process.exitCode = await measured(Number(values.ranks), values.rate);
} else process.exitCode = await timed(Number(values.ranks), values.rate, values.timeline);

/** Gives the exit code. */
async function measured(ranks: number, rate: string | undefined): Promise<number> {
  const program = rate === undefined ? "mpi-steps.ts" : "mpi-machines.ts";
  const node = [process.execPath, await bundled(join(import.meta.dirname, program))];
  const given = rate === undefined ? [] : [String(1e6 * Number(rate))];
  const [command, ...words] = startedBy(ranks, rate, [...node, ...given]);
  const { status } = spawnSync(command!, words, { stdio: ["ignore", "inherit", "inherit"] });
  return status ?? 1;
}

/** Writes the timeline, prints the table, and gives the exit code. */
async function timed(ranks: number, rate: string | undefined, path: string): Promise<number> {
  const node = [process.execPath, await bundled(join(import.meta.dirname, "mpi-timeline.ts"))];
  const timelines: Timeline[] = [];
  for (const [title, bytes] of [
    ["at once", Infinity],
    ["in buckets", 2 ** 20],
  ] as const) {
    const folder = mkdtempSync(join(tmpdir(), "nabla-timeline-"));
    const [command, ...words] = startedBy(ranks, rate, [...node, folder, String(bytes)]);
    const { status } = spawnSync(command!, words, { stdio: ["ignore", "inherit", "inherit"] });
    if (status !== 0) return status ?? 1;
    const steps = Array.from(
      { length: ranks },
      (_, rank) => JSON.parse(readFileSync(join(folder, `${rank}.json`), "utf8")) as Step[],
    );
    rmSync(folder, { recursive: true });
    timelines.push(fastest(title, steps));
  }
  writeFileSync(path, timelinePicture(timelines));
  console.log(timelineTable(timelines));
  return 0;
}

/** What starts so many ranks; each as if on a machine of its own if a rate is given. */
function startedBy(
  ranks: number,
  rate: string | undefined,
  command: readonly string[],
): readonly string[] {
  return rate === undefined
    ? ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", String(ranks), ...command]
    : [join(import.meta.dirname, "mpi-network.sh"), String(ranks), `${rate}mbit`, ...command];
}
