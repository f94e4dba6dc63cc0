import {
  backend,
  GradientError,
  gradients,
  parameter,
  stopGradient,
  type Tensor,
  tensor,
  zeros,
} from "@nabla/autograd";
import { broadcastableTensors, checkGradients, expectClose } from "@nabla/autograd/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { differentiable, linear } from "./differentiable.ts";

/**
 * Rules are the same on every back end; how each computes is compared elsewhere (engine.test.ts).
 * Most is drawn, and what is about rules alone is tested, where no shape has to be planned.
 */
const numRuns = backend() === "reference" ? 2 : 1;
const order = backend() === "reference" ? 2 : 1;

describe("gradients agree with differences, and on the reference second gradients", () => {
  test.each(differentiable)("$name", ({ f, inputs }) => {
    fc.assert(
      fc.property(inputs, (xs) => checkGradients(f, [...xs], { order })),
      { numRuns },
    );
  });
});

describe.runIf(backend() === "reference")("linear operations", () => {
  const operations = differentiable.filter(({ name }) => linear.has(name));

  test("are all here", () => expect(operations).toHaveLength(linear.size));

  test.each(operations)("$name of a sum is the sum", ({ f, inputs }) => {
    const pairs = inputs.map((xs) => ({ xs, result: f(...xs) }));
    fc.assert(
      fc.property(pairs, fc.integer({ min: -4, max: 4 }), ({ xs, result }, a) => {
        const ys = xs.map((x) => x.sin());
        const left = f(...xs.map((x, i) => x.mul(a).add(ys[i]!)));
        expectClose(left, result.mul(a).add(f(...ys)), { absoluteTolerance: 1e-12 });
      }),
      { numRuns },
    );
  });

  test.each(operations)("$name and its gradient are transposed: <f(x), u> = <x, g(u)>", (one) => {
    fc.assert(
      fc.property(one.inputs, (xs) => {
        const y = one.f(...xs);
        const u = y.cos();
        const gs = gradients(y, xs, { seed: stopGradient(u) });
        const right = xs.map((x, i) => x.mul(gs[i]!).sum()).reduce((a, b) => a.add(b));
        expectClose(y.mul(u).sum(), right, { absoluteTolerance: 1e-11 });
      }),
      { numRuns },
    );
  });
});

test("broadcasting is what a loop over the indices does", () => {
  fc.assert(
    fc.property(broadcastableTensors(), ([a, b]) => {
      const sum = a.add(b.mul(10));
      const [x, y] = [a.dataSync(), b.dataSync()];
      const at = (shape: readonly number[], index: readonly number[]) => {
        const own = index.slice(index.length - shape.length);
        return shape.reduce((place, size, axis) => place * size + (size === 1 ? 0 : own[axis]!), 0);
      };
      const expected: number[] = [];
      const walk = (index: readonly number[]): void => {
        if (index.length === sum.rank)
          expected.push(x[at(a.shape, index)]! + 10 * y[at(b.shape, index)]!);
        else for (let i = 0; i < sum.shape[index.length]!; i++) walk([...index, i]);
      };
      walk([]);
      expect([...sum.dataSync()]).toEqual(expected.map(Math.fround));
    }),
  );
});

describe("what is differentiated, and what not", () => {
  test("the gradient of an input that the cost does not depend on is zeros", () => {
    const [x, y] = [tensor([1, 2]), tensor([[3]])];
    const [gx, gy] = gradients(x.sum(), [x, y]);
    expect(gx.arraySync()).toEqual([1, 1]);
    expect(gy.arraySync()).toEqual([[0]]);
  });

  test("a subexpression that is used twice passes on both shares", () => {
    const x = tensor(3);
    const square = x.mul(x);
    const [g] = gradients(square.add(square.mul(square)), [x]);
    expect(g.itemSync()).toBe(2 * 3 + 4 * 27);
  });

  test("nothing flows through stopGradient, comparisons and integers", () => {
    const x = tensor([1.5, -2]);
    const cost = stopGradient(x).mul(x).add(x.greater(0)).add(x.cast("int32")).sum();
    expect(gradients(cost, [x])[0].arraySync()).toEqual([1.5, -2]);
  });

  test("integers have no gradients", () => {
    const n = tensor([1, 2], { dtype: "int32" });
    expect(() => gradients(n.mul(0.5).sum(), [n])).toThrow(
      new GradientError(
        "gradients: input 0 is int32, expected float32 or float64; " +
          'only numbers with fractions have gradients: cast("float32") first',
      ),
    );
  });

  test("a cost must be one number", () => {
    const w = parameter(zeros([100, 10]));
    expect(() => w.mul(2).backward()).toThrow(
      "backward: the cost must be one number, got [100, 10]; " +
        "reduce it (mean, sum) or give a seed gradient of that shape",
    );
  });

  test("backward leaves alone a parameter that stands behind stopGradient only", () => {
    const [w, scale] = [parameter([1, 2]), parameter([3, 4])];
    w.mul(scale.stopGradient()).sum().backward();
    expect(w.grad?.arraySync()).toEqual([3, 4]);
    expect(scale.grad).toBeNull();
  });

  test("at kinks: relu and abs are flat, ties share", () => {
    const x = tensor([0, 0]);
    expect(gradients(x.relu().sum(), [x])[0].arraySync()).toEqual([0, 0]);
    expect(gradients(x.abs().sum(), [x])[0].arraySync()).toEqual([0, 0]);
    expect(gradients(x.max(), [x])[0].arraySync()).toEqual([0.5, 0.5]);
    expect(gradients(x.maximum(0).sum(), [x])[0].arraySync()).toEqual([0.5, 0.5]);
  });

  test("third derivatives, too", () => {
    const x = tensor(2, { dtype: "float64" });
    const derivative = (y: Tensor) => gradients(y, [x])[0];
    expect(derivative(derivative(derivative(x.pow(5)))).itemSync()).toBeCloseTo(240, 9);
  });
});
