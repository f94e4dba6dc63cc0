// What bundles weigh, and that none has grown; that they hold no more than is used; then they run.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { bundle } from "./bundle.js";

const programs = JSON.parse(readFileSync("programs.json", "utf8"));
const texts = {};
const bundles = {};
for (const { file, mostBytes } of programs) {
  const made = await bundle(`programs/${file}`);
  const { text, gzipBytes } = made;
  texts[file] = text;
  bundles[file] = made;
  const size = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
  console.log(`${file}: ${size(gzipBytes)} gzip, at most ${size(mostBytes)}`);
  assert.ok(gzipBytes <= mostBytes, `${file} has grown: ${gzipBytes} bytes, limit ${mostBytes}`);
}

/** The operations of linear algebra, by the names that their nodes have. */
const algebra = /"(cholesky|lu|solve|triangularSolve|determinant|slogdet|qr|eigh|svd)"/g;
for (const file of ["training-loop.js", "tensor-and-grad.js"]) {
  assert.deepEqual(texts[file].match(algebra), null, `${file} holds linear algebra`);
}
assert.ok(texts["autograd.js"].match(algebra), "the whole has no linear algebra");

/** Which packages a bundle holds something of. */
const packagesIn = ({ inputs }) => {
  const found = Object.entries(inputs)
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .flatMap(([path]) => /@nabla\/([a-z]+)\/dist/.exec(path)?.[1] ?? []);
  return [...new Set(found)].sort();
};
const of = (file) => packagesIn(bundles[file]);
assert.deepEqual(of("tensor-and-grad.js"), ["autograd"]);
assert.deepEqual(of("training-loop.js"), ["autograd", "nn"]);
for (const name of ["images-resize", "signal-mel", "data-pipeline", "distributions-normal"]) {
  assert.deepEqual(of(`${name}.js`), ["autograd", name.split("-")[0]], `${name}.js`);
}
// Packages that are imported, and not used, weigh nothing.
const unused = await bundle("programs/unused.js");
assert.deepEqual(packagesIn(unused), ["autograd"]);
const more = unused.bytes - bundles["tensor-and-grad.js"].bytes;
// Short names may be given out in another order.
assert.ok(Math.abs(more) < 100, `packages that are not used add ${more} bytes`);

const run = (file) => import(`data:text/javascript,${encodeURIComponent(texts[file])}`);
const { costs } = await run("training-loop.js");
assert.ok(costs[0] > costs[1] && costs[1] > costs[2], `the bundled loop did not train: ${costs}`);
assert.equal((await run("tensor-and-grad.js")).six, 6);
assert.deepEqual((await run("images-resize.js")).shape, [3, 4, 4]);
assert.deepEqual((await run("signal-mel.js")).shape, [20, 26]);
assert.deepEqual((await run("data-table.js")).standardized, [[-1], [1]]);
assert.equal((await run("data-pipeline.js")).sum, 30);
assert.equal((await run("distributions-normal.js")).divergence, 0.5);
