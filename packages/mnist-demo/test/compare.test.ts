// The drunk man and the careful man, and what more digits do: on small folders, in seconds that
// nobody counts.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { chart } from "../src/compare/chart.ts";
import { runCompare } from "../src/compare/compare-command.ts";
import { help } from "../src/compare/compare-options.ts";
import { descentSections } from "../src/compare/descent-sections.ts";
import { folderWith, mnistFiles } from "./mnist-folder.ts";
import { run } from "./run.ts";

const compare = (args: string, columns = 80) => run(runCompare, args, { terminal: { columns } });

/** A descent that halves its cost each second, with steps that take so many seconds. */
function descent(batchSize: number, secondsOfStep: number) {
  return Array.from({ length: 1 + 4 / secondsOfStep }, (_, step) => ({
    batchSize,
    step,
    seconds: step * secondsOfStep,
    cost: 2 ** -(step * secondsOfStep),
    angle: batchSize === 1000 ? 0 : 1000 / batchSize,
  }));
}

test("looks at the two men at the same times, and says where each stands", () => {
  const [men] = descentSections([descent(10, 0.5), descent(100, 0.5), descent(1000, 2)]);
  expect(men!.title).toBe(
    "The drunk man (o, batches of 100) and the careful man (x, all 1000 digits)",
  );
  const lines = men!.text({ isLive: false, columns: 80, colors: "none" });
  expect(lines.slice(0, 10)).toEqual([
    "time    o steps  o cost  x steps  x cost",
    "0.00 s        0  1.0000        0  1.0000",
    "0.50 s        1  0.7071        0  1.0000",
    "1.00 s        2  0.5000        0  1.0000",
    "1.50 s        3  0.3536        0  1.0000",
    "2.00 s        4  0.2500        1  0.2500",
    "2.50 s        5  0.1768        1  0.2500",
    "3.00 s        6  0.1250        1  0.2500",
    "3.50 s        7  0.0884        1  0.2500",
    "4.00 s        8  0.0625        2  0.0625",
  ]);
  expect(lines.join(" ")).toContain("the drunk man takes 8 steps, which point 10°");
  expect(lines.join(" ")).toContain("The careful man takes 2 steps straight down, to 0.0625.");
});

test("a chart has each curve at its height", () => {
  const points = [0, 1, 2].map((x) => ({ x, y: 2 - x }));
  const flat = [0, 1, Number.NaN].map((x) => ({ x, y: x === 1 ? Number.NaN : 1 }));
  const curves = [
    { mark: "x", points: flat },
    { mark: "o", points },
  ];
  expect(chart(curves, { width: 18, height: 5, unit: "s" })).toEqual([
    "2.00 |oooooo",
    "     |",
    "1.00 |xxxxxxooooo",
    "     |",
    "0.00 |           o",
    "     +------------",
    "      0     2.00 s",
  ]);
  expect(chart([{ mark: "x", points: [] }], { width: 18, height: 5, unit: "s" })).toEqual([]);
});

test("compares sizes of batches, in a narrow terminal and on a page", async () => {
  const folder = mkdtempSync(join(tmpdir(), "compare-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const html = join(folder, "men.html");
  const data = folderWith(mnistFiles(60, 20));
  const args = `--seconds 0.001 --batch-sizes 10 --directory ${data} --html ${html}`;
  const { code, stdout, stderr } = await compare(args, 45);
  expect(code).toBe(0);
  expect(stderr).toBe(
    `descending with batches of 10\ndescending with batches of 60\nwrote ${html}\n`,
  );
  expect(stdout).toMatch(/^10 +\d+ +\d+ µs +\d\.\d{4} +\d+\.\d°$/m);
  // The careful man follows the true gradient.
  expect(stdout).toMatch(/^60 +\d+ +\d+ µs +\d\.\d{4} +0\.0°$/m);
  for (const line of stdout.split("\n").slice(1)) expect(line.length).toBeLessThanOrEqual(45);
  const page = readFileSync(html, "utf8");
  expect(page.match(/<figure>/g)).toHaveLength(4);
  expect(page).not.toMatch(/NaN|undefined/);
});

test("--data: the same steps on fewer and more digits", async () => {
  const folder = mkdtempSync(join(tmpdir(), "compare-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const svg = join(folder, "data.svg");
  const data = folderWith(mnistFiles(300, 50));
  const { stdout, stderr } = await compare(
    `--data --sizes 300,10 --steps 30 --directory ${data} --svg ${svg}`,
  );
  expect(stdout).toMatch(/^10 +30 +\d+\.\d % +\d+\.\d %$/m);
  expect(stdout).toMatch(/^300 +30 +\d+\.\d % +\d+\.\d %$/m);
  expect(stderr).toBe(`learnt from 10 digits\nlearnt from 300 digits\nwrote ${svg}\n`);
  expect(readFileSync(svg, "utf8")).toContain("never seen");
});

test("--help goes to stdout; what cannot be is said in one line", async () => {
  expect(await compare("--help")).toEqual({ code: 0, stdout: help, stderr: "" });
  for (const line of help.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
  const data = folderWith(mnistFiles(60, 20));
  const tooMany = await compare(`--batch-sizes 61 --directory ${data}`);
  expect(tooMany).toEqual({
    code: 1,
    stdout: "",
    stderr: "--batch-sizes: got 61, there are 60 digits\n",
  });
  const none = await compare(`--sizes 0 --data --directory ${data}`);
  expect(none.stderr).toBe(
    '--sizes: got "0", expected one or more integers from 1 to 1000000, such as 10,100,1000\n',
  );
});
