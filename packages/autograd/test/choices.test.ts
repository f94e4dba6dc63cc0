// What a choice leaves out reaches no derivative, whatever it is: NaN, infinite, or an infinite slope.
import {
  backend,
  compile,
  grad,
  hessian,
  jvp,
  stack,
  type Tensor,
  tensor,
  vjp,
  vmap,
  where,
} from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import fc from "fast-check";
import { expect, test } from "vitest";

const double = (values: number[]): Tensor => tensor(values, { dtype: "float64" });
const close = { relativeTolerance: 1e-9, absoluteTolerance: 1e-12 };

/** Of elements: smooth and positive above 0; at 0 the function, or a derivative of it, is not finite. */
const steps = {
  "sqrt(x)": (x: Tensor) => x.sqrt(),
  "1 / x": (x: Tensor) => x.reciprocal(),
  "log(x)^2 + 1": (x: Tensor) => x.log().square().add(1),
  "x^-1.5": (x: Tensor) => x.pow(-1.5),
  "x^y": (x: Tensor, y: Tensor) => x.pow(y),
  "x y": (x: Tensor, y: Tensor) => x.mul(y),
  "x / y": (x: Tensor, y: Tensor) => x.div(y),
  "x + log(1 + y)": (x: Tensor, y: Tensor) => x.add(y.log1p()),
  "hypot(x, y)": (x: Tensor, y: Tensor) => x.hypot(y),
  "x in another shape": (x: Tensor) => x.reshape([1, -1]).add(0).reshape([-1]),
  "x times the sum of itself": (x: Tensor) => x.mul(x.reshape([-1, 1]).sum(1)),
  "x without what is below 0.01": (x: Tensor) => where(x.less(0.01), x.rsqrt(), x),
  "x cut": (x: Tensor) => x.reciprocal().minimum(1e3),
};

const names = fc.constantFrom(...(Object.keys(steps) as (keyof typeof steps)[]));

const composed =
  (chain: readonly (keyof typeof steps)[]) =>
  (x: Tensor): Tensor =>
    chain.reduce<readonly [Tensor, Tensor]>(
      ([y, before], name) => [steps[name](y, before), y],
      [x, x],
    )[0];

/** 0 is what the choice leaves out. */
const elements = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 0.5, max: 2, noNaN: true })), {
  minLength: 1,
  maxLength: 4,
});

test("derivatives of all orders are those of what is chosen, and 0 beside it", () => {
  const check = (chain: (keyof typeof steps)[], xs: number[], isChosenFirst: boolean) => {
    const h = composed(chain);
    const f = (x: Tensor): Tensor => {
      const isIn = isChosenFirst ? x.greater(0) : x.lessEqual(0);
      return isChosenFirst ? where(isIn, h(x), 0) : where(isIn, 0, h(x));
    };
    const alone = xs.map((one) => (one === 0 ? undefined : double([one])));
    const expected = (of: (x: Tensor) => Tensor) =>
      double(alone.map((one) => (one ? of(one).flatten().itemSync() : 0)));
    const cost = (x: Tensor) => f(x).sum();
    const x = double(xs);
    const slopes = expected(grad((one: Tensor) => h(one).sum()));
    expectClose(grad(cost)(x), slopes, close);
    expectClose(compile(grad(cost))(x), slopes, close);
    expectClose(jvp(f, [x], [x.mul(0).add(1)])[1], slopes, close);
    const bends = expected(hessian((one: Tensor) => h(one).sum()));
    const h2 = hessian(cost)(x);
    expectClose(
      h2,
      bends.expandDims(1).mul(tensor(xs.map((_, i) => xs.map((_, j) => +(i === j))))),
      close,
    );
    const all = x.reshape([-1, 1]) as Tensor;
    expectClose(vmap(grad(cost))(all).reshape([-1]), slopes, close);
  };
  const chains = fc.array(names, { minLength: 1, maxLength: 4 });
  fc.assert(fc.property(chains, elements, fc.boolean(), check), {
    numRuns: backend() === "reference" ? 60 : 12,
  });
});

const numbers = double([1, 2, 3]);
const around = [[1, 1]] as const;

test.each<[name: string, f: (x: Tensor) => Tensor]>([
  ["relu", (x) => x.sqrt().neg().relu()],
  ["maximum", (x) => x.log().maximum(0)],
  ["minimum", (x) => x.reciprocal().minimum(5)],
  ["clip", (x) => x.log().clip(-3, 3)],
  ["abs, whose derivative at 0 is 0", (x) => x.sqrt().abs()],
  ["the power 0", (x) => x.sqrt().pow(0)],
  ["the greatest", (x) => stack([x.log(), x.mul(0)]).max()],
  ["the least", (x) => x.reciprocal().reshape([1]).pad(around).min()],
  ["moved", (x) => where(x.greater(0), stack([x.log(), x]).expandDims(0).transpose(), 0).sum()],
  ["twice, of one condition", (x) => where(x.greater(0), x.sqrt().sin().mul(x.sqrt()), 1)],
  [
    "twice, of two conditions",
    (x) => {
      const root = x.sqrt();
      return where(x.greater(0), root.sin(), 0).add(where(x.greater(1), root, 0));
    },
  ],
  ["a number for many", (x) => where(x.greater(0), x.log(), numbers).sum()],
  ["a mean", (x) => where(x.greater(0), x.log().expandDims(0).mean(0), 0)],
])("%s: what is not taken at 0 passes on 0, to second order and forwards", (_, f) => {
  const x = tensor(0, { dtype: "float64" }) as Tensor;
  expect(grad(f)(x).itemSync()).toBe(0);
  expect(jvp(f, [x], [tensor(1, { dtype: "float64" })])[1].itemSync()).toBe(0);
  expect(hessian(f)(x).itemSync()).toBe(0);
});

test("rows of length 0 that are left out have gradient 0", () => {
  const unit = (x: Tensor): Tensor => {
    const length = x.square().sum(1, { keepDims: true }).sqrt();
    return where(length.greater(0), x.div(length), 0);
  };
  const x: Tensor = tensor(
    [
      [0, 0],
      [3, 4],
    ],
    { dtype: "float64" },
  );
  const [, pullback] = vjp(unit, x);
  const [found] = pullback(
    tensor(
      [
        [1, 1],
        [1, 1],
      ],
      { dtype: "float64" },
    ),
  );
  // (1 - u u^T) (1, 1) / 5 with u = (0.6, 0.8).
  expectClose(
    found,
    tensor(
      [
        [0, 0],
        [0.032, -0.024],
      ],
      { dtype: "float64" },
    ),
    close,
  );
});

test("NaN of what is taken stays NaN", () => {
  const x = double([-1, 2]);
  expect(
    grad((y: Tensor) => where(y.less(5), y.log(), 0).sum())(double([0, 2])).arraySync(),
  ).toEqual([Infinity, 0.5]);
  expect(grad((y: Tensor) => y.log().max())(x).arraySync()).toEqual([NaN, NaN]);
});

test("the choice goes out once an operation, not once for each choice before it", () => {
  let x: Tensor = double([1, 2]);
  const start = x;
  for (let i = 0; i < 200; i++) x = x.relu().mul(1.01);
  const nodes = (y: Tensor) => y.toString().split("\n").length;
  // Five nodes of the gradient for each turn: fewer than ten.
  expect(nodes(grad((y: Tensor) => x.add(y).sum())(start))).toBeLessThan(2000);
});

test("the choice moves with what is chosen, through moves that follow each other", () => {
  const chosen = tensor([
    [true, true, false],
    [false, true, true],
  ]);
  const moves: ((x: Tensor) => Tensor)[] = [
    (x) => x.flip(),
    (x) => x.transpose(),
    (x) => x.reshape(x.shape.toReversed()),
    (x) => x.roll(1, 1),
  ];
  const all = fc.array(fc.constantFrom(...moves), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(all, (drawn) => {
      const moved = (x: Tensor) => drawn.reduce((y, move) => move(y), x).reshape([2, 3]);
      const x = double([1, 2, 3, 4, 5, 6]).reshape([2, 3]);
      const slopes = grad((y: Tensor) => where(chosen, moved(y).square(), y.square()).sum())(x);
      // The gradient of a move is that of its matrix, one element after the other.
      const one = (i: number) =>
        double([0, 1, 2, 3, 4, 5]).equal(i).cast("float64").reshape([2, 3]);
      const right = Array.from({ length: 6 }, (_, i) => {
        const along = where(chosen, moved(x).mul(moved(one(i))), x.mul(one(i)));
        return along.sum().itemSync() * 2;
      });
      expect([...slopes.dataSync()]).toEqual(right);
    }),
    { numRuns: backend() === "reference" ? 50 : 10 },
  );
});
