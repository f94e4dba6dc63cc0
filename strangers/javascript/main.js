// Plain JavaScript: learns exclusive or, compiled, on every core; and names and errors are for people.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { backend, compile, manualSeed, setBackend, tensor } from "@nabla/autograd";
import { JavaScriptDevice, PlannedBackend, register } from "@nabla/autograd/backend";
import { dense, quadraticCost, sequential, sgd, sigmoid, softmax, summary, tanh } from "@nabla/nn";

manualSeed(1);
const inputs = tensor([
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
]);
const targets = tensor([[0], [1], [1], [0]]);
const network = sequential(dense(2, 4), tanh, dense(4, 1), sigmoid);
const optimizer = sgd(network.parameters(), { learningRate: 2 });
const step = compile((x, y) => {
  const cost = quadraticCost(network.forward(x), y);
  cost.backward();
  optimizer.step();
  return cost;
});

let cost = Number.NaN;
for (let i = 0; i < 500; i++) cost = step(inputs, targets).itemSync();
console.log(`Node ${process.versions.node}: cost ${cost.toFixed(4)}`);
assert.ok(cost < 0.01, "exclusive or was not learnt");

const rows = summary(sequential(dense(2, 4), tanh, dense(4, 2), softmax)).split("\n");
for (const [i, name] of ["dense", "tanh", "dense", "softmax"].entries()) {
  assert.ok(
    rows.some((row) => new RegExp(`\\b${i} ${name}\\b`).test(row)),
    `${name} in\n${rows.join("\n")}`,
  );
}

// Both entries share one registry of back ends.
register(new PlannedBackend("javascript", () => new JavaScriptDevice()));
setBackend("javascript");
assert.deepEqual(tensor([1, 2]).mul(3).arraySync(), [3, 6]);
assert.equal(backend(), "javascript");
setBackend("wasm");

const mistake = 'import { zeros } from "@nabla/autograd"; zeros([2, 3]).matmul(zeros([2, 3]));';
const { stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", mistake], {
  encoding: "utf8",
});
assert.match(stderr, /^ShapeError: matmul: \[2, 3\] x \[2, 3\]/m);
assert.ok(stderr.length < 2000, `an error takes ${stderr.length} characters:\n${stderr}`);
