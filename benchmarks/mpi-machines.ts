// What `bench:mpi --rate` runs as ranks, each as if on a machine of its own: a step with an exchange, beside
// what the formula of mpi-model.ts foretells of it.
import { compile, parameter, threads, zeros } from "@nabla/autograd";
import { mpi } from "@nabla/mpi";
import { exchangeSeconds, roundsOf } from "./mpi-model.ts";
import { inTurn, stepOf } from "./mpi-works.ts";
import { steps } from "./works.mjs";

// The formula is that of an exchange of all gradients at once, after the backward pass.
const world = await mpi({ bucketBytes: Infinity });
// They are on one machine after all.
threads(1);
const bandwidth = Number(process.argv[2]) / 8;
const p = parameter(zeros([1]));
const one = compile(() => {
  p.assign(world.allReduce(p));
});
const [alone, together] = [stepOf(steps.W4), stepOf(steps.W4, world)];
const works = [one, alone.run, together.run];
inTurn(3, ...works);
const [small, own, all] = inTurn(15, ...works).map((milliseconds) => milliseconds / 1000);
const latency = small! / roundsOf(world.size);
const foretold = own! + exchangeSeconds(alone.size, world.size, { latency, bandwidth });
const milliseconds = (seconds: number) => (1000 * seconds).toFixed(1);
if (world.rank === 0) {
  console.log(
    `| ${world.size} | ${(8e-6 * bandwidth).toFixed(0)} Mbit/s | ${milliseconds(latency)} ms | ` +
      `${milliseconds(own!)} ms | ${milliseconds(foretold)} ms | ${milliseconds(all!)} ms | ` +
      `${(all! / foretold).toFixed(2)} |`,
  );
}
