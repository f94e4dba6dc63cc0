// Plans that differ in sizes and literals only share code: the first has a module of its own, the second
// gets one that takes these numbers as arguments, and for all others of its class nothing is compiled.
import {
  compile,
  type Data,
  gradients,
  logSumExp,
  maximum,
  random,
  setBackend,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import { PlannedBackend, register, WasmDevice } from "@nabla/autograd/backend";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { webAssembly } from "../src/engine/wasm/host.ts";
import { SharedModules } from "../src/engine/wasm/shared-modules.ts";
import { planFor } from "./planned.ts";

// Modules, and a memory, that no other test file has used.
const own = "WebAssembly with modules of its own";
register(new PlannedBackend(own, () => new WasmDevice()));
beforeAll(() => setBackend(own));
afterAll(() => setBackend("wasm"));

const drawn = (...shape: readonly number[]): Tensor =>
  random.uniform(shape, { low: -2, high: 2, seed: shape.length }).realize();

const [w, v, column] = [drawn(13, 10), drawn(10, 3), drawn(24, 1)];

interface Sized {
  readonly shape: (n: number) => readonly number[];
  readonly of: (x: Tensor) => readonly Tensor[];
}

/** Functions of n rows, or n numbers, that do the same for all n. */
const functions: Readonly<Record<string, Sized>> = {
  "gradients of a perceptron": {
    shape: (n) => [n, 13],
    of: (x) => {
      const hidden = maximum(x.matmul(w), 0);
      const cost = hidden.matmul(v).tanh().square().mean();
      return [cost, ...gradients(cost, [w, v])];
    },
  },
  "a product with one column": {
    shape: (n) => [n, 24],
    of: (x) => [x.matmul(column).exp().mean(0)],
  },
  "sums of rows": { shape: (n) => [n, 24], of: (x) => [x.sum(0), x.transpose().matmul(x)] },
  "numbers in a row": {
    shape: (n) => [n],
    of: (x) => [x.mul(0.3).sigmoid(), x.sum(), x.max(), x.dot(x), x.std()],
  },
  "running totals": {
    shape: (n) => [n, 3],
    of: (x) => [x.cumSum(0), logSumExp(x, 0).sub(1 / x.shape[0]!)],
  },
};

/** Throws unless all values are those of the reference, but for the last digits. */
function checkValues(found: readonly Data[], { of }: Sized, x: Tensor): void {
  setBackend("reference");
  try {
    const expected = of(x).map((y) => y.dataSync());
    expected.forEach((data, i) => {
      const scale = Math.max(...[...data].map(Math.abs));
      expect(found[i]!.length).toBe(data.length);
      const wrong = data.findIndex(
        (value, at) => !(Math.abs(found[i]![at]! - value) <= 1e-5 * scale),
      );
      expect([i, wrong]).toEqual([i, -1]);
    });
  } finally {
    setBackend(own);
  }
}

/** How many modules are compiled while `run` runs. */
function modulesOf(run: () => void): number {
  const modules = vi.spyOn(webAssembly!, "Module");
  try {
    run();
    return modules.mock.calls.length;
  } finally {
    modules.mockRestore();
  }
}

test.each(Object.entries(functions))("nothing is compiled for a third size: %s", (_, sized) => {
  const run = compile((x: Tensor) => [...sized.of(x)]);
  const compiledFor = (n: number) => {
    const x = drawn(...sized.shape(n));
    let found: readonly Data[] = [];
    const count = modulesOf(() => {
      found = run(x).map((y) => y.dataSync());
    });
    checkValues(found, sized, x);
    return count;
  };
  expect([22, 38, 50, 18, 70, 6].map(compiledFor)).toEqual([1, 1, 0, 0, 0, 0]);
  // Another class: what remains of it after whole vectors.
  expect([39, 51, 7].map(compiledFor)).toEqual([1, 0, 0]);
  // Sizes that are less than a vector are nobody's class, and of one number there is no loop.
  expect([2, 1].map(compiledFor)).toEqual([1, 1]);
  // Enough for totals in blocks.
  for (const n of [530, 534, 8208, 8194, 8211]) compiledFor(n);
});

test("nothing is compiled for a third number", () => {
  const x = tensor([1, 2, 3]);
  let found: readonly number[][] = [];
  const count = modulesOf(() => {
    found = [0.5, 0.25, -1, 3].map((rate) => [...x.sub(x.mul(rate)).dataSync()]);
  });
  expect(count).toBe(2);
  expect(found).toEqual([
    [0.5, 1, 1.5],
    [0.75, 1.5, 2.25],
    [2, 4, 6],
    [-2, -4, -6],
  ]);
});

test("plans of equal kernels have equal stretches, whatever the sizes of what they read from", () => {
  const modules = new SharedModules();
  const features = { isFused: false, isShared: true, leastShared: 5000 };
  const [large, small] = [100_000, 64].map((n) => {
    const parts = [drawn(n).slice(0, 0, 64).exp(), drawn(64).mul(3)];
    return modules.of(planFor(parts), features);
  });
  expect(small!.module).toBe(large!.module);
  expect(small!.segments).toEqual(large!.segments);
  expect(large!.segments.map(({ stretches }) => stretches.length)).toEqual([2]);
});
