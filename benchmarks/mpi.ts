// What an exchange between ranks costs: latency and bandwidth of this machine, and steps of training with
// an exchange beside the same steps without and the library's own sum of as many numbers.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundled } from "../packages/mpi/test/mpirun.ts";

const { values } = parseArgs({
  options: {
    ranks: { type: "string", default: "2" },
    help: { type: "boolean", short: "h", default: false },
  },
});

if (values.help) {
  console.log(`Usage: pnpm bench:mpi [--ranks 2]

Measures, on this machine: how long an exchange of so many numbers takes, by this library and by MPI's
own Allreduce, with latency and bandwidth fitted to them; and steps of training by several ranks, each
beside the same rank's step alone, in turn. Needs mpirun.`);
} else {
  const outfile = await bundled(join(import.meta.dirname, "mpi-steps.ts"));
  const options = ["--allow-run-as-root", "--oversubscribe", "-n", values.ranks];
  const { status } = spawnSync("mpirun", [...options, process.execPath, outfile], {
    stdio: ["ignore", "inherit", "inherit"],
  });
  process.exitCode = status ?? 1;
}
