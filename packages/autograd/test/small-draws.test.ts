// The first values of small parameters are there at once, to the bits of a run.
import { compile, explainPlan, manualSeed, parameter, random, type Tensor } from "@nabla/autograd";
import { expect, test } from "vitest";

const draws: Readonly<Record<string, () => Tensor>> = {
  normal: () => random.normal([8, 8]),
  "normal of float64": () => random.normal([5], { dtype: "float64", mean: 1 }),
  uniform: () => random.uniform([3, 2], { low: -2, high: 1 }),
  integers: () => random.randint([7], 0, 9),
  "by a key": () => random.normal([4], { seed: 3 }).mul(0.1).reshape([2, 2]),
  "of a product": () => {
    const x: Tensor = random.normal([4, 4]);
    return x.matmul(x.transpose());
  },
  "through functions that devices round in their own way": () =>
    random
      .normal([50], { seed: 3 })
      .tanh()
      .add(random.uniform([50]).pow(2.3)),
  "beside computed numbers": () => {
    const x: Tensor = random.normal([6]).exp().mul(1);
    x.dataSync();
    return x.add(random.uniform([6]));
  },
  "with axes that repeat": () => random.normal([4, 1], { seed: 3 }).add(random.uniform([1, 3])),
};

test.each(Object.keys(draws))("%s", (name) => {
  manualSeed(5);
  const alone = draws[name]!().mul(1).dataSync();
  manualSeed(5);
  const w = parameter(draws[name]!());
  expect(w.dataSync()).toEqual(alone);
});

test("no kernel draws what is small, and one what is large", () => {
  const drawn = (size: number): boolean =>
    /shiftLeft|<</.test(explainPlan(parameter(random.normal([size])).sin()));
  expect([drawn(64), drawn(512), drawn(513), drawn(2000)]).toEqual([false, false, true, true]);
});

test("a compiled function that makes parameters draws anew in each call", () => {
  const f = compile(() => parameter(random.normal([4])).mul(1));
  const [first, second] = [f().dataSync(), f().dataSync()];
  expect(first).not.toEqual(second);
});
