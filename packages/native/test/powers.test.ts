// Powers of whole numbers, which C computes by itself.
import { compile, pow, setBackend, tensor } from "@nabla/autograd";
import { afterEach, expect, test } from "vitest";
import { onBoth, problemHere } from "./toolchains.ts";

afterEach(() => setBackend("wasm"));

const bases = [0, 1, -1, 2, -2, 3, 7, -13, 46_341, 2 ** 31 - 1, -(2 ** 31), 255];
const exponents = [0, 1, 2, 3, 5, 31, 32, 33, -1, -2, -3, 2 ** 31 - 1, -(2 ** 31), 255];

test.skipIf(problemHere !== undefined)(
  "powers of whole numbers run natively, with the bits of WebAssembly",
  async () => {
    const pairs = bases.flatMap((a) => exponents.map((b) => [a, b] as const));
    const operands = (["int32", "uint8", "bool"] as const).map((dtype) =>
      [0, 1].map((i) =>
        tensor(pairs.map((pair) => pair[i]!))
          .cast("int32")
          .cast(dtype)
          .realize(),
      ),
    );
    const run = compile(() => operands.map(([a, b]) => pow(a!, b!)));
    const { onWasm, natively, places } = await onBoth(() => run().map((y) => y.arraySync()));
    expect(places).toEqual(["native"]);
    expect(natively).toEqual(onWasm);
    setBackend("reference");
    expect(run().map((y) => y.arraySync())).toEqual(onWasm);
  },
);
