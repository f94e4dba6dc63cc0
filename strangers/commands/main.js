// The demo's commands from its tarball, as `npx @nabla/mnist-demo` runs them.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

function run(...args) {
  const command = ["--no-install", "@nabla/mnist-demo", ...args];
  const { status, stdout, stderr } = spawnSync("npx", command, { encoding: "utf8" });
  return { status, stdout, stderr, last: stdout.trimEnd().split("\n").at(-1) };
}

/** As `run`, for what should go well. */
function must(...args) {
  const result = run(...args);
  assert.equal(result.status, 0, `${args.join(" ")}\n${result.stdout}${result.stderr}`);
  console.log(`${args.join(" ")}: ${result.last}`);
  return result;
}

assert.match(must("--help").stdout, /^ {2}evaluate/m);
const trained = must("train", "--epochs", "1", "--save", "digits.safetensors");
assert.ok(Number(/test accuracy (\S+)/.exec(trained.last)[1]) > 0.8);
// What was saved is what was trained.
assert.equal(must("evaluate", "digits.safetensors").last, trained.last);
const files = ["--model", "digits.safetensors", "--html", "digit.html", "--svg", "digit.svg"];
assert.match(must("explain", "--digit", "2", ...files).stdout, /avenues/);
assert.match(readFileSync("digit.html", "utf8"), /^<!doctype html>/i);
assert.match(readFileSync("digit.svg", "utf8"), /^<svg /);
must("compare", "--examples", "1000", "--batch-sizes", "100", "--budget", "20000");

const mistake = run("train", "--epochs", "many");
assert.equal(mistake.status, 1);
assert.equal(mistake.stderr, '--epochs: got "many", expected a positive integer\n');
