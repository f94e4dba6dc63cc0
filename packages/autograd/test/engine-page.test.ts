// docs/engine.md, with what each stage really gives. `pnpm test:docs engine-page -u` writes it anew.
import {
  explainPlan,
  gradients,
  manualSeed,
  parameter,
  print,
  random,
  type Tensor,
} from "@nabla/autograd";
import binaryen from "binaryen";
import { expect, test } from "vitest";
import { structureOf } from "../src/engine/plan/key.ts";
import { planOf } from "../src/engine/plan/plan.ts";
import { graphOf } from "../src/engine/realize.ts";
import { planToModule } from "../src/engine/wasm/module.ts";
import { wasmTarget } from "../src/engine/wasm/target.ts";
import { nodeOf } from "../src/tensor/tensor.ts";

function block(text: string, language = "text"): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}

/** The step of the network that README trains: its cost and the new parameters. */
function seedStep(): readonly Tensor[] {
  manualSeed(0);
  const sizes = [784, 16, 16, 10];
  const images = random.uniform([100, 784]).realize();
  const targets = random.uniform([100, 10]).realize();
  const weights = sizes
    .slice(1)
    .map((out, i) =>
      parameter(random.normal([sizes[i]!, out]).realize() as Tensor, { name: `w${i + 1}` }),
    );
  const biases = sizes
    .slice(1)
    .map((out, i) => parameter(random.normal([out]).realize() as Tensor, { name: `b${i + 1}` }));
  const outputs = weights.reduce<Tensor>(
    (a, w, i) => a.matmul(w).add(biases[i]!).sigmoid(),
    images as Tensor,
  );
  const cost = outputs.sub(targets).square().sum().div(100);
  const all = [...weights, ...biases];
  const updates = gradients(cost, all).map((g, i) => all[i]!.sub(g.mul(3)));
  return [cost, ...updates];
}

function watOf(outputs: readonly Tensor[]): { readonly text: string; readonly bytes: number } {
  const nodes = outputs.map((x) => nodeOf("test", x));
  const { bytes } = planToModule(planOf(graphOf("test", nodes), wasmTarget), {
    isFused: false,
    isShared: false,
    leastShared: 5000,
  });
  const module = binaryen.readBinary(bytes);
  module.setFeatures(binaryen.Features.All);
  const text = module.emitText().trimEnd();
  module.dispose();
  return { text, bytes: bytes.length };
}

test("docs/engine.md shows what the engine does", async () => {
  const step = seedStep();
  const [cost] = step as [Tensor];
  const nodes = step.map((x) => nodeOf("test", x));
  const graph = graphOf("test", nodes);
  const { inputs, order } = graph;
  const { words } = structureOf(order, nodes);
  const plan = planOf(graph, wasmTarget);
  const explained = explainPlan(...step);
  const kernels = explained.split(/\n(?=\d+\. )/).slice(1);
  const small = watOf([random.uniform([9], { seed: 1 }).realize().mul(2).add(1) as Tensor]);
  const module = watOf(step);
  const features = { isFused: false, isShared: true, leastShared: 5000 };
  const shared = planToModule(plan, features)
    .segments.flatMap(({ stretches }) => stretches)
    .filter(({ parts }) => parts > 1).length;
  const arena = [...plan.layout.offsets].map(
    ([buffer, offset]) => `b${buffer.id}: ${buffer.size} ${buffer.dtype} at ${offset}`,
  );
  const page = `# The engine, followed by one step

What happens between \`optimizer.step()\` and the new weights, for the network that README trains:
784-16-16-10, sigmoid, quadratic cost, 100 images, learning rate 3. Every printout on this page is made by
\`packages/autograd/test/engine-page.test.ts\`, which fails when one no longer holds.

## 1. The graph

The cost is a graph of ${printedNodes(print(cost))} nodes: nothing has been computed. \`print(cost)\`:

${block(print(cost))}

The reverse pass (\`autodiff/gradients.ts\`) adds the gradients to it, and the optimiser one subtraction for
each parameter. That makes ${order.length} nodes to compute, from ${inputs.length} that have values.

## 2. The key

\`engine/plan/key.ts\` writes the structure of that graph (operations, attributes, shapes, dtypes, wiring; not the
data) as ${words.length} numbers, by which \`structure-cache.ts\` finds what was made for such a graph before. If there is a
plan, the rest of this page does not happen. \`compile()\` skips even this.

## 3. Rewriting

\`engine/plan/simplify.ts\` merges common subexpressions, folds constants and leaves out what changes nothing, as
long as IEEE 754 results stay: no sum is reordered, and \`x * 0\` stays, since x may be NaN.

## 4. What is materialized

\`engine/plan/materialized.ts\` decides which nodes get memory. Sums and products have loops of their own and are
materialized; so are nodes that a product reads many times, and expensive ones that are used twice. All others are
inlined into their consumers: movements (reshape, transpose, slices, broadcasts) become index arithmetic, elementwise
operations expressions.

## 5. Kernels

\`engine/plan/groups.ts\` groups materialized nodes that are computed at the same coordinates, and \`kernels.ts\` makes
a kernel of each group.
\`explainPlan\` of the step:

${block(explained)}

In words: kernel 1 is the first layer, with bias and sigmoid in the product's epilogue. Kernel ${kernelNumber(kernels, "784*p + i")} is its
gradient: it reads the images by columns (\`b0[784*p + i]\`, so there is no transposed copy), and its epilogue is the
update of the weights, so the gradient itself never gets memory.

Groups that differ only in their buffers and in the offsets of slices share one kernel, which is lowered
and compiled once and is several steps of the plan (\`forms.ts\`): a recurrent layer has the same few kernels in each of
its time steps. A kernel therefore numbers buffers of its own, and a step passes the plan's buffers as arguments. Here no
two steps are alike.

## 6. The arena

Intermediate results share one arena, laid out by their lifetimes (\`engine/plan/arena.ts\`):
${plan.layout.bytes} bytes for the whole step. Parameters have two slots each, outside: the new value goes into the slot of the
value before the last one, so that a graph built on the last one can still be read.

${block(arena.join("\n"))}

## 7. Bytes

\`engine/wasm/\` compiles each kernel to a function: loops over vectors of four float32 (two float64) and, for the
remainder, a vector of which not all lanes are stored; products in tiles of four rows and two vectors of columns.
\`statements.ts\` writes the loops, \`multiply.ts\` those of products, \`values.ts\` what they compute: each value once,
into a local, in the outermost loop that it can be computed in (\`scopes.ts\`). \`addresses.ts\` has the index arithmetic,
\`encoder.ts\` the bytes.
The module of the step has ${module.bytes} bytes and is run by one call. To read one, here is \`x.mul(2).add(1)\` of nine
elements, ${small.bytes} bytes, as binaryen prints it:

${block(small.text, "wat")}

All addresses come from a table whose address is the first argument: words 0 and 1 take an index that is out of
range, then come sums of each thread, the addresses of the buffers, and the argument list of each step: the offsets of
its buffers' addresses in the table, and the offsets of slices. The last argument is the offset of that list.

The numbers of this step, such as 100 examples, are constants of its module. A plan that differs from it in sizes of loops
and in literals only (\`pattern.ts\` compares kernels without these), such as that of the last, smaller batch, gets a module
that takes these numbers from the argument lists; and so do all plans after it whose sizes leave the same remainder after
whole vectors: they are planned, but nothing is written or compiled for them (\`shared-modules.ts\`).

## 8. On several threads

Kernels that take some microseconds (\`engine/kernel/estimate.ts\` estimates them; here ${shared} of ${plan.steps.length}) divide the iterations of
their outermost loop into parts; the module then exports each of them as a function of its own, and the kernels between
two of them as another. The first thread offers a kernel's parts in shared memory (\`thread-mailbox.ts\`), and takes parts
itself until none is left, as workers do (\`division.ts\`, \`worker.ts\`); then it waits for those that workers have taken.
Nobody waits for a worker that has taken none. No element is computed in another order than by one thread, so every
number has the same bits. Workers spin for some microseconds, then sleep.

## 9. The same, slowly

\`setBackend("reference")\` runs each node of the graph by itself, in plain JavaScript (\`engine/reference/\`). It is the
oracle: \`pnpm fuzz\` compares random programs on both, bit for bit where only + - * / square roots, sums,
comparisons and movements occur ([accuracy](accuracy.md) says what the other functions may differ by).
\`engine/javascript/\` runs the kernels of a plan in plain JavaScript, to tell an error of the plan from one of its
rendering; [devices](devices.md) shows how such a device is made.
`;
  await expect(page).toMatchFileSnapshot("../../../docs/engine.md");
  expect(kernels.length).toBeLessThanOrEqual(12);
});

function printedNodes(text: string): number {
  return text.split("\n").length;
}

function kernelNumber(kernels: readonly string[], text: string): number {
  return kernels.findIndex((kernel) => kernel.includes(text)) + 1;
}
