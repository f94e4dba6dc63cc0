// Plans share kernels, and modules the functions that are written for them: neither changes what a plan
// gives, or a byte of its module.
import { atan2, compile, lgamma, random, type Tensor, tensor } from "@nabla/autograd";
import { expect, test } from "vitest";
import type { Kernel } from "../src/engine/kernel/language.ts";
import { KernelCache } from "../src/engine/plan/kernel-cache.ts";
import { planOf } from "../src/engine/plan/plan.ts";
import type { Plan } from "../src/engine/plan/steps.ts";
import { graphOf } from "../src/engine/realize.ts";
import { planToModule } from "../src/engine/wasm/module.ts";
import { wasmTarget } from "../src/engine/wasm/target.ts";
import { pendingNodes, planFor } from "./planned.ts";

const x = (...shape: number[]) => random.uniform(shape, { seed: 1 }).realize() as Tensor;

const [rows, weights] = [x(9, 5), x(5, 5)];
const row = (t: number): Tensor => rows.slice(0, t, t + 1);

/** A state after some steps. */
function after(steps: number): Tensor {
  let state = row(0);
  for (let t = 0; t < steps; t++) state = state.matmul(weights).tanh();
  return state;
}

function planWith(cache: KernelCache, tensors: readonly Tensor[]): Plan {
  return planOf(graphOf("test", pendingNodes(tensors)), wasmTarget, { cache });
}

function kernelsOf({ steps }: Plan): readonly Kernel[] {
  const all = steps.flatMap((step) => (step.kind === "kernel" ? [step.kernel] : []));
  return [...new Set(all)];
}

test("sequences of other lengths have kernels in common", () => {
  const cache = new KernelCache();
  const [short, long] = [3, 30].map((steps) => kernelsOf(planWith(cache, [after(steps)])));
  expect(long).toHaveLength(2);
  expect(long!.map((kernel) => short!.indexOf(kernel))).toEqual([0, 1]);
  const others = kernelsOf(planWith(new KernelCache(), [after(3)]));
  expect(others.map((kernel) => short!.indexOf(kernel))).toEqual([-1, -1]);
});

test("kernels are forgotten where there are too many", () => {
  const cache = new KernelCache(2);
  const [a, b, c] = [x(2).exp(), x(3).exp(), x(4).exp()];
  const kernelOf = (one: Tensor) => kernelsOf(planWith(cache, [one]))[0];
  const [first, second] = [a, b].map(kernelOf);
  expect([a, b].map((one, i) => kernelOf(one) === [first, second][i])).toEqual([true, true]);
  kernelOf(c);
  expect(kernelOf(a)).not.toBe(first);
});

test("kernels differ where a slice begins elsewhere, or several do", () => {
  const expected = rows.arraySync() as number[][];
  const read = (...places: readonly number[]) => {
    const all = places.map((t) => row(t).mul(2));
    const sum = all.map((one) => one.add(1)).reduce((a, b) => a.add(b));
    const numbers = expected[0]!.map((_, i) =>
      places.map((t) => expected[t]![i]! * 2 + 1).reduce((a, b) => a + b),
    );
    return { all, sum, numbers };
  };
  for (const places of [[0], [3], [8], [1, 2], [2, 1], [7, 4, 8], [0, 1, 2, 3]]) {
    const { all, sum, numbers } = read(...places);
    (sum.arraySync() as number[][])[0]!.forEach((value, i) =>
      expect(value).toBeCloseTo(numbers[i]!, 4),
    );
    all.forEach((one, i) => {
      const twice = expected[places[i]!]!.map((value) => Math.fround(2 * value));
      expect((one.arraySync() as number[][])[0]).toEqual(twice);
    });
  }
});

test("an index out of range is reported for its own table", () => {
  const indices = (...all: readonly number[]) => tensor(all as never, { dtype: "int32" }).realize();
  const [small, large] = [x(4, 3), x(70, 3)];
  small.gather(0, indices(0, 3)).exp().dataSync();
  const both = compile((i: Tensor) => [large.gather(0, i).exp(), small.gather(0, i).exp()]);
  expect(() => both(indices(2, 4))).toThrow("index 4 is out of range for axis 0 of [4, 3]");
});

test("modules are the same, byte by byte, as with functions that are written anew", () => {
  const [a, b] = [x(3, 40), x(40, 20)];
  const graphs: readonly (readonly Tensor[])[] = [
    [lgamma(a), a.matmul(b).add(1).tanh()],
    [atan2(a, 2), lgamma(a), a.matmul(b).add(1).tanh(), a.sum(0)],
    [a.sum(0), a.sum(1), a.exp().sum(), a.matmul(b).add(1).tanh()],
    [a.sum(1), after(4), a.sum(0), a.mean()],
  ];
  const cache = new KernelCache();
  for (const isFused of [true, false]) {
    for (const leastShared of [0, 5000]) {
      const features = { isFused, isShared: true, leastShared };
      for (const graph of graphs) {
        const { bytes } = planToModule(planWith(cache, graph), features);
        const fresh = planToModule(planFor(graph), features).bytes;
        expect(Buffer.compare(bytes, fresh)).toBe(0);
      }
    }
  }
});
