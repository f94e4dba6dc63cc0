import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { runTrain } from "../src/train-command.ts";
import { folderWith, mnistFiles } from "./mnist-folder.ts";
import { run } from "./run.ts";

const folder = mkdtempSync(join(tmpdir(), "nabla-"));
afterAll(() => rmSync(folder, { recursive: true }));

test("a report is one file with curves, counts, weights and mistakes, and asks for nothing", async () => {
  const data = folderWith(mnistFiles(100, 50));
  const path = join(folder, "report.html");
  const args = `--epochs 2 --batch-size 10 --data ${data} --report ${path}`;
  const { code, stdout } = await run(runTrain, args);
  expect(code).toBe(0);
  expect(stdout).toContain(`wrote ${path}\n`);
  const page = readFileSync(path, "utf8");
  const [, wrong] = /test accuracy (\d\.\d+)\n$/.exec(stdout)!;
  const mistakes = Math.min(12, Math.round(50 * (1 - Number(wrong))));
  // Two curves, the counts, 16 neurons' weights, and the mistakes.
  expect(page.match(/<svg/g)).toHaveLength(3 + 16 + mistakes);
  expect(page).toContain("Neuron 15");
  expect(page.match(/\d read as \d<\/figcaption>/g) ?? []).toHaveLength(mistakes);
  expect(page).not.toMatch(/(src|href)="?http/);
});
