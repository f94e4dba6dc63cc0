// What `bench:mpi` runs as ranks: exchanges of so many numbers, and steps with one.
import { compile, parameter, zeros } from "@nabla/autograd";
import { mpi } from "@nabla/mpi";
import koffi from "koffi";
import { inTurn, stepOf } from "./mpi-works.ts";
import { steps } from "./works.mjs";

const world = await mpi();
const print = (text: string) => {
  if (world.rank === 0) console.log(text);
};

/** MPI's own sum of floats, which blocks. */
const allReduce = (() => {
  const library = koffi.load("libmpi.so.40");
  const at = "uint64_t";
  const call = library.func(
    `int MPI_Allreduce(${at} a, ${at} b, int n, ${at} t, ${at} o, ${at} c)`,
  );
  const symbol = (name: string) => library.symbol(name) as bigint;
  const handles = ["ompi_mpi_float", "ompi_mpi_op_sum", "ompi_mpi_comm_world"].map(symbol);
  return (from: Float32Array, to: Float32Array): void => {
    call(koffi.address(from), koffi.address(to), from.length, ...handles);
  };
})();

const micro = (milliseconds: number) => (1000 * milliseconds).toFixed(1).padStart(9);

const sizes = [1, 1000, 13_002, 100_000, 669_706, 2_000_000];
print(`${world.size} ranks, microseconds (medians)`);
print("   floats   exchange  Allreduce");
const points: [bytes: number, seconds: number][] = [];
for (const size of sizes) {
  const p = parameter(zeros([size]));
  const step = compile(() => {
    p.assign(world.allReduce(p));
  });
  const [from, to] = [new Float32Array(size), new Float32Array(size)];
  const repeats = Math.max(21, Math.min(501, Math.round(2e7 / size)));
  inTurn(
    10,
    () => step(),
    () => allReduce(from, to),
  );
  const [own, library] = inTurn(
    repeats,
    () => step(),
    () => allReduce(from, to),
  );
  points.push([4 * size, own! / 1000]);
  print(`${String(size).padStart(9)}  ${micro(own!)}  ${micro(library!)}`);
}
const [first, last] = [points[0]!, points.at(-1)!];
const perByte = (last[1] - first[1]) / (last[0] - first[0]);
print(
  `latency ${(1e6 * first[1]).toFixed(1)} us, ${(1e-9 / perByte).toFixed(2)} GB/s of gradients exchanged`,
);

print(
  "\nwork   alone  together  Allreduce   ratio   (milliseconds; together / (alone + Allreduce))",
);
for (const name of ["W1", "W4"] as const) {
  const alone = stepOf(steps[name]);
  const together = stepOf(steps[name], world);
  const [from, to] = [new Float32Array(alone.size), new Float32Array(alone.size)];
  const works = [alone.run, together.run, () => allReduce(from, to)];
  inTurn(60, ...works);
  const [own, all, library] = inTurn(300, ...works);
  const row = [own!, all!, library!].map((x) => x.toFixed(3).padStart(8)).join("  ");
  print(`${name}  ${row}  ${(all! / (own! + library!)).toFixed(3).padStart(7)}`);
}
