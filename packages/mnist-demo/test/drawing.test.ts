import { stripVTControlCharacters } from "node:util";
import { describe, expect, it, test } from "vitest";
import { type AnsweredDigit, drawDigits } from "../src/drawing.ts";
import type { Terminal } from "../src/terminal.ts";

const terminal = (colors: Terminal["colors"], columns: number = 80): Terminal => ({
  isLive: true,
  columns,
  colors,
});

/** A 28x28 image with `rows` drawn from row 10, column 10; "0" is paper, "9" is full ink. */
function digit(rows: readonly string[], answer: number, label: number): AnsweredDigit {
  const pixels = new Uint8Array(784);
  rows.forEach((row, y) => {
    [...row].forEach((level, x) => {
      pixels[(10 + y) * 28 + 10 + x] = Math.round((Number(level) * 255) / 9);
    });
  });
  return { pixels, answer, label };
}

const seven = digit(["99999", "00019", "00190", "01900", "19000"], 7, 7);
const one = digit(["0009", "0009", "0009", "0009"], 4, 1);

test("without colours digits are drawn in shades, side by side", () => {
  expect(drawDigits([seven, one], terminal("none"))).toBe(
    [
      "++++@                   @",
      "  ++                    @",
      " +",
      "answer 7, label 7 ✓  answer 4, label 1 ✗",
      "",
    ].join("\n"),
  );
});

test("digits go to the next row where there is no room", () => {
  const lines = drawDigits([seven, one, seven], terminal("none", 45)).split("\n");
  expect(lines.filter((line) => line.startsWith("answer"))).toEqual([
    "answer 7, label 7 ✓  answer 4, label 1 ✗",
    "answer 7, label 7 ✓",
  ]);
  const narrow = drawDigits([seven, one], terminal("none", 1)).split("\n");
  expect(narrow.filter((line) => line.startsWith("answer"))).toHaveLength(2);
});

describe("with colours one character shows two pixels", () => {
  const two = digit(["90", "05"], 2, 2);
  it("in full colour", () => {
    expect(drawDigits([two], terminal("full")).split("\n")[0]).toBe(
      "\x1b[38;2;255;255;255;48;2;0;0;0m▀\x1b[38;2;0;0;0;48;2;142;142;142m▀\x1b[0m",
    );
  });
  it("in 256 colours", () => {
    expect(drawDigits([two], terminal("256")).split("\n")[0]).toBe(
      "\x1b[38;5;231;48;5;16m▀\x1b[38;5;16;48;5;245m▀\x1b[0m",
    );
  });
  it("in shades if there are too few colours for greys, with the answer in colour", () => {
    const [first, answer] = drawDigits([two], terminal("basic")).split("\n");
    expect(first).toBe("+-");
    expect(answer).toBe("\x1b[32manswer 2, label 2 ✓\x1b[0m");
    expect(drawDigits([one], terminal("basic"))).toContain("\x1b[31manswer 4, label 1 ✗");
  });
  it("and a change of colour is written only where there is one", () => {
    const [first] = drawDigits([digit(["999"], 1, 1)], terminal("full")).split("\n");
    expect(first!.split("\x1b")).toHaveLength(3);
  });
});

test("no line is wider than the terminal", () => {
  const full: AnsweredDigit = { pixels: new Uint8Array(784).fill(255), answer: 8, label: 8 };
  for (const colors of ["none", "basic", "256", "full"] as const) {
    const text = drawDigits([full, full, full, full, full], terminal(colors, 90));
    const widths = text.split("\n").map((line) => stripVTControlCharacters(line).length);
    expect(Math.max(...widths)).toBe(88);
  }
});

test("an empty image, and no image, can be drawn", () => {
  const empty: AnsweredDigit = { pixels: new Uint8Array(784), answer: 0, label: 1 };
  expect(drawDigits([empty], terminal("none")).trim()).toBe("answer 0, label 1 ✗");
  expect(drawDigits([], terminal("full"))).toBe("");
});
