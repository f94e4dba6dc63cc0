// Loops that end by a condition, and loops that count: the same as loops of the host.
import {
  backend,
  compile,
  cond,
  explainPlan,
  forLoop,
  grad,
  hessian,
  jvp,
  type LoopBound,
  parameter,
  random,
  scan,
  type Tensor,
  tensor,
  vmap,
  whileLoop,
} from "@nabla/autograd";
import { checkGradients } from "@nabla/autograd/testing";
import { describe, expect, test } from "vitest";
import { plannedValues } from "./planned.ts";

type Scalar = Tensor<[]>;

/** The first power of x that is at least 100. */
const power = (x: Scalar, options: { maxSteps?: number } = { maxSteps: 10 }) =>
  whileLoop(
    (y) => y.less(100),
    (y) => y.mul(x),
    tensor(1, { dtype: x.dtype }),
    options,
  );
const bases = tensor([3, 5, 200]);
const [powers, slopes, curvatures] = [
  [243, 125, 200],
  [405, 75, 1],
  [540, 30, 0],
];

describe("whileLoop", () => {
  test("goes on while its condition holds, and has derivatives where it is bounded", () => {
    const each = (f: (x: Scalar) => Scalar) => [3, 5, 200].map((x) => f(tensor(x)).itemSync());
    expect(each((x) => power(x, {}))).toEqual(powers);
    expect(each(power)).toEqual(powers);
    expect(each(grad(power))).toEqual(slopes);
    expect(each((x) => hessian(power)(x) as Tensor as Scalar)).toEqual(curvatures);
    expect(each((x) => jvp(power, [x], [tensor(2)])[1])).toEqual(slopes.map((x) => 2 * x));
    expect(each(compile(grad(power)))).toEqual(slopes);
    checkGradients(power as never, [tensor(3, { dtype: "float64" })]);
  });

  test("does not run where its condition is false at first", () => {
    const f = (x: Scalar) =>
      whileLoop(
        (y) => y.less(0),
        (y) => y.log(),
        x,
        { maxSteps: 3 },
      );
    expect(f(tensor(2)).itemSync()).toBe(2);
    expect(grad(f)(tensor(2)).itemSync()).toBe(1);
  });

  test("goes through vmap, with examples that end at other times", () => {
    expect(vmap((x: Scalar) => power(x, {}))(bases).arraySync()).toEqual(powers);
    expect(vmap(grad(power))(bases).arraySync()).toEqual(slopes);
    const total = (xs: Tensor<[3]>) => vmap(power)(xs).sum();
    expect(grad(total)(bases).arraySync()).toEqual(slopes);
    expect(grad((xs: Tensor<[3]>) => grad(total)(xs).sum())(bases).arraySync()).toEqual(curvatures);
    // Examples that have ended are not computed further: the root would become NaN.
    const down = (w: Scalar, x: Scalar) =>
      whileLoop(
        (y) => y.greater(1),
        (y) => y.sub(1).sqrt().mul(w),
        x,
        { maxSteps: 5 },
      );
    const xs = [0.5, 2, 3, 30];
    const slope = (x: number) => grad(down)(tensor(1), tensor(x)).itemSync();
    const all = grad((w: Scalar) => vmap((x: Scalar) => down(w, x))(tensor(xs) as never).sum());
    expect(all(tensor(1)).itemSync()).toBeCloseTo(
      xs.map(slope).reduce((a, b) => a + b),
      5,
    );
  });

  test("throws where it has not ended within its bound", () => {
    expect(power(tensor(3), { maxSteps: 5 }).itemSync()).toBe(243);
    expect(() => power(tensor(3), { maxSteps: 4 }).itemSync()).toThrow(
      "whileLoop: the condition still holds after 4 steps; give a larger maxSteps than 4",
    );
    expect(() => vmap((x: Scalar) => power(x, { maxSteps: 4 }))(bases).arraySync()).toThrow(
      "still holds after 4 steps",
    );
    expect(() => grad((x: Scalar) => power(x, { maxSteps: 4 }))(tensor(3)).itemSync()).toThrow(
      "still holds after 4 steps",
    );
    expect(() => grad((x: Scalar) => power(x, {}))(tensor(3))).toThrow(
      "whileLoop: a gradient keeps values of each step, so it needs to know how many there are at most: { maxSteps: 1000 }",
    );
  });

  test("ends with the error of a check, though the condition then holds for ever", () => {
    const table = tensor([3, 2]);
    const f = (i: Tensor, found: Tensor = tensor(0)): Tensor =>
      whileLoop(
        (carry) => carry.found.greater(-1),
        (carry) => ({ i: carry.i.add(1), found: table.gather(0, carry.i) }),
        { i, found },
      ).i;
    const first = tensor(0, { dtype: "int32" });
    for (const g of [f, compile(f)]) {
      expect(() => g(first).itemSync()).toThrow("index 2 is out of range for axis 0 of [2]");
    }
    expect(() => plannedValues([f(first)])).toThrow("out of range");
  });

  test("carries trees, captures parameters, and stands in loops", () => {
    const w = parameter(0.5, { dtype: "float64" });
    const collatz = (start: Scalar) =>
      whileLoop(
        ({ n }) => n.greater(1),
        ({ n, steps }) => ({
          n: cond(
            n.mod(2).equal(0),
            () => n.div(2),
            () => n.mul(3).add(1),
          ),
          steps: steps.add(w) as Scalar,
        }),
        { n: start, steps: tensor(0, { dtype: "float64" }) },
        { maxSteps: 200 },
      ).steps;
    expect(collatz(tensor(27)).itemSync()).toBe(111 / 2);
    collatz(tensor(27)).backward();
    expect(w.grad?.itemSync()).toBe(111);
    const [, all] = scan(
      (s: Scalar, n: Scalar) => [s, collatz(n)] as const,
      tensor(0),
      tensor([1, 2, 3, 6, 7]),
    );
    expect(all.arraySync()).toEqual([0, 1, 7, 8, 16].map((steps) => steps / 2));
  });

  test("draws anew in each step", () => {
    const count = compile(
      () =>
        whileLoop(
          ([i]) => i.less(4).logicalAnd(random.uniform([]).less(1)),
          ([i, drawn]) =>
            [
              i.add(1) as Scalar,
              drawn.add(
                drawn
                  .equal(0)
                  .logicalAnd(tensor([0, 1, 2, 3]).equal(i))
                  .mul(random.uniform([])),
              ) as Tensor<[4]>,
            ] as const,
          [tensor(0), tensor([0, 0, 0, 0])] as const,
        )[1],
    );
    const draws = [count(), count()].flatMap((x) => [...x.dataSync()]);
    expect(new Set(draws).size).toBe(8);
  });

  test("gives the same by the plan in plain JavaScript", () => {
    const values = plannedValues([power(tensor(3), {}), power(tensor(3)), grad(power)(tensor(3))]);
    expect(values.map(([one]) => one)).toEqual([243, 243, 405]);
    const many = plannedValues([vmap(power)(bases), vmap(grad(power))(bases)]);
    expect(many.map((one) => [...one])).toEqual([powers, slopes]);
  });

  test.skipIf(backend() === "reference")("is one block of a plan", () => {
    expect(explainPlan(power(tensor(3), {}))).toContain(
      "whileLoop, while its condition holds (counted once)",
    );
    expect(explainPlan(power(tensor(3)))).toContain("whileLoop, at most 10 times");
  });

  test("says what is wrong", () => {
    const loop = (f: (x: Tensor) => unknown, g: (x: Tensor) => unknown) => () =>
      whileLoop(f as never, g as never, tensor([1, 2]) as Tensor);
    expect(
      loop(
        (x) => x.greater(0),
        (x) => x,
      ),
    ).toThrow("whileLoop: the condition is [2], expected []: reduce it by all() or any()");
    expect(
      loop(
        (x) => x.sum(),
        (x) => x,
      ),
    ).toThrow("the condition is float32, expected bool");
    expect(
      loop(
        (x) => x.sum().greater(0),
        (x) => x.sum(),
      ),
    ).toThrow("whileLoop: carry becomes [], expected [2], as it was first");
    expect(
      loop(
        () => true,
        (x) => x,
      ),
    ).toThrow("whileLoop: the condition is true, expected a tensor");
    expect(
      loop(
        (x) => x.sum().itemSync(),
        (x) => x,
      ),
    ).toThrow("not known");
    expect(() => power(tensor(1), { maxSteps: 0 })).toThrow(
      "whileLoop: maxSteps is 0, expected a positive integer",
    );
  });
});

describe("forLoop", () => {
  const of = (x: Scalar, n: LoopBound) =>
    forLoop(0, n, (i, y) => y.mul(x).add(i), tensor(1), { maxSteps: 5 });
  const whole = (n: number) => tensor(n, { dtype: "int32" });

  test("counts from one bound to the other, whether they are numbers or tensors", () => {
    const plain = (x: number, n: number) => {
      let y = 1;
      for (let i = 0; i < n; i++) y = y * x + i;
      return y;
    };
    for (const n of [0, 1, 3, 5]) {
      expect(of(tensor(2), n).itemSync()).toBe(plain(2, n));
      expect(of(tensor(2), whole(n)).itemSync()).toBe(plain(2, n));
    }
    const sum = (from: LoopBound, to: LoopBound) =>
      forLoop(from, to, (i, total) => total.add(i), tensor(0)).itemSync();
    expect(sum(-3, 6)).toBe(9);
    expect(sum(whole(-3), 6)).toBe(9);
    expect(sum(6, -3)).toBe(0);
    expect(sum(6, whole(-3))).toBe(0);
  });

  test("has derivatives", () => {
    // x^3 + x + 2
    expect(grad((x: Scalar) => of(x, 3))(tensor(2)).itemSync()).toBe(13);
    expect(grad((x: Scalar) => of(x, whole(3)))(tensor(2)).itemSync()).toBe(13);
    const many = vmap((n: Scalar) => grad((x: Scalar) => of(x, n))(tensor(2)));
    expect(many(tensor([0, 1, 3], { dtype: "int32" }) as never).arraySync()).toEqual([0, 1, 13]);
  });

  test("says what is wrong", () => {
    const loop = (from: unknown, to: unknown) => () =>
      forLoop(from as number, to as number, (_, x) => x, tensor(1));
    expect(loop(0.5, 2)).toThrow("forLoop: from is 0.5, expected an integer of 32 bits");
    expect(loop(0, tensor(2))).toThrow("forLoop: to is float32, expected int32; cast it");
    expect(loop(0, tensor([2], { dtype: "int32" }))).toThrow("forLoop: to is [1], expected []");
    expect(loop(0, "2")).toThrow('forLoop: to is "2", expected an integer, or a tensor of int32');
    expect(() => forLoop(0, 2, (_, x) => x.sum(), tensor([1, 2]) as Tensor)).toThrow(
      "forLoop: carry becomes [], expected [2], as it was first",
    );
  });
});
