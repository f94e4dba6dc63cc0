import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runTrain } from "../src/command.ts";
import {
  confusionTable,
  help,
  parseEvaluate,
  runEvaluate,
} from "../src/evaluate/evaluate-command.ts";
import { messageOf } from "./idx-bytes.ts";
import { folderWith, mnistFiles } from "./mnist-folder.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(command: typeof runTrain, args: string, signal = new AbortController().signal) {
  const texts = { stdout: "", stderr: "" };
  const stream = (name: keyof typeof texts) => ({ write: (text: string) => (texts[name] += text) });
  const context = { stdout: stream("stdout"), stderr: stream("stderr"), env: {}, signal };
  return { code: await command(args.split(" "), context), ...texts };
}

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

test("Ctrl-C saves the network and a checkpoint when asked to", async () => {
  const data = folderWith(mnistFiles(100, 50));
  const file = join(folder, "stopped.safetensors");
  const stop = new AbortController();
  const going = run(
    runTrain,
    `--epochs 100000 --batch-size 10 --data ${data} --save ${file}`,
    stop.signal,
  );
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
