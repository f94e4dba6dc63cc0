// Running totals of any associative combination: the same as a loop, and the same derivatives.
import {
  associativeScan,
  backend,
  compile,
  explainPlan,
  grad,
  gradients,
  jvp,
  maximum,
  parameter,
  random,
  scan,
  type Tensor,
  tensor,
  vmap,
} from "@nabla/autograd";
import { checkGradients, expectClose } from "@nabla/autograd/testing";
import { describe, expect, test } from "vitest";

const normal = (seed: number, ...shape: number[]): Tensor =>
  random.normal(shape, { seed, dtype: "float64" }).realize();
const lengths = [0, 1, 2, 8, 13];
const rounded = { absoluteTolerance: 1e-12, relativeTolerance: 1e-10 };

/** The same, one element after the other. */
function oneByOne(
  combine: (a: Tensor, b: Tensor) => Tensor,
  all: Tensor,
  isReversed = false,
): readonly Tensor[] {
  const [length] = all.shape as [number];
  const totals: Tensor[] = [];
  for (let i = 0; i < length; i++) {
    const at = isReversed ? length - 1 - i : i;
    const before = totals[isReversed ? at + 1 : at - 1];
    totals[at] = before ? combine(before, all.at(at)) : all.at(at);
  }
  return totals;
}

describe("associativeScan", () => {
  const product = (a: Tensor, b: Tensor) => a.matmul(b);

  test.each(lengths)("combines matrices, %i of them, from both ends", (length) => {
    const all = normal(1, length, 2, 2);
    for (const reverse of [false, true]) {
      const totals = associativeScan(product, all, { reverse });
      expect(totals.shape).toEqual([length, 2, 2]);
      oneByOne(product, all, reverse).forEach((one, i) => {
        expectClose(totals.at(i), one, rounded);
      });
    }
  });

  test.each([
    ["sums", (a: Tensor, b: Tensor) => b.add(a), "cumSum"],
    ["products", (a: Tensor, b: Tensor) => a.mul(b), "cumProd"],
    ["maxima", (a: Tensor, b: Tensor) => maximum(a, b), "max("],
  ] as const)("has the values and derivatives of a loop: %s", (_, combine, operation) => {
    const all = normal(2, 5, 3);
    const totals = associativeScan(combine, all);
    oneByOne(combine, all).forEach((one, i) => expectClose(totals.at(i), one, rounded));
    const cost = (x: Tensor) => associativeScan(combine, x).sin().sum();
    checkGradients(cost, [all], { order: 2 });
    if (backend() !== "reference") expect(explainPlan(totals)).toContain(operation);
  });

  const decay = ([a, x]: readonly [Tensor, Tensor], [b, y]: readonly [Tensor, Tensor]) =>
    [a.mul(b), x.mul(b).add(y)] as const;
  const states = (a: Tensor, x: Tensor, f: typeof decay = decay) =>
    associativeScan(f as never, [a, x] as const)[1];

  test("finds linear recurrences, whose first factor has no part", () => {
    const [a, x] = [normal(3, 6, 2), normal(4, 6, 2)];
    const [, loop] = scan(
      (s: Tensor, [b, y]: readonly [Tensor, Tensor]) => {
        const next = s.mul(b).add(y);
        return [next, next];
      },
      x.at(0).mul(0),
      [a, x] as const,
    ) as unknown as [Tensor, Tensor];
    expectClose(states(a, x), loop, rounded);
    // Such as this, in rounds.
    const other: typeof decay = ([p, q], [r, s]) => [p.mul(r), q.mul(r).add(s).add(0)];
    expectClose(states(a, x, other), loop, rounded);
    const slopes = (f: typeof decay) => gradients(states(a, x, f).sin().sum(), [a, x]);
    const expected = slopes(other);
    slopes(decay).forEach((g, i) => expectClose(g, expected[i]!, rounded));
    if (backend() !== "reference") {
      expect(explainPlan(states(a, x))).toContain("linearRecurrence");
      expect(explainPlan(states(a, x, other))).not.toContain("linearRecurrence");
    }
    const endless = tensor([Number.POSITIVE_INFINITY, 2], { dtype: "float64" });
    expect(states(endless, tensor([1, 1], { dtype: "float64" })).arraySync()).toEqual([1, 3]);
  });

  test("goes through vmap, jvp and compile, and captures parameters", () => {
    const all = normal(5, 4, 2, 2);
    const w = parameter(normal(6, 2, 2));
    const f = (x: Tensor) => associativeScan((a, b) => a.matmul(w).matmul(b), x).sum();
    const many = tensor([all.arraySync(), all.mul(2).arraySync()] as never, { dtype: "float64" });
    expectClose(
      vmap(f)(many),
      tensor([f(all).itemSync(), f(all.mul(2)).itemSync()] as never, { dtype: "float64" }),
      rounded,
    );
    const [g] = gradients(f(all), [all]);
    expectClose(jvp(f, [all], [all])[1], g.mul(all).sum(), rounded);
    expectClose(compile(grad(f))(all), g, rounded);
    f(all).backward();
    expect(w.grad!.shape).toEqual([2, 2]);
  });

  test("goes along any axis, of tensors of any dtype", () => {
    const counts = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]).cast("int32");
    const along = (axis: number) =>
      associativeScan((a, b) => a.add(b), counts, { axis }).arraySync();
    expect(along(0)).toEqual([
      [1, 2, 3],
      [5, 7, 9],
    ]);
    expect(along(-1)).toEqual([
      [1, 3, 6],
      [4, 9, 15],
    ]);
    const truths: Tensor = tensor([false, true, false]);
    const seen = associativeScan((a, b) => maximum(a, b), truths);
    expect([seen.dtype, ...seen.dataSync()]).toEqual(["bool", 0, 1, 1]);
  });

  test("says what is wrong", () => {
    const xs = tensor([1, 2, 3]);
    const wrong =
      (combine: unknown, elements: unknown = xs, options?: unknown) =>
      () =>
        associativeScan(combine as never, elements as never, options as never);
    expect(wrong((a: Tensor) => a.cast("float64"))).toThrow(
      "associativeScan: the combination becomes float64, expected float32, as the elements are; cast one",
    );
    expect(wrong((a: Tensor) => a.expandDims(0))).toThrow(
      "the combination becomes [1], expected []",
    );
    expect(wrong((a: Tensor) => a, [xs, tensor([1, 2])])).toThrow(
      "associativeScan: a tensor of [2] has 2 elements, expected 3, as the first",
    );
    expect(wrong((a: Tensor) => a, tensor(1))).toThrow("associativeScan:");
    expect(wrong((a: Tensor) => a, xs, { axis: 1 })).toThrow("associativeScan:");
    expect(wrong((a: Tensor) => a, xs, { axis: 0.5 })).toThrow("axis is 0.5, expected");
    expect(wrong((a: Tensor) => a.mul(random.normal([])))).toThrow("combine draws at random");
    expect(wrong((a: Tensor) => a.mul(a.itemSync()))).toThrow("not known");
  });
});
