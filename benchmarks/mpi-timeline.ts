// What `bench:mpi --timeline` runs as ranks: steps of training, and of each what the rank exchanged and when. Each
// rank writes a file.
import { subscribe } from "node:diagnostics_channel";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { threads } from "@nabla/autograd";
import { mpi } from "@nabla/mpi";
import type { Span, Step } from "./mpi-timeline-figure.ts";
import { stepOf } from "./mpi-works.ts";
import { steps } from "./works.mjs";

const [, , folder = "", bucketBytes] = process.argv;
const world = await mpi({ bucketBytes: Number(bucketBytes) });
// Ranks are on one machine after all.
threads(1);
let spans: Span[] = [];
subscribe("@nabla/mpi", (message) => {
  spans.push(message as Span);
});
const sizes = [784, 512, 512, 512, 512, 512, 10];
const work = stepOf({ ...steps.W4, sizes }, world);
const taken: Step[] = [];
for (let i = 0; i < 70; i++) {
  await world.barrier();
  spans = [];
  const start = performance.now();
  work.run();
  const end = performance.now();
  if (i < 10) continue;
  const since = performance.timeOrigin;
  taken.push({
    start: since + start,
    end: since + end,
    spans: spans.map((span) => ({
      name: span.name,
      start: since + span.start,
      end: since + span.end,
    })),
  });
}
writeFileSync(join(folder, `${world.rank}.json`), JSON.stringify(taken));
