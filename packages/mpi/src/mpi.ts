// Enters the program that this process is a rank of.
import { NablaError, threads } from "@nabla/autograd";
import { collectivesOf } from "./collectives.ts";
import { Communicator } from "./communicator.ts";
import { launchOf } from "./environment.ts";
import { type World, worldOf } from "./world.ts";

export interface MpiOptions {
  /**
   * Seconds after which a rank that waits for others throws: longer than any rank computes without
   * communicating. Default: 600.
   */
  readonly patience?: number;
  /**
   * Bytes of gradients that are exchanged at once, while those after them are computed; the same on all
   * ranks. Default: an eighth of all and at least 2 ** 20; all where the ranks are on one machine, whose
   * processors both compute and exchange.
   */
  readonly bucketBytes?: number;
}

let entered: Promise<World> | undefined;

/**
 * Returns the world of this process: the processes that `mpirun` has started, which all run this program;
 * each uses its share of the machine's processors. A process not started by a launcher is a world of one:
 * no library is loaded, and collective operations return their input. Further calls return the same
 * world. Throws `NablaError` if there are several processes and no MPI library; `NABLA_MPI=/a/path` sets
 * its location.
 *
 * @example
 * const world = await mpi();
 * world.size; // => 1
 */
export function mpi(options: MpiOptions = {}): Promise<World> {
  const { patience = 600, bucketBytes } = options;
  if (!(patience > 0)) {
    throw new NablaError(`mpi: patience is ${patience}, expected a positive number of seconds`);
  }
  if (bucketBytes !== undefined && !(bucketBytes > 0)) {
    throw new NablaError(`mpi: bucketBytes is ${bucketBytes}, expected a positive number of bytes`);
  }
  entered ??= enter(patience, bucketBytes);
  return entered;
}

async function enter(patience: number, bucketBytes: number | undefined): Promise<World> {
  const launch = launchOf(process.env);
  if (!launch || launch.size === 1) return worldOf(0, 1, alone);
  const { loadLibrary } = await import("./library.ts");
  const { availableParallelism } = await import("node:os");
  const library = loadLibrary(launch, process.env["NABLA_MPI"]);
  const communicator = new Communicator(library, patience);
  threads(Math.max(1, Math.floor(availableParallelism() / (launch.local ?? 1))));
  let reason: string | undefined;
  process.on("uncaughtExceptionMonitor", (error) => {
    reason = error.message;
  });
  process.on("exit", (code) => communicator.leave(code, reason));
  const isOneMachine = launch.local === launch.size;
  const bytes = bucketBytes ?? (isOneMachine ? Infinity : undefined);
  return worldOf(library.rank, library.size, collectivesOf(communicator, bytes));
}

const unreachable = (): never => {
  throw new Error("unreachable: a world of one exchanges nothing");
};
const alone = { sums: unreachable, allGather: unreachable, broadcast: unreachable };
