import { describe, expect, it } from "vitest";
import { styled, terminalOf } from "../src/terminal.ts";

const tty = { isTTY: true, columns: 120, getColorDepth: () => 24, write: (): boolean => true };

describe("a stream can show", () => {
  it.each([
    ["all of it in a terminal", tty, {}, { isLive: true, columns: 120, colors: "full" }],
    [
      "no colours with NO_COLOR",
      tty,
      { NO_COLOR: "1" },
      { isLive: true, columns: 120, colors: "none" },
    ],
    [
      "colours with an empty NO_COLOR",
      tty,
      { NO_COLOR: "" },
      { isLive: true, columns: 120, colors: "full" },
    ],
    [
      "text in a dumb terminal",
      tty,
      { TERM: "dumb" },
      { isLive: false, columns: 120, colors: "none" },
    ],
    ["text in a build", tty, { CI: "true" }, { isLive: false, columns: 120, colors: "none" }],
    [
      "text in a file",
      { write: (): boolean => true },
      {},
      { isLive: false, columns: 80, colors: "none" },
    ],
    [
      "80 columns in a terminal that says it has none",
      { ...tty, columns: 0 },
      {},
      { isLive: true, columns: 80, colors: "full" },
    ],
    [
      "256 colours",
      { ...tty, getColorDepth: () => 8 },
      {},
      { isLive: true, columns: 120, colors: "256" },
    ],
    [
      "16 colours",
      { ...tty, getColorDepth: () => 4 },
      {},
      { isLive: true, columns: 120, colors: "basic" },
    ],
    [
      "no colours in a terminal without",
      { ...tty, getColorDepth: () => 1 },
      {},
      { isLive: true, columns: 120, colors: "none" },
    ],
  ])("%s", (_, stream, env, terminal) => {
    expect(terminalOf(stream, env)).toEqual(terminal);
  });

  it("text in a colour only where there are colours", () => {
    expect(styled({ colors: "none" }, "red", "9")).toBe("9");
    expect(styled({ colors: "basic" }, "red", "9")).toBe("\x1b[31m9\x1b[0m");
  });
});
