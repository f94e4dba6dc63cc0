// Branches in graphs: the same as an if of the host, and the same derivatives.
import {
  backend,
  compile,
  cond,
  explainPlan,
  grad,
  gradients,
  hessian,
  jvp,
  parameter,
  random,
  scan,
  type Tensor,
  tensor,
  vmap,
} from "@nabla/autograd";
import { checkGradients } from "@nabla/autograd/testing";
import { describe, expect, test } from "vitest";
import { plannedValues } from "./planned.ts";

type Scalar = Tensor<[]>;
/** The square root has an infinite derivative at 0, and none below. */
const root = (x: Scalar) =>
  cond(
    x.greater(0),
    (y) => y.sqrt(),
    (y) => y.square(),
    x,
  );
const points = [4, -3, 0, 0.25] as const;

describe("cond", () => {
  test("computes the branch that is taken, and its derivatives", () => {
    const values = points.map((x) => root(tensor(x)).itemSync());
    expect(values).toEqual([2, 9, 0, 0.5]);
    const slopes = points.map((x) => grad(root)(tensor(x)).itemSync());
    expect(slopes).toEqual([0.25, -6, 0, 1]);
    const curvatures = points.map((x) => hessian(root)(tensor(x)).itemSync());
    expect(curvatures).toEqual([-1 / 32, 2, 2, -2]);
    expect(grad(grad(grad(root)))(tensor(-3)).itemSync()).toBe(0);
    const changes = points.map((x) => jvp(root, [tensor(x)], [tensor(10)])[1].itemSync());
    expect(changes).toEqual([2.5, -60, 0, 10]);
    checkGradients(root as never, [tensor(2, { dtype: "float64" })], { order: 2 });
  });

  test("goes through vmap, also where examples take different branches", () => {
    const xs = tensor(points);
    const many = vmap(root);
    expect(many(xs).arraySync()).toEqual([2, 9, 0, 0.5]);
    expect(vmap(grad(root))(xs).arraySync()).toEqual([0.25, -6, 0, 1]);
    const total = (all: Tensor<[4]>) => many(all).sum();
    expect(grad(total)(xs).arraySync()).toEqual([0.25, -6, 0, 1]);
    const second = (all: Tensor<[4]>) => grad(total)(all).sum();
    expect(grad(second)(xs).arraySync()).toEqual([-1 / 32, 2, 2, -2]);
    // What all examples share gets no NaN of those that take the other branch.
    const scaled = (w: Scalar) =>
      vmap((x: Scalar) =>
        cond(
          x.greater(0),
          () => x.sqrt().mul(w),
          () => x.mul(w),
        ),
      )(xs).sum();
    expect(grad(scaled)(tensor(1)).itemSync()).toBe(2 - 3 + 0 + 0.5);
    const byPredicate = vmap((p: Scalar) =>
      cond(
        p,
        () => xs.sum(),
        () => xs.prod(),
      ),
    );
    expect(byPredicate(tensor([true, false]) as never).arraySync()).toEqual([1.25, -0]);
    expect(
      vmap(many)(
        tensor([
          [4, -3, 0, 0.25],
          [1, 1, -1, 9],
        ]) as never,
      ).arraySync(),
    ).toEqual([
      [2, 9, 0, 0.5],
      [1, 1, 1, 3],
    ]);
  });

  test("is looked at in each call of a compiled function", () => {
    const both = compile((x: Scalar) => [root(x), grad(root)(x)] as const);
    const given = points.map((x) => both(tensor(x)).map((one) => one.itemSync()));
    expect(given).toEqual([
      [2, 0.25],
      [9, -6],
      [0, 0],
      [0.5, 1],
    ]);
  });

  test("leaves out what a branch that is not taken makes of tensors that it captures", () => {
    const table = tensor([1, 2, 3]);
    const pick = (i: number) => {
      const index = tensor(i, { dtype: "int32" });
      return cond(
        index.less(3),
        () => table.gather(0, index),
        () => table.sum(),
      );
    };
    // An index that is out of range is an error where it is used.
    expect([0, 2, 7].map((i) => pick(i).itemSync())).toEqual([1, 3, 6]);
    const w = parameter([-4]);
    const cost = cond(
      w.greater(0).all(),
      () => w.sqrt().sum(),
      () => w.square().sum(),
    );
    expect(gradients(cost, [w])[0].arraySync()).toEqual([-8]);
  });

  test("takes trees of any dtype, constants and what it was given", () => {
    const pair = (on: boolean) =>
      cond(
        tensor(on),
        (x: Scalar) => ({ count: tensor(1, { dtype: "int32" }), x, isOn: tensor(true) }),
        (x: Scalar) => ({ count: tensor(2, { dtype: "int32" }), x: x.neg(), isOn: tensor(false) }),
        tensor(5),
      );
    const read = ({ count, x, isOn }: ReturnType<typeof pair>) => [
      count.itemSync(),
      x.itemSync(),
      isOn.itemSync(),
    ];
    expect(read(pair(true))).toEqual([1, 5, 1]);
    expect(read(pair(false))).toEqual([2, -5, 0]);
  });

  test("nests, in itself and in scan", () => {
    const sign = (x: Scalar): Scalar =>
      cond(
        x.greater(0),
        () => tensor(1),
        () =>
          cond(
            x.less(0),
            () => x.div(x).neg(),
            () => tensor(0),
          ),
      );
    expect([3, -2, 0].map((x) => sign(tensor(x)).itemSync())).toEqual([1, -1, 0]);
    // Collatz: halves what is even.
    const [, seen] = scan(
      (n: Scalar) => {
        const next = cond(
          n.mod(2).equal(0),
          () => n.div(2),
          () => n.mul(3).add(1),
        );
        return [next, next] as const;
      },
      tensor(6),
      undefined,
      { length: 8 },
    );
    expect(seen.arraySync()).toEqual([3, 10, 5, 16, 8, 4, 2, 1]);
    const product = (x: Scalar) =>
      scan(
        (y: Scalar, z: Scalar) => [
          cond(
            z.less(0),
            () => y.div(x),
            () => y.mul(x.mul(z)),
          ),
        ],
        tensor(1),
        tensor([1, -1, 2, 3]),
      )[0];
    // 6 x^2
    expect(grad(product)(tensor(2)).itemSync()).toBeCloseTo(24, 5);
  });

  test("draws in its branches", () => {
    const noise = compile((on: Scalar) =>
      cond(
        on,
        () => random.uniform([3]),
        () => random.uniform([3]),
      ),
    );
    const draws = [true, true, false, false].map((on) => [...noise(tensor(on)).dataSync()]);
    expect(new Set(draws.flat()).size).toBe(12);
  });

  test("gives the same by the plan in plain JavaScript", () => {
    for (const x of [4, -3]) {
      const values = plannedValues([root(tensor(x)), grad(root)(tensor(x))]);
      expect(values.map(([one]) => one)).toEqual(x === 4 ? [2, 0.25] : [9, -6]);
    }
  });

  test.skipIf(backend() === "reference")("has both branches in its plan", () => {
    const plan = explainPlan(root(tensor(4)));
    expect(plan.match(/cond, at most once/g)).toHaveLength(2);
  });

  test("says what is wrong", () => {
    const yes = tensor(true);
    const [two, three] = [tensor([1, 2]), tensor([1, 2, 3])];
    const either = (p: unknown, a: () => unknown, b: () => unknown) => () =>
      cond(p as Tensor, a as never, b as never);
    expect(
      either(
        true,
        () => two,
        () => two,
      ),
    ).toThrow(
      "cond: the predicate is true, expected a tensor of bool and shape []: " +
        "the predicate is known before the graph is built, so choose by if",
    );
    expect(
      either(
        two.greater(1),
        () => two,
        () => two,
      ),
    ).toThrow(
      "cond: the predicate is [2], expected []: reduce it by all() or any(), or choose element by " +
        "element with where()",
    );
    expect(
      either(
        tensor(1),
        () => two,
        () => two,
      ),
    ).toThrow("cond: the predicate is float32, expected bool: compare it, as by greater(0)");
    expect(
      either(
        yes,
        () => two,
        () => three,
      ),
    ).toThrow("cond: whenFalse returns [3], expected [2], as whenTrue does");
    expect(
      either(
        yes,
        () => two,
        () => two.cast("float64"),
      ),
    ).toThrow("cond: whenFalse returns float64, expected float32, as whenTrue does; cast one");
    expect(
      either(
        yes,
        () => [two, two],
        () => two,
      ),
    ).toThrow("cond: whenFalse returns tensor, expected [tensor, tensor], as whenTrue does");
    expect(
      either(
        yes,
        () => [two, two],
        () => [two, three],
      ),
    ).toThrow("cond: whenFalse returns tensor 1: [3], expected [2], as whenTrue does");
    expect(
      either(
        yes,
        () => undefined,
        () => two,
      ),
    ).toThrow("cond: got undefined as what whenTrue returns");
    const p = parameter([1, 2]);
    expect(
      either(
        yes,
        () => {
          p.assign(three.slice(0, 0, 2));
          return two;
        },
        () => two,
      ),
    ).toThrow("cond: whenTrue assigns to a parameter or calls backward(); return what changes");
    expect(p.arraySync()).toEqual([1, 2]);
  });
});
