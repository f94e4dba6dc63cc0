import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zeros } from "@nabla/autograd";
import { readSafetensors } from "@nabla/nn";
import { afterAll, expect, test } from "vitest";
import { confusionTable } from "../src/evaluate/confusion-table.ts";
import { help, parseEvaluate, runEvaluate } from "../src/evaluate/evaluate-command.ts";
import { runExplain } from "../src/explain/explain-command.ts";
import { networkOf } from "../src/network.ts";
import { runTrain } from "../src/train-command.ts";
import { parseOptions } from "../src/train-options.ts";
import { messageOf } from "./idx-bytes.ts";
import { folderWith, mnistFiles } from "./mnist-folder.ts";
import { run } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a network that was saved, stopped and resumed is evaluated as it was left", async () => {
  const data = folderWith(mnistFiles(100, 50));
  const [file, other] = [join(folder, "net.safetensors"), join(folder, "other.safetensors")];
  const args = `--batch-size 10 --data ${data} --checkpoint-every 7`;
  const whole = await run(runTrain, `--epochs 3 --save ${other} ${args}`);
  await run(runTrain, `--epochs 1 --save ${file} ${args}`);
  const resumed = await run(runTrain, `--epochs 3 --resume --save ${file} ${args}`);
  expect(resumed.stdout.split("\n").slice(1).join("\n")).toBe(
    whole.stdout.split("\n").slice(2).join("\n").replace(other, file),
  );
  const { code, stdout } = await run(runEvaluate, `${file} --data ${data} --worst 2`);
  expect(code).toBe(0);
  const last = (text: string) => text.trimEnd().split("\n").at(-1);
  expect(last(stdout)).toBe(last(whole.stdout));
  const rows = stdout.split("\n").filter((line) => /^ *(label )?\d /.test(line));
  const counts = rows.map((row) =>
    row.replace("label", "").replaceAll(".", "0").trim().split(/ +/),
  );
  const sum = (numbers: readonly string[]) =>
    numbers.reduce((total, one) => total + Number(one), 0);
  // The digits are 0 to 9 in turn.
  expect(counts.map(([, ...row]) => sum(row))).toEqual(new Array(10).fill(5));
  const right = sum(counts.map(([, ...row], i) => row[i]!));
  expect(stdout).toContain(`${50 - right} of 50 test digits wrong`);
  expect(stdout.match(/✗/g) ?? []).toHaveLength(Math.min(2, 50 - right));
});

test("a cnn is trained, told of on a page, saved, and evaluated as it was left", async () => {
  const data = folderWith(mnistFiles(100, 50));
  const [file, page] = [join(folder, "cnn.safetensors"), join(folder, "cnn.html")];
  const args = `--model cnn --hidden 20 --batch-size 10 --epochs 2 --data ${data}`;
  const trained = await run(runTrain, `${args} --save ${file} --report ${page}`);
  expect(trained.stdout).toMatch(/^cnn-400-20-10 relu network, cross-entropy cost, adam, /);
  const [, accuracy] = /test accuracy (\d\.\d+)\n$/.exec(trained.stdout)!;
  // One in ten would be chance.
  expect(Number(accuracy)).toBeGreaterThan(0.5);
  const { tensors, metadata } = await readSafetensors(file);
  expect(metadata).toMatchObject({ model: "cnn", activation: "relu", cost: "cross-entropy" });
  const kernels = Object.values(tensors).filter(({ rank }) => rank === 4);
  expect(kernels.map(({ shape }) => shape)).toEqual([
    [6, 1, 5, 5],
    [16, 6, 5, 5],
  ]);
  expect(readFileSync(page, "utf8").match(/>Kernel \d+</g)).toHaveLength(6);
  const { code, stdout } = await run(runEvaluate, `${file} --data ${data} --worst 0`);
  expect(code).toBe(0);
  expect(stdout).toMatch(new RegExp(`test accuracy ${accuracy}\n$`));
  const explained = await run(runExplain, `--model ${file} --data ${data}`);
  expect(explained).toMatchObject({ code: 1, stdout: "" });
  expect(explained.stderr).toBe(
    `--model: ${JSON.stringify(file)} is a cnn, explain needs dense layers: train --model mlp\n`,
  );
});

test("who resumes with another network is told which one the checkpoint is of", async () => {
  const data = folderWith(mnistFiles(20, 10));
  const file = join(folder, "kept.safetensors");
  const args = `--batch-size 10 --epochs 1 --data ${data} --save ${file}`;
  await run(runTrain, `${args} --model cnn --hidden 20`);
  const other = await run(runTrain, `${args} --resume`);
  const kept = `--resume: ${file}.checkpoint is of --model cnn --hidden 20, got --model`;
  expect(other).toEqual({ code: 1, stdout: "", stderr: `${kept} mlp --hidden 16,16\n` });
  const wider = await run(runTrain, `${args} --resume --model cnn`);
  expect(wider).toEqual({ code: 1, stdout: "", stderr: `${kept} cnn --hidden 120,84\n` });
  const same = await run(runTrain, `${args} --resume --model cnn --hidden 20`);
  expect(same.code).toBe(0);
  writeFileSync(`${file}.checkpoint`, "damaged");
  const damaged = await run(runTrain, `${args} --resume`);
  expect(damaged.stderr).toMatch(/^loadCheckpoint: .*the file ends at byte 7/m);
});

test("a cnn has the sizes of LeNet-5", () => {
  const options = parseOptions(["--model", "cnn"]);
  if (options === "help") throw new Error("unreachable");
  const network = networkOf(options);
  const parameters = network.parameters().reduce((sum, { size }) => sum + size, 0);
  // Kernels and biases of 6 and 16 channels, then 120, 84 and 10 neurons.
  expect(parameters).toBe(26 * 6 + 151 * 16 + 401 * 120 + 121 * 84 + 85 * 10);
  expect(network.forward(zeros([2, 28, 28], { dtype: "uint8" })).shape).toEqual([2, 10]);
});

test("Ctrl-C saves the network and a checkpoint when asked to", async () => {
  const data = folderWith(mnistFiles(100, 50));
  const file = join(folder, "stopped.safetensors");
  const stop = new AbortController();
  const going = run(runTrain, `--epochs 100000 --batch-size 10 --data ${data} --save ${file}`, {
    signal: stop.signal,
  });
  setImmediate(() => setImmediate(() => stop.abort()));
  const { code, stdout } = await going;
  expect(code).toBe(130);
  expect(stdout).toContain(`wrote ${file}`);
  expect(statSync(file).size).toBeGreaterThan(50_000);
});

test("a table has a row for each label, and dots for what never happened", () => {
  expect(
    confusionTable([
      [10, 0],
      [2, 8],
    ]),
  ).toBe(" answer    0   1\nlabel 0   10   .\n      1    2   8\n");
});

test.each([
  ["--worst 3", "evaluate: got no file, expected one that train --save has written"],
  ["a b", 'evaluate: got "b", expected one file and options'],
  ["a --worst x", '--worst: got "x", expected an integer from 0'],
])("%s is refused", (args, message) => {
  expect(messageOf(() => parseEvaluate(args.split(" ")))).toBe(message);
});

test("help goes to stdout, and a file that is none is said in one line", async () => {
  expect(await run(runEvaluate, "--help")).toEqual({ code: 0, stdout: help, stderr: "" });
  const { code, stderr } = await run(runEvaluate, join(folder, "none"));
  expect(code).toBe(1);
  expect(stderr).toMatch(/^evaluate: .*none.*\n$/);
});
