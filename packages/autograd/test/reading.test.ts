// Functions that read, whose results have sizes that no graph knows.
import {
  compile,
  gatherNd,
  grad,
  nonzero,
  nonzeroSync,
  type Tensor,
  TracingError,
  tensor,
  unique,
  uniqueSync,
  vmap,
} from "@nabla/autograd";
import { expect, test } from "vitest";

const x = tensor(
  [
    [3, 1],
    [1, 0],
  ].flat(),
  { shape: [2, 2] },
);

test("the awaited ones give what those at once give", async () => {
  const [later, now] = [await unique(x), uniqueSync(x)];
  for (const name of ["values", "indices", "inverse", "counts"] as const) {
    expect(later[name].arraySync()).toEqual(now[name].arraySync());
  }
  expect((await nonzero(x)).arraySync()).toEqual(nonzeroSync(x).arraySync());
});

test("the gradient of a value goes to the first of equal elements", () => {
  const f = (y: Tensor) =>
    uniqueSync(y)
      .values.mul(tensor([1, 10, 100]))
      .sum();
  expect(grad(f)(x).arraySync()).toEqual([
    [100, 10],
    [0, 1],
  ]);
});

test("what is chosen by a condition has the gradient of its elements", () => {
  const f = (y: Tensor) =>
    gatherNd(y, nonzeroSync(y.greater(0)))
      .square()
      .sum();
  expect(grad(f)(x).arraySync()).toEqual([
    [6, 2],
    [2, 0],
  ]);
});

test("while a function is traced they throw, and say which one", async () => {
  expect(() => compile((y: Tensor) => nonzeroSync(y))(x)).toThrow(/^nonzeroSync: this value/);
  expect(() => compile((y: Tensor) => uniqueSync(y).values)(x)).toThrow(TracingError);
  expect(() => vmap((y: Tensor) => uniqueSync(y).values)(x)).toThrow(/^uniqueSync: /);
  let pending: Promise<unknown> | undefined;
  compile((y: Tensor) => {
    pending = unique(y);
    return y;
  })(x);
  await expect(pending).rejects.toThrow(/^unique: this value/);
});
