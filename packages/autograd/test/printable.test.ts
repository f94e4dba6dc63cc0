// Names of others in messages and printed graphs: they cannot move a terminal's cursor.
import { expect, test } from "vitest";
import { parameter, print, printable, tensor } from "../src/index.ts";

test("control characters and marks of direction are shown as escapes, all else as it is", () => {
  const all = Array.from({ length: 0x10_000 }, (_, code) => String.fromCharCode(code));
  const changed = all.filter((character) => printable(character) !== character);
  const ranges = [
    [0x00, 0x1f],
    [0x7f, 0x9f],
    [0x61c, 0x61c],
    [0x200e, 0x200f],
    [0x2028, 0x202e],
    [0x2066, 0x2069],
    [0xfeff, 0xfeff],
  ] as const;
  const expected = ranges.flatMap(([from, to]) => all.slice(from, to + 1));
  expect(changed).toEqual(expected);
  expect(printable("\u001b[2J\u009b1m\u202eé\n")).toBe("\\u001b[2J\\u009b1m\\u202eé\\u000a");
});

test("a printed graph keeps each node on a line", () => {
  const text = print(parameter([1], { name: 'a"\n\u009b' }).mul(2));
  expect(text).not.toMatch(/\u009b|\n.*\n.*\n/);
});

test("errors quote texts likewise", () => {
  expect(() => tensor(["\u009b"] as never)).toThrow('found "\\u009b" among the values');
});
