import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { runTrain } from "../src/train-command.ts";
import { folderWith, mnistFiles } from "./mnist-folder.ts";

/** A terminal: both streams write to one screen, on which a line can be drawn over. */
function screen() {
  let written = "";
  const stream = {
    isTTY: true,
    columns: 100,
    getColorDepth: () => 24,
    write: (text: string) => (written += text),
  };
  const erased = "\r\x1b[2K";
  return {
    stream,
    written: () => written,
    /** The lines that are left to see. */
    lines: () =>
      written
        .split("\n")
        .map((line) => stripVTControlCharacters(line.slice(line.lastIndexOf(erased) + 1))),
  };
}

test("in a terminal the bar leaves nothing behind but the results", async () => {
  const { stream, written, lines } = screen();
  const data = folderWith(mnistFiles(100, 20));
  const code = await runTrain(["--epochs", "2", "--batch-size", "10", "--data", data], {
    stdout: stream,
    stderr: stream,
    env: {},
    signal: new AbortController().signal,
  });
  expect(code).toBe(0);
  expect(written()).toContain("\x1b[36m█");
  const seen = lines();
  expect(seen[0]).toMatch(/^784-16-16-10 sigmoid network/);
  expect(seen[1]).toMatch(/^epoch 1\/2 {2}cost \d\.\d{4} {2}test accuracy [01]\.\d{4}$/);
  expect(seen[2]).toMatch(/^epoch 2\/2 {2}cost \d\.\d{4} {2}test accuracy [01]\.\d{4}$/);
  expect(seen.some((line) => line.includes("▀▀▀"))).toBe(true);
  expect(seen.slice(-2)).toEqual([expect.stringMatching(/^test accuracy [01]\.\d{4}$/), ""]);
});

test("stopped before the first step, it still says how good the network is", async () => {
  const { stream, lines } = screen();
  const data = folderWith(mnistFiles(100, 20));
  const signal = AbortSignal.abort();
  const context = { stdout: stream, stderr: stream, env: {}, signal };
  expect(await runTrain(["--data", data], context)).toBe(130);
  expect(lines().slice(1)).toEqual([
    "stopped in epoch 1, after 0 of 10 steps",
    expect.stringMatching(/^test accuracy [01]\.\d{4}$/),
    "",
  ]);
});

test("a fault of the program is not taken for one of the user's", async () => {
  const fault = new TypeError("stream is gone");
  const stream = {
    write: () => {
      throw fault;
    },
  };
  const signal = new AbortController().signal;
  const run = runTrain(["--help"], { stdout: stream, stderr: stream, env: {}, signal });
  await expect(run).rejects.toBe(fault);
});
