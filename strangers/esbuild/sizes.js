// What a bundle weighs: the packages whole, a training loop, and little of them; then one runs.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";

const loop = `
  import { tensor } from "@nabla/autograd";
  import { dense, quadraticCost, sequential, sgd, sigmoid } from "@nabla/nn";
  const network = sequential(dense(2, 3), sigmoid, dense(3, 1), sigmoid);
  const optimizer = sgd(network.parameters(), { learningRate: 3 });
  for (let step = 0; step < 3; step++) {
    const cost = quadraticCost(network.forward(tensor([[0, 1]])), tensor([[1]]));
    cost.backward();
    optimizer.step();
    globalThis.lastCost = cost.itemSync();
  }`;
const programs = {
  "@nabla/autograd, whole": `export * from "@nabla/autograd"`,
  "@nabla/nn, whole": `export * from "@nabla/nn"`,
  "a training loop": loop,
  "tensor and grad": `import { grad, tensor } from "@nabla/autograd"; console.log(grad, tensor)`,
};

const bundles = {};
for (const [name, contents] of Object.entries(programs)) {
  const result = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    metafile: true,
  });
  bundles[name] = result;
  const size = gzipSync(result.outputFiles[0].contents).length;
  console.log(`${name}: ${(size / 1000).toFixed(1)} kB gzip`);
}

const source = bundles["a training loop"].outputFiles[0].text;
await import(`data:text/javascript,${encodeURIComponent(source)}`);
assert.ok(globalThis.lastCost > 0 && globalThis.lastCost < 1, "the bundled loop did not train");

const used = Object.entries(Object.values(bundles["tensor and grad"].metafile.outputs)[0].inputs);
const algebra = used.filter(
  ([file, { bytesInOutput }]) => /svd|eigh|qr/.test(file) && bytesInOutput,
);
assert.deepEqual(algebra, [], "importing tensor and grad brings linear algebra");
