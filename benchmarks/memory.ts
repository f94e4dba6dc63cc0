// Whether memory stays flat in synchronous loops, in which no finaliser and no timer ever runs:
//   pnpm bench:memory [--steps 1000000] [--shapes 100000] [--updates 100000] [--models 2000]
// Compares the most resident memory in the first tenth of each loop with the most in its last tenth, and
// writes docs/memory.md. (V8's young generation is of one size from the start: it doubles at some time.)
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import {
  gradients,
  manualSeed,
  memory,
  ones,
  parameter,
  realize,
  tensor,
  zeros,
} from "@nabla/autograd";
import { adam, dense } from "@nabla/nn";

const { values } = parseArgs({
  options: {
    steps: { type: "string", default: "1000000" },
    shapes: { type: "string", default: "100000" },
    updates: { type: "string", default: "100000" },
    models: { type: "string", default: "2000" },
  },
});

interface Row {
  readonly name: string;
  readonly iterations: number;
  readonly early: number;
  readonly late: number;
  readonly seconds: number;
}

/** Runs `step` so often, in one go. */
function loop(name: string, iterations: number, step: (i: number) => void): Row {
  const started = performance.now();
  const tenth = Math.ceil(iterations / 10);
  const every = Math.ceil(iterations / 1000);
  let [early, late] = [0, 0];
  for (let i = 0; i < iterations; i++) {
    step(i);
    if (i % every !== 0) continue;
    if (i < tenth) early = Math.max(early, process.memoryUsage.rss());
    if (i >= iterations - tenth) late = Math.max(late, process.memoryUsage.rss());
  }
  return { name, iterations, early, late, seconds: (performance.now() - started) / 1000 };
}

manualSeed(0);
const w = parameter([0.5, -0.5, 1], { name: "w" });
const target = tensor([1, 2, 3]);
const unread = parameter(zeros([100, 100]), { name: "unread" });
const rows = [
  loop("uncompiled steps of gradient descent", Number(values.steps), () => {
    const cost = w.sub(target).square().sum();
    const [g] = gradients(cost, [w]);
    realize(w.assign(w.sub(g.mul(0.01))));
  }),
  loop("steps, each with a new shape", Number(values.shapes), (i) => {
    const shape = [1 + (i % 47), 1 + (Math.floor(i / 47) % 47), 1 + Math.floor(i / 47 ** 2)];
    const x = zeros(shape).add(w.sum());
    x.exp().sum(0).mul(2).mean().itemSync();
  }),
  loop("updates of 100 x 100 that nobody reads", Number(values.updates), () => {
    unread.assign(unread.add(1));
  }),
  loop(
    "models of 1000 x 1000, made, trained by a step of Adam and dropped",
    Number(values.models),
    () => {
      const model = dense(1000, 1000);
      const optimizer = adam(model.parameters());
      model
        .forward(ones([1, 1000]))
        .square()
        .mean()
        .backward();
      optimizer.step();
    },
  ),
];

const inMegabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(0);
const lines = rows.map(({ name, iterations, early, late, seconds }) => {
  const growth = `${((late / early - 1) * 100).toFixed(1)} %`;
  const cells = [
    name,
    iterations,
    seconds.toFixed(0),
    inMegabytes(early),
    inMegabytes(late),
    growth,
  ];
  return `| ${cells.join(" | ")} |`;
});
const table = `| loop | iterations | seconds | most resident in the first tenth (MiB) | in the last | growth |
|---|---|---|---|---|---|
${lines.join("\n")}`;
console.log(table);
console.log(memory());

const page = `# Memory

Programs dispose of nothing, and no finaliser can run inside a synchronous loop. Memory still stays flat: results
that are read are arrays, which JavaScript collects; intermediate values share one arena; the least recently
used parameters are moved from WebAssembly's memory to such arrays; and plans are kept for the 512 most
recently used structures.

Measured by \`pnpm bench:memory\`, which wrote this page, on Node ${process.versions.node}:

${table}
`;
writeFileSync(fileURLToPath(new URL("../docs/memory.md", import.meta.url)), page);
