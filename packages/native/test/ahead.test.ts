// Gathered rows as C, of which the next ones are fetched ahead.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { compile, setBackend, type Tensor, tensor } from "@nabla/autograd";
import { afterEach, describe, expect, test } from "vitest";
import { compilerCommand } from "../src/compiler.ts";
import { backendWith, folder, problemHere, script, toolchain } from "./toolchains.ts";

afterEach(() => setBackend("wasm"));

/** A compiler that leaves its sources in a folder. */
function recorded(): { readonly command: readonly string[]; readonly sources: () => string } {
  const at = folder();
  const lines = [
    `for one in "$@"; do case "$one" in *.c) cp "$one" ${at}/;; esac; done`,
    `exec ${compilerCommand()!.join(" ")} "$@"`,
  ];
  const sources = () => readdirSync(at).map((name) => readFileSync(join(at, name), "utf8"));
  return { command: script(lines.join("\n")), sources: () => sources().join("\n") };
}

const width = 784;
const byteAt = (i: number): number => Math.imul(i, 2654435761) >>> 24;

function table(rows: number, shape: readonly number[] = [width]): Tensor {
  return tensor(
    Uint8Array.from({ length: rows * width }, (_, i) => byteAt(i)),
    {
      shape: [rows, ...shape],
    },
  ).realize();
}

/** Compiles a function of rows of a table; also gives the C. */
async function gathered(images: Tensor, first: readonly number[]) {
  const { command, sources } = recorded();
  const { name, device } = backendWith(toolchain(command));
  setBackend(name);
  const run = compile((rows: Tensor) => images.gather(0, rows).cast("float32").div(255));
  const of = (rows: readonly number[]) => run(tensor(Int32Array.from(rows)));
  of(first).dataSync();
  await device().ready();
  expect([...device().programs()].map(({ runsOn }) => runsOn)).toEqual(["native"]);
  return { of, text: sources() };
}

const wanted = (rows: readonly number[], count: number): readonly number[] =>
  rows.flatMap((row) => {
    const from = (row < 0 ? row + count : row) * width;
    return Array.from({ length: width }, (_, i) => Math.fround(byteAt(from + i) / 255));
  });

describe.skipIf(problemHere !== undefined)("rows that are gathered", () => {
  test.each([
    ["rows", [width]],
    ["images", [1, 28, 28]],
  ])("of a large table of %s are fetched ahead, and are what they are", async (_, shape) => {
    const rows = [399, 0, -1, -400, 7, 7, 398, 200, 1];
    const { of, text } = await gathered(table(400, shape), rows);
    expect(text).toContain("__builtin_prefetch");
    expect([...of(rows).dataSync()]).toEqual(wanted(rows, 400));
  });

  test("name the first index that is out of range", async () => {
    const { of } = await gathered(table(400), [1, 2, 3, 4, 5, 6, 7, 8]);
    expect(() => of([1, 401, 3, 4, 5, 402, 7, 403]).dataSync()).toThrow("401");
  });

  test.each([
    ["a small table", 40, 9],
    ["few rows", 400, 4],
  ])("of %s are not", async (_, size, count) => {
    const rows = Array.from({ length: count }, (_, i) => i);
    const { of, text } = await gathered(table(size), rows);
    expect(text).not.toContain("__builtin_prefetch");
    expect([...of(rows).dataSync()]).toEqual(wanted(rows, size));
  });
});
