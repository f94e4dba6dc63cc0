// Bytes as C, beside loops over plain arrays.
import { compile, realize, setBackend } from "@nabla/autograd";
import fc from "fast-check";
import { afterEach, expect, test } from "vitest";
import { byteCases, rowsOf } from "../../../scripts/fuzz/bytes.ts";
import { backendWith, problemHere, toolchain } from "./toolchains.ts";

afterEach(() => setBackend("wasm"));

test.skipIf(problemHere !== undefined)(
  "bytes and truth values of some lengths, at an offset",
  async () => {
    const lengths = [0, 1, 3, 15, 16, 17, 31, 40, 70];
    const drawn = lengths.flatMap((length) => fc.sample(rowsOf(length, length % 5), 1));
    const { name, device } = backendWith(toolchain());
    setBackend(name);
    const cases = drawn.flatMap((rows) => byteCases(rows));
    const run = compile(() => cases.map(({ result }) => result));
    run();
    await device().ready();
    expect([...device().programs()].map(({ runsOn }) => runsOn)).toEqual(["native"]);
    const results = run();
    realize(...results);
    results.forEach((result, i) => {
      const { name, wanted } = cases[i]!;
      expect({ name, values: [...result.dataSync()].map(Number) }).toEqual({
        name,
        values: wanted,
      });
    });
  },
);
