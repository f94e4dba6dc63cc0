import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { rows } from "../src/results/rows.ts";
import { pageOf, type Results } from "../src/results/table.ts";
import { parseOptions } from "../src/train-options.ts";

const docs = new URL("../../../docs/", import.meta.url);

test("every row's command can be given", () => {
  for (const { args } of rows) expect(parseOptions(args.split(" "))).toMatchObject({ seed: 0 });
});

test("the page is what was measured, and reaches what is wanted", () => {
  const results = JSON.parse(readFileSync(new URL("results.json", docs), "utf8")) as Results;
  expect(readFileSync(new URL("results.md", docs), "utf8")).toBe(pageOf(rows, results));
  const page = pageOf(rows, results);
  expect(page).not.toContain("too low");
  expect(Object.keys(results).length).toBeGreaterThan(0);
});

test("a result that is too low is marked, and one of other arguments left out", () => {
  const [one, other] = rows;
  const result = { accuracy: 0.5, seconds: 1, date: "2026-01-31", machine: "none" };
  const page = pageOf(rows, {
    [one!.name]: { ...result, args: one!.args },
    [other!.name]: { ...result, args: "--epochs 1" },
  });
  expect(page).toContain(`| ${one!.network} | **50.00 %, too low** |`);
  expect(page).not.toContain(`| ${other!.network} |`);
});
