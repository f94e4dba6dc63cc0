// Two ranks of MPI train on the real MNIST: as accurate as one process, and to the same bits.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { train } from "./train.js";

if (spawnSync("mpirun", ["--version"]).status !== 0) {
  console.log("skipped: there is no mpirun");
  process.exit(0);
}
const options = ["--allow-run-as-root", "--oversubscribe", "-n", "2"];
const { status, stdout, stderr } = spawnSync("mpirun", [...options, process.execPath, "ranks.js"], {
  encoding: "utf8",
});
assert.equal(status, 0, stdout + stderr);
const { accuracy, checksum, ranks } = JSON.parse(stdout);
assert.equal(ranks, 2);
assert.ok(accuracy > 0.9, `accuracy ${accuracy}`);
const alone = await train({ accumulate: 2 });
assert.deepEqual({ accuracy, checksum }, alone);
console.log(`two ranks: test accuracy ${accuracy.toFixed(4)}, the weights of one process`);
