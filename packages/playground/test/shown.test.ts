// What a page lists of what a program shows: text as a console has it, figures in their places, and
// never more than a page can take.
import { parameter, tensor } from "@nabla/autograd";
import { expect, test } from "vitest";
import type { Shown, Told } from "../page/src/output.ts";
import { Output } from "../page/src/output.ts";
import { printed } from "../page/src/printed.ts";
import { listed, nothing } from "../page/src/shown.ts";
import { rangeOf, ticks } from "../page/src/ticks.ts";

const line = (text: string): Shown => ({ kind: "text", text, isError: false });
const plot = (key: string, title: string): Shown => ({
  kind: "figure",
  key,
  figure: { kind: "plot", title, curves: [] },
});

test("values are written as in a console", () => {
  const circle: Record<string, unknown> = { a: [1, "b"] };
  circle["self"] = circle;
  expect(printed(["cost", 0.5, -0, 10n, null, undefined])).toBe("cost 0.5 -0 10n null undefined");
  expect(printed([circle])).toBe('{ a: [1, "b"], self: [circular] }');
  expect(printed([new Float32Array([1, 2]), new Map([["k", new Set([1])]])])).toBe(
    'Float32Array(2) [1, 2] Map(1) { "k" => Set(1) { 1 } }',
  );
  expect(printed([tensor([1, 2]).realize()])).toBe("Tensor float32 [2]\n[1, 2]");
  expect(printed([{ w: parameter([1]).mul(2) }])).toMatch(
    /^\{[^]*w: Tensor float32 \[1\], not comp/,
  );
  expect(printed([Promise.resolve(1)])).toBe("Promise (await gives its value)");
  expect(printed([Array.from({ length: 200 }, (_, i) => i)])).toMatch(/ 98, 99,\s+… 100 more\n\]$/);
  const deep = (depth: number): unknown => (depth === 0 ? 1 : [deep(depth - 1)]);
  expect(printed([deep(50)])).toBe("[[[[[…]]]]]");
});

test("a figure takes the place of the one with its key, and keeps its place", () => {
  const first = listed(nothing, { kind: "shown", items: [plot("a", "1"), line("x")], leftOut: 0 });
  const items = [line("y"), plot("a", "2"), plot("b", "3")];
  const { entries } = listed(first, { kind: "shown", items, leftOut: 0 });
  expect(
    entries.map((one) =>
      one.kind === "figure" ? one.figure.title : one.lines.map(({ text }) => text),
    ),
  ).toEqual(["2", ["x", "y"], "3"]);
  expect(entries[0]!.id).toBe(first.entries[0]!.id);
});

test("a program that writes without end is told in bounded messages, and listed in bounded entries", () => {
  const told: Extract<Told, { kind: "shown" }>[] = [];
  const output = new Output((one) => void (one.kind === "shown" && told.push(one)));
  const count = 5000;
  for (let i = 0; i < count; i++) output.text(String(i));
  output.text("z".repeat(1_000_000));
  output.flush();
  const listing = told.reduce(listed, nothing);
  const [entry] = listing.entries;
  expect(Math.max(...told.map(({ items }) => items.length))).toBeLessThanOrEqual(500);
  expect(entry).toMatchObject({ kind: "text" });
  const lines = entry?.kind === "text" ? entry.lines : [];
  expect(lines.length + listing.leftOut).toBe(count + 1);
  expect(lines).toHaveLength(500);
  expect(lines.at(-1)!.text).toMatch(/^z{10000}… \(990000 more characters\)$/);
  expect(lines.at(-2)!.text).toBe(String(count - 1));
});

test("ticks are round, inside their range, and three to seven, whatever the range", () => {
  for (const values of [
    [0, 1],
    [-0.001, 0.0023],
    [1e-9, 3e-9],
    [12, 5e7],
    [7],
    [0],
    [Number.NaN],
    [],
  ]) {
    const range = rangeOf(values);
    const found = ticks(range).map(({ value }) => value);
    expect(range.to).toBeGreaterThan(range.from);
    expect(found.length).toBeGreaterThanOrEqual(3);
    expect(found.length).toBeLessThanOrEqual(7);
    for (const value of found) {
      expect(value).toBeGreaterThanOrEqual(range.from - 1e-9 * Math.abs(range.from));
      expect(value).toBeLessThanOrEqual(range.to + 1e-9 * Math.abs(range.to));
    }
  }
  expect(ticks({ from: 0, to: 0.26 }).map(({ text }) => text)).toEqual([
    "0.00",
    "0.05",
    "0.10",
    "0.15",
    "0.20",
    "0.25",
  ]);
});
