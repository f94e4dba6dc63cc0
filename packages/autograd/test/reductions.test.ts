// Reductions of much, which go chunk by chunk: the same bits everywhere, and more of them right.
import { random, setBackend, type Tensor, tensor } from "@nabla/autograd";
import { afterEach, expect, test } from "vitest";
import { plannedValues } from "./planned.ts";

afterEach(() => {
  setBackend("wasm");
});

const planned = (y: Tensor) => plannedValues([y])[0];

test.each([
  { shape: [70_001], axis: undefined },
  { shape: [32_768], axis: undefined },
  { shape: [32_769], axis: 0 },
  { shape: [3, 20_000], axis: undefined },
  { shape: [3, 40_000], axis: -1 },
  { shape: [300, 203], axis: undefined },
  { shape: [40_001, 3], axis: 0 },
  { shape: [2, 20_001, 3], axis: [0, 1] },
  { shape: [1, 300, 4, 129], axis: [0, 1, 3] },
])("of $shape along $axis gives the same bits everywhere", ({ shape, axis }) => {
  for (const dtype of ["float32", "float64"] as const) {
    const x = random.normal(shape, { seed: 7, dtype }).realize() as Tensor;
    const sum = () => x.mul(x).sum(axis).add(1);
    const wasm = sum().dataSync();
    expect(planned(sum())).toEqual(wasm);
    setBackend("reference");
    expect(sum().dataSync()).toEqual(wasm);
    expect(x.max(axis).dataSync()).toEqual(planned(x.max(axis)));
    setBackend("wasm");
  }
});

test("a long sum in float32 keeps its digits", () => {
  const count = 3_000_000;
  const tenths = tensor(new Float32Array(count).fill(0.1));
  // Each running total takes 512 elements at most, each addition half a unit in the last place.
  const error = Math.abs(tenths.sum().itemSync() / (count * Math.fround(0.1)) - 1);
  expect(error).toBeLessThanOrEqual(516 * 2 ** -24);
});

test("what a reduction in vectors gives can be an index, of each lane its own", () => {
  const x = tensor([5, 1, 4, 2, 9, 3, 6, 0], { shape: [2, 4] });
  const table = tensor([1, 2, 3, 4, 10, 20, 30, 40], { shape: [2, 4] });
  // Of each column the row of the least element: 0, 0, 0, 1 without the modulus.
  expect(x.argMin(0).arraySync()).toEqual([0, 0, 0, 1]);
  const rows = x.argMin(0, { keepDims: true }).add(3).mod(2);
  expect(table.takeAlongAxis(rows, 0).arraySync()).toEqual([[10, 20, 30, 4]]);
});
