// What bundles weigh, and that none has grown; that they hold no more than is used; then they run.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { bundle } from "./bundle.js";

const programs = JSON.parse(readFileSync("programs.json", "utf8"));
const texts = {};
for (const { file, mostBytes } of programs) {
  const { text, gzipBytes } = await bundle(`programs/${file}`);
  texts[file] = text;
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

const run = (file) => import(`data:text/javascript,${encodeURIComponent(texts[file])}`);
const { costs } = await run("training-loop.js");
assert.ok(costs[0] > costs[1] && costs[1] > costs[2], `the bundled loop did not train: ${costs}`);
assert.equal((await run("tensor-and-grad.js")).six, 6);
