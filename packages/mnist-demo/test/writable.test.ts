// A command whose results cannot be written says so before it works for them.
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { runCompare } from "../src/compare/compare-command.ts";
import { runExplain } from "../src/explain/explain-command.ts";
import { runTrain } from "../src/train-command.ts";
import { checkWritable } from "../src/writable.ts";
import { run } from "./run.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "nabla-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

test.each([
  ["train --report", runTrain, "--report"],
  ["train --save", runTrain, "--save"],
  ["explain --html", runExplain, "--html"],
  ["explain --svg", runExplain, "--svg"],
  ["compare --html", runCompare, "--html"],
  ["compare --svg", runCompare, "--svg"],
] as const)("%s", async (_, command, option) => {
  const lost = path.join(folder, "none", "x");
  expect(await run(command, `${option} ${lost}`)).toEqual({
    code: 1,
    stdout: "",
    stderr: `${option}: ${JSON.stringify(lost)}: there is no folder ${JSON.stringify(path.dirname(lost))}\n`,
  });
});

test("files that can be written are neither made nor changed", async () => {
  const file = path.join(folder, "a");
  writeFileSync(file, "old");
  await checkWritable({ save: file, report: path.join(folder, "new"), html: undefined });
  expect(readdirSync(folder)).toEqual(["a"]);
  await checkWritable({ save: "/dev/null" });
});

test("a folder, and a file in place of a folder, are named", async () => {
  const file = path.join(folder, "a");
  writeFileSync(file, "old");
  await expect(checkWritable({ save: folder })).rejects.toThrow(
    `--save: ${JSON.stringify(folder)} is a folder, expected a file`,
  );
  const inside = path.join(file, "b");
  await expect(checkWritable({ save: inside })).rejects.toThrow(
    `--save: ${JSON.stringify(inside)}: ${JSON.stringify(file)} is not a folder`,
  );
});
