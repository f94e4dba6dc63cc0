// The ranks of a command that mpirun has started as several processes. Rank 0 alone writes.

import type { Team } from "@nabla/nn";
import { optionalPackage } from "./optional-package.ts";
import type { CommandContext } from "./run-command.ts";
import type { Environment } from "./terminal.ts";

/** What Open MPI and MPICH say to each process: how many there are. */
const sizes = ["OMPI_COMM_WORLD_SIZE", "PMI_SIZE"];

/** The processes that train together; undefined if there is only one. */
export async function ranksIn(env: Environment): Promise<Team | undefined> {
  if (!sizes.some((name) => Number(env[name]) > 1)) return undefined;
  const { mpi } = await optionalPackage(
    "train with several processes",
    "@nabla/mpi",
    () => import("@nabla/mpi"),
  );
  return mpi();
}

/** Whether a process writes to the terminal and to files. */
export function isFirst(world: Team | undefined): boolean {
  return world === undefined || world.rank === 0;
}

/** The context of a rank: all but the first are silent. */
export function contextOf(context: CommandContext, world: Team | undefined): CommandContext {
  if (isFirst(world)) return context;
  const silent = { write: () => true };
  return { ...context, stdout: silent, stderr: silent };
}
