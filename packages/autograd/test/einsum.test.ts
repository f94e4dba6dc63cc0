// einsum, tensordot, dot and outer beside loops over all values of all labels.
import {
  backend,
  dot,
  einsum,
  explainPlan,
  NablaError,
  outer,
  type Tensor,
  tensor,
  tensordot,
  zeros,
} from "@nabla/autograd";
import { shapes, tensors } from "@nabla/autograd/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { indicesOf, placeOf } from "./indices.ts";

/** One term: the label of each axis, and the shape. */
interface Term {
  readonly labels: readonly string[];
  readonly x: Tensor;
}

/** The sum over all values of all labels of the products of the elements that they name. */
function summedUp(terms: readonly Term[], output: readonly string[]): readonly number[] {
  const sizes = new Map<string, number>();
  for (const { labels, x } of terms) {
    labels.forEach((label, axis) => {
      if ((sizes.get(label) ?? 1) === 1) sizes.set(label, x.shape[axis]!);
    });
  }
  const names = [...sizes.keys()];
  const shape = output.map((label) => sizes.get(label)!);
  const totals = indicesOf(shape).map(() => 0);
  const data = terms.map(({ x }) => x.dataSync());
  for (const values of indicesOf([...sizes.values()])) {
    const valueOf = (label: string) => values[names.indexOf(label)]!;
    const product = terms.reduce((all, { labels, x }, i) => {
      const index = labels.map((label, axis) => (x.shape[axis] === 1 ? 0 : valueOf(label)));
      return all * data[i]![placeOf(x.shape, index)]!;
    }, 1);
    const place = placeOf(shape, output.map(valueOf));
    totals[place] = totals[place]! + product;
  }
  return totals;
}

/** Whole numbers, so that every order of summation gives the same. */
const whole = (shape: readonly number[]) => tensors({ shape, dtype: "int32", min: -3, max: 3 });

const letters = ["i", "j", "k", "B"] as const;

const cases = fc
  .record({
    sizes: fc.tuple(...letters.map(() => fc.integer({ min: 0, max: 3 }))),
    hidden: shapes({ maxRank: 2, maxSize: 2 }),
    terms: fc.array(
      fc.record({
        labels: fc.array(fc.nat(letters.length - 1), { maxLength: 3 }),
        /** Where "..." stands, and how many axes it stands for here; none if it is not there. */
        dots: fc.option(fc.tuple(fc.nat(3), fc.nat(2)), { nil: undefined }),
        /** Whether axes have size 1 here, which stretches. */
        ones: fc.array(fc.constantFrom(false, false, true), { minLength: 5, maxLength: 5 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    output: fc.option(fc.shuffledSubarray([...letters]), { nil: undefined }),
    dotsInOutput: fc.nat(4),
  })
  .chain(({ sizes, hidden, terms, output, dotsInOutput }) => {
    const hiddenLabels = hidden.map((_, axis) => `.${axis}`);
    const written = terms.map(({ labels, dots, ones }) => {
      const own = labels.map((label) => letters[label]!);
      const at = Math.min(dots?.[0] ?? 0, own.length);
      const shown = dots ? hiddenLabels.slice(Math.max(0, hidden.length - dots[1])) : [];
      const text = dots ? [...own.slice(0, at), "...", ...own.slice(at)].join("") : own.join("");
      const all = [...own.slice(0, at), ...shown, ...own.slice(at)];
      const shape = all.map((label, axis) => {
        const size = label.startsWith(".")
          ? hidden[hiddenLabels.indexOf(label)]!
          : sizes[letters.indexOf(label as "i")]!;
        // Of a diagonal both axes are as long.
        const isTwice = all.indexOf(label) !== all.lastIndexOf(label);
        return ones[axis % 5] && !isTwice ? 1 : size;
      });
      return { text, labels: all, shape };
    });
    const used = written.flatMap(({ labels }) => labels);
    const shownHidden = hiddenLabels.filter((label) => used.includes(label));
    const once = letters.filter(
      (label) => used.indexOf(label) >= 0 && used.indexOf(label) === used.lastIndexOf(label),
    );
    const named = output?.filter((label) => used.includes(label));
    const at = Math.min(dotsInOutput, named?.length ?? 0);
    const result = named
      ? [...named.slice(0, at), ...shownHidden, ...named.slice(at)]
      : [...shownHidden, ...[...once].sort()];
    const left = written.map(({ text }) => text).join(", ");
    const right = named ? ` -> ${[...named.slice(0, at), "...", ...named.slice(at)].join("")}` : "";
    return fc.record({
      expression: fc.constant(left + right),
      result: fc.constant(result),
      terms: fc
        .tuple(...written.map(({ shape }) => whole(shape)))
        .map((xs) => xs.map((x, i): Term => ({ x, labels: written[i]!.labels }))),
    });
  });

describe("einsum", () => {
  test("is the sum over all values of all labels, for any expression", () => {
    fc.assert(
      fc.property(cases, ({ expression, terms, result }) => {
        const y = einsum(expression, ...terms.map(({ x }) => x));
        expect([...y.dataSync()]).toEqual(summedUp(terms, result).map((x) => x | 0));
      }),
      { numRuns: 150 },
    );
  });

  test("orders a label by the alphabet, capitals first, as NumPy does", () => {
    const x = zeros([2, 3, 4]);
    expect(einsum("bAa", x).shape).toEqual([3, 4, 2]);
  });

  test.skipIf(backend() === "reference")("multiplies the pair first that leaves least", () => {
    const vector = zeros([64]).add(1).realize();
    const matrix = zeros([64, 64]).add(1).realize();
    // (matrix (matrix vector)): two products of a matrix and a vector, not one of matrices.
    const plan = explainPlan(einsum("ij,jk,k->i", matrix, matrix, vector));
    const flops = Number(/([\d.]+) kFLOP/.exec(plan)![1]);
    expect(flops).toBeLessThan(3 * 2 * 4.096);
  });

  test("of a product of matrices is that product, in one kernel", () => {
    const [a, b] = [zeros([20, 30]).add(1).realize(), zeros([30, 40]).add(1).realize()];
    expect(explainPlan(einsum("ij,jk->ik", a, b))).toBe(explainPlan(a.matmul(b)));
  });

  test("computes bool and uint8 as int32, and what is mixed as the widest", () => {
    const bytes = tensor([200, 200], { dtype: "uint8" });
    expect(einsum("i->", bytes).itemSync()).toBe(400);
    expect(einsum("i,i->", bytes, bytes).itemSync()).toBe(80_000);
    expect(einsum("i,i->i", bytes, tensor([0.5, 1], { dtype: "float64" })).dtype).toBe("float64");
    expect(einsum("i->i", tensor([true, false])).dtype).toBe("int32");
  });

  test("takes an expression and tensors", () => {
    expect(() => einsum(zeros([2]) as never)).toThrow(NablaError);
    expect(() => einsum("i", [1, 2] as never)).toThrow("einsum: got an array");
  });
});

describe("tensordot, dot and outer", () => {
  const pairs = fc
    .record({
      a: shapes({ maxRank: 2, maxSize: 3 }),
      b: shapes({ maxRank: 2, maxSize: 3 }),
      shared: shapes({ maxRank: 2, maxSize: 3 }),
    })
    .chain(({ a, b, shared }) =>
      fc.record({
        shared: fc.constant(shared),
        x: whole([...a, ...shared]),
        y: whole([...shared, ...b]),
        orderX: fc.shuffledSubarray([...[...a, ...shared].keys()], {
          minLength: a.length + shared.length,
        }),
      }),
    );

  test("tensordot sums over the last and first axes, or over those that are listed", () => {
    fc.assert(
      fc.property(pairs, ({ x, y, shared, orderX }) => {
        const front = x.rank - shared.length;
        const labelsX = x.shape.map((_, axis) => `a${axis}`);
        const labelsY = y.shape.map((_, axis) =>
          axis < shared.length ? `a${front + axis}` : `b${axis}`,
        );
        const output = [...labelsX.slice(0, front), ...labelsY.slice(shared.length)];
        const terms = [
          { labels: labelsX, x },
          { labels: labelsY, x: y },
        ];
        const expected = summedUp(terms, output);
        expect([...tensordot(x, y, shared.length).dataSync()]).toEqual(expected);
        // The same with the axes of x in another order.
        const moved = x.permute(orderX);
        const axesX = shared.map((_, i) => orderX.indexOf(front + i));
        const axes = [axesX, shared.map((_, i) => i - y.rank)] as const;
        const kept = orderX.filter((axis) => axis < front).map((axis) => `a${axis}`);
        const reordered = summedUp(terms, [...kept, ...labelsY.slice(shared.length)]);
        expect([...tensordot(moved, y, axes).dataSync()]).toEqual(reordered);
      }),
    );
  });

  test("dot is NumPy's, for any ranks", () => {
    const operands = fc
      .record({
        a: shapes({ maxRank: 2, maxSize: 3 }),
        b: shapes({ maxRank: 2, maxSize: 3 }),
        k: fc.nat(3),
      })
      .chain(({ a, b, k }) =>
        fc.tuple(whole([...a, k]), whole([...b.slice(0, -1), k, ...b.slice(-1)])),
      );
    fc.assert(
      fc.property(operands, ([x, y]) => {
        const labelsX = x.shape.map((_, axis) => (axis === x.rank - 1 ? "k" : `a${axis}`));
        const labelsY = y.shape.map((_, axis) =>
          axis === Math.max(0, y.rank - 2) ? "k" : `b${axis}`,
        );
        const output = [...labelsX, ...labelsY].filter((label) => label !== "k");
        const z = dot(x, y);
        expect(z.rank).toBe(output.length);
        expect([...z.dataSync()]).toEqual(
          summedUp(
            [
              { labels: labelsX, x },
              { labels: labelsY, x: y },
            ],
            output,
          ),
        );
      }),
    );
    expect(dot(tensor(3), tensor([1, 2])).arraySync()).toEqual([3, 6]);
  });

  test("outer multiplies each with each", () => {
    fc.assert(
      fc.property(tensors({ dtype: "int32" }), tensors({ dtype: "int32" }), (x, y) => {
        const [a, b] = [[...x.dataSync()], [...y.dataSync()]];
        const expected = a.flatMap((left) => b.map((right) => left * right));
        expect([...outer(x, y).dataSync()].map((n) => n + 0)).toEqual(expected.map((n) => n + 0));
        expect(outer(x, y).shape).toEqual([x.size, y.size]);
      }),
    );
  });
});
