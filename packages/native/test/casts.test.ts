// Casts, with elements left over beside the vectors: compilers stumble there.
import { compile, type DType, random, setBackend } from "@nabla/autograd";
import { afterEach, expect, test } from "vitest";
import { onBoth, problemHere } from "./toolchains.ts";

afterEach(() => setBackend("wasm"));

const dtypes: readonly DType[] = [
  "bool",
  "uint8",
  "int32",
  "float16",
  "bfloat16",
  "float32",
  "float64",
];

test.skipIf(problemHere !== undefined)(
  "casts of all sizes are compiled, with the bits of WebAssembly",
  async () => {
    const given = [16, 17, 18, 19].flatMap((size) =>
      dtypes.map((dtype) => random.uniform([size], { seed: size }).mul(9).cast(dtype).realize()),
    );
    const run = compile(() => given.flatMap((x) => dtypes.map((dtype) => x.cast(dtype))));
    const { onWasm, natively, places } = await onBoth(() => run().map((y) => y.arraySync()));
    expect(places).toEqual(["native"]);
    expect(natively).toEqual(onWasm);
  },
);
