/**
 * Trains one model by many processes, on one machine or a cluster, over MPI.
 *
 * @module @nabla/mpi
 */

export { type MpiOptions, mpi } from "./mpi.ts";
export type { World } from "./world.ts";
