// What `bench:mpi` runs as ranks: exchanges of so many numbers, and steps with one.
import { compile, oneHot, parameter, realize, type Tensor, tensor, zeros } from "@nabla/autograd";
import { mpi } from "@nabla/mpi";
import {
  adam,
  crossEntropy,
  dense,
  quadraticCost,
  relu,
  sequential,
  sgd,
  sigmoid,
} from "@nabla/nn";
import koffi from "koffi";
import { numbers, steps, type TrainingStep, weights } from "./works.mjs";

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

/** Medians of the milliseconds that each of these takes, in turn. */
function inTurn(repeats: number, ...works: readonly (() => void)[]): readonly number[] {
  const times = works.map(() => [] as number[]);
  for (let i = 0; i < repeats; i++) {
    works.forEach((work, j) => {
      const start = performance.now();
      work();
      times[j]!.push(performance.now() - start);
    });
  }
  return times.map((all) => all.sort((a, b) => a - b)[repeats >> 1]!);
}

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

function stepOf(
  { sizes: widths, cost, optimizer, learningRate, batch }: TrainingStep,
  isTogether: boolean,
) {
  const activation = cost === "quadratic" ? sigmoid : relu;
  const layers = widths.slice(1).map((width, i) => dense(widths[i]!, width));
  layers.forEach(({ weight }, i) => {
    weight.assign(tensor(weights(widths[i]!, widths[i + 1]!, i), { shape: [...weight.shape] }));
  });
  const parts = layers.flatMap((layer, i) =>
    i < layers.length - 1 || cost === "quadratic" ? [layer, activation] : [layer],
  );
  const network = sequential(...(parts as unknown as [typeof sigmoid]));
  const inner = { sgd, adam }[optimizer](network.parameters(), { learningRate });
  const own = isTogether ? world.optimizer(inner) : inner;
  const x = tensor(numbers(batch * widths[0]!, 0), { shape: [batch, widths[0]!] });
  const labels = tensor(Int32Array.from({ length: batch }, (_, i) => (i * 7 + 3) % 10));
  const targets: Tensor = cost === "quadratic" ? oneHot(labels, 10) : labels;
  realize(x, targets);
  const costOf = cost === "quadratic" ? quadraticCost : crossEntropy;
  const step = compile((inputs: Tensor, wanted: Tensor) => {
    const value = costOf(network.forward(inputs), wanted);
    value.backward();
    own.step();
    return value;
  });
  const size = network.parameters().reduce((sum, p) => sum + p.size, 0);
  return { size, run: () => void step(x, targets) };
}

print(
  "\nwork   alone  together  Allreduce   ratio   (milliseconds; together / (alone + Allreduce))",
);
for (const name of ["W1", "W4"] as const) {
  const alone = stepOf(steps[name], false);
  const together = stepOf(steps[name], true);
  const [from, to] = [new Float32Array(alone.size), new Float32Array(alone.size)];
  const works = [alone.run, together.run, () => allReduce(from, to)];
  inTurn(60, ...works);
  const [own, all, library] = inTurn(300, ...works);
  const row = [own!, all!, library!].map((x) => x.toFixed(3).padStart(8)).join("  ");
  print(`${name}  ${row}  ${(all! / (own! + library!)).toFixed(3).padStart(7)}`);
}
