// What all of linear algebra does alike: the same on every back end, for batches, and along directions.
import {
  backend,
  cholesky,
  compile,
  determinant,
  eigh,
  expm,
  eye,
  grad,
  inverse,
  jvp,
  lstsq,
  lu,
  matrixPower,
  matrixRank,
  pinv,
  qr,
  setBackend,
  slogdet,
  solve,
  stack,
  svd,
  type Tensor,
  tensor,
  triangularSolve,
  vmap,
} from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import { expect, test } from "vitest";
import { matrices } from "./matrices.ts";

const drawn = { batch: [3], m: 4, n: 4, dtype: "float64", decay: 0, seed: 5 } as const;
const x = matrices(drawn);
/** Symmetric and positive definite. */
const a: Tensor = x.matmul(x.transpose() as never).add(eye(4, 4, { dtype: "float64" }) as never);
const b = matrices({ ...drawn, n: 2, seed: 6 });

/** With wide and tall matrices where there is a choice. */
const exact: Readonly<Record<string, (a: Tensor, b: Tensor) => Tensor>> = {
  cholesky: (a) => cholesky(a as never),
  triangularSolve: (a, b) => triangularSolve(a as never, b as never),
  solve: (a, b) => solve(a as never, b as never),
  inverse: (a) => inverse(a as never),
  determinant: (a) => determinant(a as never),
  logAbsDet: (a) => slogdet(a as never).logAbsDet,
  "q of qr, tall": (a) => qr(a.slice(-1, 0, 2)).q,
  "r of qr, wide": (a) => qr(a.slice(-2, 0, 2)).r,
  "eigenvalues of eigh": (a) => eigh(a as never).eigenvalues,
  "eigenvectors of eigh": (a) => eigh(a as never).eigenvectors,
  "u of svd, tall": (a) => svd(a.slice(-1, 0, 2)).u,
  "s of svd": (a) => svd(a).s,
  "l of lu, tall": (a) => lu(a.slice(-1, 0, 2)).l,
  "u of lu, wide": (a) => lu(a.slice(-2, 0, 2)).u,
  expm: (a) => expm(a.mul(0.1) as never),
  "vh of svd, wide": (a) => svd(a.slice(-2, 0, 2)).vh,
};
/** And those that are products, whose sums have an order of their own on each back end. */
const all: typeof exact = {
  ...exact,
  "pinv, tall": (a) => pinv(a.slice(-1, 0, 2)),
  "solution of lstsq": (a, b) => lstsq(a.slice(-1, 0, 2), b).solution,
  matrixPower: (a) => matrixPower(a.mul(0.1) as never, 3),
};
const close = { relativeTolerance: 1e-11, absoluteTolerance: 1e-11 };

test.each(Object.entries(exact))("%s: the same bits on every back end, compiled or not", (_, f) => {
  const own = backend();
  const values = (["wasm", "reference"] as const).flatMap((name) => {
    setBackend(name);
    return [f(a, b).dataSync(), compile(f)(a, b).dataSync()];
  });
  setBackend(own);
  for (const other of values.slice(1)) expect(other).toEqual(values[0]);
});

test.each(Object.entries(all))("%s: a batch is a loop, by vmap too, and its gradients", (_, f) => {
  const one = (i: number) => [a.at(i), b.at(i)] as const;
  const looped = stack([0, 1, 2].map((i) => f(...one(i))));
  expect(f(a, b).dataSync()).toEqual(looped.dataSync());
  expect(vmap(f)(a, b).dataSync()).toEqual(looped.dataSync());
  const cost = (a: Tensor, b: Tensor) => f(a, b).sin().sum();
  const gradientsOfAll = stack([0, 1, 2].map((i) => grad(cost)(...one(i))));
  expectClose(vmap(grad(cost))(a, b), gradientsOfAll, close);
  expectClose(grad(cost)(a, b), gradientsOfAll, close);
});

test.each(Object.entries(all))("%s: jvp is the slope along a direction", (_, f) => {
  const direction = a.sin().add(a.sin().transpose() as never);
  const [, slope] = jvp((x: Tensor) => f(x, b), [a], [direction]);
  const h = 1e-5;
  const at = (by: number) => f(a.add(direction.mul(by)), b);
  expectClose(
    slope,
    at(h)
      .sub(at(-h))
      .div(2 * h),
    { relativeTolerance: 1e-6, absoluteTolerance: 1e-6 },
  );
});

test("pinv is the pseudo-inverse: a p a = a, p a p = p, and both products are symmetric", () => {
  for (const one of [x, x.slice(-1, 0, 2), x.slice(-2, 0, 3), x.mul(0)]) {
    const p = pinv(one);
    const [left, right] = [one.matmul(p as never), p.matmul(one as never)];
    expectClose(left.matmul(one as never), one, close);
    expectClose(right.matmul(p as never), p, close);
    expectClose(left, left.transpose(), close);
    expectClose(right, right.transpose(), close);
  }
});

test("the exponential of a sum that commutes is the product of exponentials", () => {
  const [half, third] = [expm(x.mul(1.5) as never), expm(x.mul(-0.5) as never)];
  const product = (half as Tensor).matmul(third as never);
  expectClose(expm(x as never), product, { relativeTolerance: 1e-9, absoluteTolerance: 1e-9 });
});

test("lu is a product of a permutation and two triangles, of any shape and of singular matrices", () => {
  for (const one of [x, x.slice(-1, 0, 2), x.slice(-2, 0, 1), x.mul(0), x.slice(-1, 0, 0)]) {
    const { p, l, u } = lu(one);
    expectClose(p.matmul(l as never).matmul(u as never), one, close);
    expect(l.tril().sub(l).abs().sum().itemSync()).toBe(0);
    expect(u.triu().sub(u).abs().sum().itemSync()).toBe(0);
    expect(l.abs().greater(1).any().itemSync()).toBe(0);
  }
});

test("what cannot be right is an error that says what was expected", () => {
  expect(() => lstsq(x, b.slice(-2, 0, 3))).toThrow(
    "lstsq: [3, 4, 4] and [3, 3, 2]: expected 4 rows in the second",
  );
  expect(() => matrixPower(x as never, 0.5)).toThrow("power is 0.5, expected an integer");
  expect(() => matrixRank(x, { relativeTolerance: -1 })).toThrow(
    "matrixRank: relativeTolerance is -1, expected a number from 0",
  );
  expect(() => pinv(x, { absoluteTolerance: Number.NaN })).toThrow(
    /^pinv: absoluteTolerance is NaN/,
  );
});

test.each([1e6, 1e12, 1e60])(
  "expm of a triangle with %d above the diagonal keeps its digits",
  (high) => {
    const a = tensor(
      [
        [1, high],
        [0, -1],
      ],
      { dtype: "float64" },
    );
    const expected = [Math.E, high * Math.sinh(1), 0, 1 / Math.E];
    expm(a)
      .dataSync()
      .forEach((value, i) => {
        if (expected[i] === 0) expect(value).toBe(0);
        else expect(Math.abs(value / expected[i]! - 1)).toBeLessThan(4e-15);
      });
  },
);
