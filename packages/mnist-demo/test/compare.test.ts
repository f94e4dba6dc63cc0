// The drunk man and the careful man, and what more digits do: on small folders.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { manualSeed } from "@nabla/autograd";
import { expect, onTestFinished, test } from "vitest";
import { chart } from "../src/compare/chart.ts";
import { runCompare } from "../src/compare/compare-command.ts";
import { help } from "../src/compare/compare-options.ts";
import { type CostMap, costMap } from "../src/compare/cost-map.ts";
import { descentSections } from "../src/compare/descent-sections.ts";
import { mapText } from "../src/compare/map-drawing.ts";
import { loadMnist } from "../src/load.ts";
import { networkOf } from "../src/network.ts";
import { costOnPlane, flatParameters, planeOfPaths } from "../src/surface.ts";
import type { Terminal } from "../src/terminal.ts";
import { folderWith, mnistFiles } from "./mnist-folder.ts";
import { run } from "./run.ts";

const compare = (args: string, columns = 80) => run(runCompare, args, { terminal: { columns } });

const paper = { isLive: false, columns: 80, colors: "none" } as const;

/** A descent of `steps` steps, each of which takes a tenth off the cost. */
function descent(batchSize: number, steps: number, walkedPerStep: number) {
  return Array.from({ length: steps + 1 }, (_, step) => ({
    batchSize,
    step,
    examples: step * batchSize,
    seconds: step / 1000,
    cost: 0.9 ** step,
    angle: batchSize === 1000 ? 0 : 1000 / batchSize,
    walked: step * walkedPerStep,
    gained: step,
  }));
}

test("compares the two men after as many digits, and says what each has come to", () => {
  const descents = [descent(10, 200, 4), descent(100, 100, 2), descent(1000, 10, 1)];
  const [men] = descentSections(descents);
  expect(men!.title).toBe(
    "The drunk man (o, mini-batches of 100) and the careful man (x, all 1,000 digits)",
  );
  const lines = men!.text(paper);
  expect(lines.slice(0, 5)).toEqual([
    "digits looked at  o steps  o cost  x steps  x cost",
    "0                       0  1.0000        0  1.0000",
    "1,000                  10  0.3487        1  0.9000",
    "3,000                  30  0.0424        3  0.7290",
    "10,000                100  0.0000       10  0.3487",
  ]);
  const text = lines.join(" ");
  expect(text).toContain(
    "cost down to 0.45, the drunk man looks at about 800 digits, in 8 steps; the careful man " +
      "looks at about 8,000 digits, in 8 steps.",
  );
  expect(text).toContain("point 10° off the true gradient");
  expect(text).toContain("in 10 steps he walks 2.0 times as far as he gets");
  expect(text).toContain("looks at 1/10 of the digits.");
});

test("says so where a descent does not come down", () => {
  const flat = descent(1000, 3, 1).map((point) => ({ ...point, cost: 1, gained: 0 }));
  const [men, sizes] = descentSections([descent(10, 300, 1), flat]);
  expect(men!.text(paper).join(" ")).toContain("the careful man has not got there.");
  expect(sizes!.text(paper).at(-1)).toMatch(/^1,000 +3 +3,000 +1\.0000 +- +0\.0° +1000 µs$/);
});

test("a chart has each curve at its height", () => {
  const points = [0, 1, 10, 100].map((x, i) => ({ x, y: [2, 2, 1, 0][i]! }));
  const flat = [0, 1, Number.NaN].map((x) => ({ x, y: x === 1 ? Number.NaN : 1 }));
  const curves = [
    { mark: "x", style: "yellow", points: flat },
    { mark: "o", style: "cyan", points },
  ] as const;
  const options = { height: 5, unit: "digits", level: 0.5 };
  expect(chart(curves, options, { ...paper, columns: 27 })).toEqual([
    "2.00 |ooooooooooo",
    "     |",
    "1.00 |x          ooooooooo",
    "     |·····················",
    "0.00 |                    o",
    "     +---------------------",
    "      0          100 digits",
  ]);
  const colored = chart(curves, options, { ...paper, columns: 27, colors: "basic" });
  expect(colored[0]).toContain("\x1b[36mo\x1b[0m");
  expect(chart([{ ...curves[0], points: [] }], options, paper)).toEqual([]);
});

test("a map has two rows of costs in a line, and both paths", () => {
  const map: CostMap = {
    columns: 4,
    rows: 4,
    costs: Float32Array.from([1, 1, 0.1, 0.1, 1, 1, 0.1, 0.1, ...Array<number>(8).fill(10)]),
    size: [8, 2],
    paths: [
      [
        [0.1, 0.1],
        [0.4, 0.1],
      ],
      [
        [0.1, 0.1],
        [0.1, 0.9],
        [0.9, 0.9],
      ],
    ],
    share: 0.5,
    examples: 7,
  };
  const text = (terminal: Terminal) => mapText(map, ["careful", "drunk"], terminal);
  expect(text(paper).slice(-2)).toEqual(["Sx  ", "oooo"]);
  expect(text(paper).join(" ")).toMatch(/50 % .* from 0.10 to 10.00.* 8 wide and 2 high/);
  const [first] = text({ ...paper, colors: "full" }).slice(-2);
  const lowest = "16;26;58";
  const low = `\x1b[38;2;${lowest};48;2;${lowest}m▀\x1b[0m`;
  expect(first!.endsWith(low + low)).toBe(true);
  expect(text({ ...paper, colors: "256" }).at(-1)).toContain("48;5;255mo");
  expect(text({ ...paper, columns: 2 }).at(-1)).toBe("oo");
});

test("the map of two descents has the cost of their network at each place", async () => {
  const folder = folderWith(mnistFiles(30, 10));
  const { train } = await loadMnist({ directory: folder });
  manualSeed(1);
  const network = networkOf({ hidden: [4], activation: "tanh", cost: "quadratic" });
  const start = flatParameters(network);
  const path = [start, start.map((x, i) => x + Math.cos(i) / 50), start.map((x) => x * 0.9)];
  const map = costMap(network, train, [path, [start, start.map((x) => x * 1.1)]], [3, 2]);
  const [spot] = map.paths[0]!;
  expect(map.paths[1]![0]).toEqual(spot);
  expect(map.paths.flat(2).every((share) => share > 0 && share < 1)).toBe(true);
  const plane = planeOfPaths([path, [start, start.map((x) => x * 1.1)]]);
  const cost = costOnPlane(network, train, plane);
  // The middle of the upper left field, from the start, which is the plane's origin.
  const [x, y] = [1 / 6 - spot![0], 1 / 4 - spot![1]];
  expect(map.costs[0]).toBeCloseTo(cost(x * map.size[0], y * map.size[1]), 5);
});

test("compares sizes of batches, in a narrow terminal and on a page", async () => {
  const folder = mkdtempSync(join(tmpdir(), "compare-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const html = join(folder, "men.html");
  const data = folderWith(mnistFiles(60, 20));
  const args = `--budget 120 --batch-sizes 10 --directory ${data} --html ${html}`;
  const { code, stdout, stderr } = await compare(args, 45);
  expect(code).toBe(0);
  expect(stderr).toBe(
    `gradient descent with batches of 10\ngradient descent with batches of 60\nwrote ${html}\n`,
  );
  expect(stdout).toMatch(/^10 +12 +120 +\d\.\d{4} +\d\.\d$/m);
  expect(stdout).toMatch(/^60 +2 +120 +\d\.\d{4} +1\.0$/m);
  for (const line of stdout.split("\n").slice(1)) expect(line.length).toBeLessThanOrEqual(45);
  const page = readFileSync(html, "utf8");
  expect(page.match(/<figure>/g)).toHaveLength(5);
  expect(stdout).toContain("The cost of 60 digits over the plane");
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
  expect(stderr).toBe(`trained on 10 digits\ntrained on 300 digits\nwrote ${svg}\n`);
  expect(readFileSync(svg, "utf8")).toContain("unseen digits");
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
