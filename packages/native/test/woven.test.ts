// Vectors of elements that are not side by side in memory, of which some may be missing, and loops that
// are joined so that there are fewer such: the bits of WebAssembly.
import {
  arange,
  averagePool,
  compile,
  conv2d,
  type DType,
  gradients,
  maxPool,
  random,
  setBackend,
  type Tensor,
} from "@nabla/autograd";
import { afterEach, describe, expect, test } from "vitest";
import { onBoth, problemHere } from "./toolchains.ts";

afterEach(() => setBackend("wasm"));

const dtypes: readonly DType[] = ["float32", "float64", "int32", "uint8", "float16"];

function draw(shape: readonly number[], seed: number): Tensor {
  return random.normal(shape, { seed }).realize();
}

/** Compares what both give for tensors that a compiled function computes. */
async function expectSameBits(compute: () => readonly Tensor[]): Promise<void> {
  const run = compile(() => [...compute()]);
  const { onWasm, natively, places } = await onBoth(() => run().map((y) => y.arraySync()));
  expect(places).toContain("native");
  expect(natively).toEqual(onWasm);
}

describe.skipIf(problemHere !== undefined)("elements that are apart", () => {
  test("every second to fifth one, forwards and backwards, from an offset on", async () => {
    const given = dtypes.flatMap((dtype) =>
      [2, 3, 4, 5].flatMap((step) =>
        [4, 37].map((count) => {
          const x = arange(step * count + 1).reshape([step * count + 1]);
          return { x: x.cast(dtype).realize(), step, count };
        }),
      ),
    );
    await expectSameBits(() =>
      given.flatMap(({ x, step, count }) => {
        const rows = x.slice(0, 1, step * count + 1).reshape([count, step]);
        const column = rows.slice(1, step - 1, step).reshape([count]);
        return [column.add(1), column.flip(0).add(2), x.flip(0).add(3)];
      }),
    );
  });

  test("each one several times, and some of each row", async () => {
    const given = (["float32", "float64"] as const).flatMap((dtype) =>
      [2, 3, 4, 5, 8].map((size) => ({ size, x: draw([6, size], size).cast(dtype).realize() })),
    );
    await expectSameBits(() =>
      given.flatMap(({ size, x }) => [
        x
          .expandDims(2)
          .broadcastTo([6, size, 2])
          .reshape([6, 2 * size])
          .mul(2),
        x
          .expandDims(2)
          .broadcastTo([6, size, 4])
          .reshape([6 * size * 4])
          .mul(2),
        x
          .slice(1, 0, size - 1)
          .reshape([6 * (size - 1)])
          .mul(2),
      ]),
    );
  });

  test("windows of pools, and their gradients", async () => {
    const images = [8, 24, 33].map((size) => draw([2, 3, size, size], size));
    await expectSameBits(() =>
      images.flatMap((x) =>
        [2, 3].flatMap((size) => {
          const [most, mean] = [maxPool(x.relu(), size), averagePool(x, size)];
          return [most, mean, ...gradients(most.square().sum().add(mean.square().sum()), [x])];
        }),
      ),
    );
  });
});

describe.skipIf(problemHere !== undefined)("axes that become one", () => {
  test("columns of convolutions, forwards and by both operands", async () => {
    const works = [
      { channels: [1, 8], size: 12, window: 5, dtype: "float32", stride: 1 },
      { channels: [2, 19], size: 7, window: 2, dtype: "float32", stride: 1 },
      { channels: [3, 2], size: 9, window: 3, dtype: "float64", stride: 1 },
      { channels: [8, 5], size: 17, window: 2, dtype: "float32", stride: 1 },
      { channels: [2, 3], size: 50, window: 3, dtype: "float32", stride: 2 },
    ] as const;
    const given = works.map(({ channels: [inputs, outputs], size, window, dtype, stride }) => ({
      x: draw([3, inputs, size, size + 1], size)
        .cast(dtype)
        .realize(),
      kernel: draw([outputs, inputs, window, window], window).cast(dtype).realize(),
      stride,
    }));
    await expectSameBits(() =>
      given.flatMap(({ x, kernel, stride }) => {
        const y = conv2d(x, kernel, { stride });
        return [y, ...gradients(y.square().sum(), [x, kernel])];
      }),
    );
  });

  test("sums of several axes, in blocks or not", async () => {
    const given = [
      [5, 24, 24],
      [64, 3, 8, 8],
      [28, 9],
      [3, 7, 5],
      [20, 2, 24, 24],
      [2, 100, 90],
    ].map((shape) => draw(shape, shape.length));
    await expectSameBits(() =>
      given.flatMap((x) => {
        const last = x.shape.map((_, i) => i).slice(-2);
        const others = x.shape.map((_, i) => i).filter((i) => i !== 1);
        return [x.sum(last), x.sum(others), x.sum(), x.max(last), x.mul(2).add(1).sum(others)];
      }),
    );
  });
});
