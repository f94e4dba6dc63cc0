// Loops whose vectors go from row to row of what they read, with rows and columns left over.
import { compile, type DType, random, setBackend } from "@nabla/autograd";
import { afterEach, expect, test } from "vitest";
import { onBoth, problemHere } from "./toolchains.ts";

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
    const { onWasm, natively, places } = await onBoth(() => run().map((y) => y.arraySync()));
    expect(places).toEqual(["native"]);
    expect(natively).toEqual(onWasm);
  },
);
