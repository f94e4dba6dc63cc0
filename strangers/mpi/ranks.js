// One of the ranks.
import { mpi } from "@nabla/mpi";
import { train } from "./train.js";

const world = await mpi();
const trained = await train({ world });
if (world.rank === 0) console.log(JSON.stringify({ ...trained, ranks: world.size }));
