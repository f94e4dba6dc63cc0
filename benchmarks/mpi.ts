// What an exchange between ranks costs: latency and bandwidth of this machine, and steps of training with
// an exchange beside the same steps without and the library's own sum of as many numbers.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundled } from "../packages/mpi/test/mpirun.ts";
import { printTable } from "./mpi-table.ts";

const help = `Usage: pnpm bench:mpi [--ranks 2] [--rate MBIT | --table]

Measures, on this machine: how long an exchange of so many numbers takes, by this library and by MPI's
own Allreduce, with latency and bandwidth fitted to them; and steps of training by several ranks, each
beside the same rank's step alone, in turn. Needs mpirun.

  --rate MBIT  a step with ranks whose links carry so many Mbit/s, by namespaces of Linux, beside what
               the formula of mpi-model.ts foretells: ranks, rate, latency, the step alone, foretold,
               measured, their ratio. Needs root's rights, iproute2 and Open MPI.
  --table      what the formula says of many machines, with steps of this one; without MPI.`;

const { values } = parseArgs({
  options: {
    ranks: { type: "string", default: "2" },
    rate: { type: "string" },
    table: { type: "boolean", default: false },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) console.log(help);
else if (values.table) printTable();
else process.exitCode = await measured(Number(values.ranks), values.rate);

/** Gives the exit code. */
async function measured(ranks: number, rate: string | undefined): Promise<number> {
  const program = rate === undefined ? "mpi-steps.ts" : "mpi-machines.ts";
  const node = [process.execPath, await bundled(join(import.meta.dirname, program))];
  const [command, ...given] =
    rate === undefined
      ? ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", String(ranks), ...node]
      : [
          join(import.meta.dirname, "mpi-network.sh"),
          ...[String(ranks), `${rate}mbit`],
          ...[...node, String(1e6 * Number(rate))],
        ];
  const { status } = spawnSync(command, given, { stdio: ["ignore", "inherit", "inherit"] });
  return status ?? 1;
}
