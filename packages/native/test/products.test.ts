// Products that are written in a way of their own, and tiles with rows and columns left over: the
// bits of WebAssembly.
import { compile, conv2d, type DType, random, setBackend, type Tensor } from "@nabla/autograd";
import { afterEach, describe, expect, test } from "vitest";
import { onBoth, problemHere } from "./toolchains.ts";

afterEach(() => setBackend("wasm"));

/** Rows, what is summed over, and columns. */
const sizes = [
  [37, 50, 1],
  [16, 1024, 1],
  [9, 1027, 1],
  [2, 4, 1],
  [23, 30, 10],
  [5, 7, 33],
  [1, 20, 70],
] as const;

function draw(shape: readonly number[], dtype: DType, seed: number): Tensor {
  return random.normal(shape, { seed }).cast(dtype).realize();
}

describe.skipIf(problemHere !== undefined)("products", () => {
  test("of all sizes have the bits of WebAssembly", async () => {
    const pairs = (["float32", "float64"] as const).flatMap((dtype) =>
      sizes.map(([m, k, n]) => [draw([m, k], dtype, m), draw([k, n], dtype, n)] as const),
    );
    const images = draw([2, 3, 9, 29], "float32", 1);
    const kernels = draw([7, 3, 3, 3], "float32", 2);
    const run = compile(() => [
      ...pairs.map(([a, b]) => a.matmul(b).mul(2)),
      conv2d(images, kernels),
    ]);
    const { onWasm, natively, places } = await onBoth(() => run().map((y) => y.arraySync()));
    expect(places).toContain("native");
    expect(natively).toEqual(onWasm);
  });
});
