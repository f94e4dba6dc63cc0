import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import {
  formatBar,
  formatDuration,
  formatLine,
  progressOn,
  type Standing,
} from "../src/progress.ts";
import type { Terminal } from "../src/terminal.ts";

const standing: Standing = {
  epoch: 3,
  epochs: 10,
  done: 0.645,
  cost: 0.09123,
  examplesPerSecond: 41_234.4,
  secondsLeft: 11.2,
};

const plain = (columns: number): Terminal => ({ isLive: true, columns, colors: "none" });

/** A stream that keeps what is written, in a terminal or not. */
function recorder(isTTY: boolean) {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  return { isTTY, columns: 100, getColorDepth: () => 8, write, written };
}

test("a bar shows everything if there is room", () => {
  expect(formatBar(standing, plain(100))).toBe(
    "epoch  3/10  ███████████████████░░░░░░░░░░░   64 %  cost 0.0912  41,234 examples/s  12 s left",
  );
});

test("a bar shrinks, goes, and takes figures with it, the last ones first", () => {
  const lines = [80, 70, 60, 45, 20, 8, 1].map((columns) => formatBar(standing, plain(columns)));
  expect(lines).toEqual([
    "epoch  3/10  ██████████░░░░░░   64 %  cost 0.0912  41,234 examples/s  12 s left",
    "epoch  3/10  ███░░░   64 %  cost 0.0912  41,234 examples/s  12 s left",
    "epoch  3/10   64 %  cost 0.0912  41,234 examples/s",
    "epoch  3/10   64 %  cost 0.0912",
    "epoch  3/10   64 %",
    "epoch  ",
    "",
  ]);
});

test("a bar never reaches a terminal's last column", () => {
  const standings = fc.record({
    epoch: fc.constantFrom(1, 10),
    epochs: fc.constantFrom(10, 1000),
    done: fc.double({ min: 0, max: 1, noNaN: true }),
    cost: fc.constantFrom(0, 0.5, 1e9, Number.POSITIVE_INFINITY),
    examplesPerSecond: fc.constantFrom(1, 1e4, 1e9),
    secondsLeft: fc.constantFrom(0, 1000, 1e5, Number.NaN),
  });
  fc.assert(
    fc.property(standings, fc.integer({ min: 1, max: 200 }), (drawn, columns) => {
      const bar = formatBar(drawn, { ...plain(columns), colors: "full" });
      expect(stripVTControlCharacters(bar).length).toBeLessThan(columns);
    }),
  );
});

test("in a terminal the bar is drawn over, not more often than every 50 ms", () => {
  const stream = recorder(true);
  let milliseconds = 0;
  const progress = progressOn(stream, { NO_COLOR: "1" }, () => milliseconds);
  for (const [at, done] of [
    [0, 0.1],
    [49, 0.2],
    [50, 0.3],
    [60, 0.4],
    [61, 1],
  ] as const) {
    milliseconds = at;
    progress.show({ ...standing, done });
  }
  progress.clear();
  progress.clear();
  const percents = stream.written.map((text) => /\d+ %/.exec(text)?.[0]);
  expect(percents).toEqual(["10 %", "30 %", "100 %", undefined]);
  for (const text of stream.written) {
    expect(text.startsWith("\r\x1b[2K")).toBe(true);
    expect(text).not.toContain("\n");
  }
  expect(stream.written.at(-1)).toBe("\r\x1b[2K");
});

test("colours appear in a terminal, and not with NO_COLOR", () => {
  const [coloured, bare] = [{}, { NO_COLOR: "1" }].map((env) => {
    const stream = recorder(true);
    progressOn(stream, env).show(standing);
    return stream.written.join("");
  });
  expect(coloured).toContain("\x1b[36m█");
  expect(bare).not.toContain("\x1b[36m");
  expect(stripVTControlCharacters(coloured!)).toBe(stripVTControlCharacters(bare!));
});

test.each([
  ["elsewhere", false, {}],
  ["in a dumb terminal", true, { TERM: "dumb" }],
  ["in a build", true, { CI: "1" }],
])("%s there is one plain line for each epoch", (_, isTTY, env) => {
  const stream = recorder(isTTY);
  const progress = progressOn(stream, env);
  for (const done of [0.5, 0.9, 1]) progress.show({ ...standing, done });
  progress.clear();
  expect(stream.written).toEqual(["epoch  3/10  cost 0.0912  41,234 examples/s  12 s left\n"]);
  expect(formatLine(standing)).toBe(stream.written[0]!.trimEnd());
});

test("durations are read at a glance", () => {
  const durations = [0, 0.2, 59.1, 125, 3599, 3780, Number.NaN, Number.POSITIVE_INFINITY];
  expect(durations.map(formatDuration)).toEqual([
    "0 s",
    "1 s",
    "1 min 0 s",
    "2 min 5 s",
    "59 min 59 s",
    "1 h 3 min",
    "?",
    "?",
  ]);
});
