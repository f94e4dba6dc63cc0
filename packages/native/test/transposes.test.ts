// Loops whose vectors go from row to row of what they read, with rows and columns left over.
import { compile, type DType, random, setBackend } from "@nabla/autograd";
import { afterEach, expect, test } from "vitest";
import { backendWith, problemHere, toolchain } from "./toolchains.ts";

afterEach(() => setBackend("wasm"));

const dtypes: readonly DType[] = ["uint8", "float32", "float64"];

test.skipIf(problemHere !== undefined)(
  "transposes of all sizes have the bits of WebAssembly",
  async () => {
    const given = [
      [13, 21],
      [3, 9],
      [2, 5, 6],
    ].flatMap((shape) =>
      dtypes.map((dtype) => random.uniform(shape, { seed: 1 }).mul(99).cast(dtype).realize()),
    );
    const run = compile(() => given.map((x) => x.transpose().mul(2).add(x.transpose())));
    setBackend("wasm");
    const wanted = run().map((y) => y.arraySync());
    const { name, device } = backendWith(toolchain());
    setBackend(name);
    run();
    await device().ready();
    expect([...device().programs()].map(({ runsOn }) => runsOn)).toEqual(["native"]);
    expect(run().map((y) => y.arraySync())).toEqual(wanted);
  },
);
