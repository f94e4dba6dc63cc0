// Metrics against naive loops.
import { oneHot, random, type Tensor, tensor } from "@nabla/autograd";
import { tensors } from "@nabla/autograd/testing";
import { accuracy, binaryAccuracy, confusionMatrix, topK } from "@nabla/nn";
import fc from "fast-check";
import { expect, test } from "vitest";

const drawn = fc.tuple(
  // Few different values, so that some are equal.
  tensors({ shape: [6, 4], dtype: "int32", min: 0, max: 3 }).map((x) => x.cast("float32")),
  tensors({ shape: [6], dtype: "int32", min: 0, max: 3 }),
);

/** Classes by output, the greatest first, the first of equal ones before the others. */
const order = (row: readonly number[]) =>
  row.map((_, i) => i).toSorted((a, b) => row[b]! - row[a]! || a - b);

const rowsOf = (x: Tensor) => x.arraySync() as number[][];

test("topK is the share of examples with the right class among the first k", () => {
  fc.assert(
    fc.property(drawn, fc.integer({ min: 1, max: 4 }), ([outputs, labels], k) => {
      const right = [...labels.dataSync()];
      const hits = rowsOf(outputs).filter((row, i) => order(row).slice(0, k).includes(right[i]!));
      expect(topK(k)(outputs, labels).itemSync()).toBeCloseTo(hits.length / 6, 6);
      const first = topK(1)(outputs, labels).itemSync();
      expect(first).toBeCloseTo(accuracy(outputs, labels).itemSync(), 6);
    }),
    { numRuns: 30 },
  );
});

/** Rows of classes with NaN here and there, and labels. */
const withNaN = fc.integer({ min: 2, max: 4 }).chain((classes) =>
  fc.record({
    rows: fc.array(
      fc.array(fc.constantFrom(0, 1, Number.NaN, Infinity, -Infinity), {
        minLength: classes,
        maxLength: classes,
      }),
      { minLength: 1, maxLength: 5 },
    ),
    draws: fc.array(fc.integer({ min: 0, max: classes - 1 }), { minLength: 5, maxLength: 5 }),
  }),
);

test("an output of NaN is never right, and in a confusion matrix nowhere", () => {
  fc.assert(
    fc.property(withNaN, fc.integer({ min: 1, max: 6 }), ({ rows, draws }, k) => {
      const labels = rows.map((_, i) => draws[i]!);
      const [outputs, right] = [tensor(rows), tensor(labels, { dtype: "int32" })] as const;
      /** How many stand before the right one, NaN before all. */
      const before = rows.map((row, i) => {
        const mine = row[labels[i]!]!;
        return row.filter((x, j) => !(x <= mine) || (x === mine && j < labels[i]!)).length;
      });
      const hits = (most: number) =>
        rows.filter((row, i) => !Number.isNaN(row[labels[i]!]) && before[i]! < most).length;
      expect(topK(k)(outputs, right).itemSync()).toBeCloseTo(hits(k) / rows.length, 6);
      expect(accuracy(outputs, right).itemSync()).toBeCloseTo(hits(1) / rows.length, 6);
      const oneHots = oneHot(right, rows[0]!.length);
      expect(accuracy(outputs, oneHots).itemSync()).toBe(accuracy(outputs, right).itemSync());
      const matrix = confusionMatrix(outputs, right).arraySync();
      const finite = rows.filter((row) => !row.some(Number.isNaN)).length;
      expect(matrix.flat().reduce((sum, count) => sum + count, 0)).toBe(finite);
      expect(matrix.reduce((sum, row, i) => sum + row[i]!, 0)).toBe(hits(1));
    }),
    { numRuns: 40 },
  );
});

test("targets of NaN are never right", () => {
  const outputs = tensor([[0.9, 0.1]]);
  expect(accuracy(outputs, tensor([[Number.NaN, 0]])).itemSync()).toBe(0);
  expect(accuracy(outputs, tensor([Number.NaN])).itemSync()).toBe(0);
  expect(binaryAccuracy(outputs, tensor([[Number.NaN, Number.NaN]])).itemSync()).toBe(0);
});

test("one output has nothing to be greater than: whether it says yes is binaryAccuracy's", () => {
  const [outputs, targets] = [tensor([[-3], [2]]), tensor([[1], [0]])];
  for (const metric of [accuracy, topK(1), confusionMatrix]) {
    expect(() => metric(outputs, targets)).toThrow(
      "outputs [2, 1] have one class, which is always the greatest; " +
        "binaryAccuracy is for outputs that say yes or no",
    );
  }
  expect(binaryAccuracy(outputs, targets).itemSync()).toBe(0);
  const values = fc.constantFrom(-2, 0, 0.4, 0.6, 3, Number.NaN);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(values, fc.constantFrom(-1, 0, 1)), { minLength: 1, maxLength: 6 }),
      fc.constantFrom(0, 0.5),
      (pairs, threshold) => {
        const right = pairs.filter(
          ([x, wanted]) => !Number.isNaN(x) && x > threshold === (wanted === 1),
        ).length;
        const found = binaryAccuracy(
          tensor(pairs.map(([x]) => x)),
          tensor(pairs.map(([, wanted]) => wanted)),
          { threshold },
        );
        expect(found.itemSync()).toBeCloseTo(right / pairs.length, 6);
      },
    ),
    { numRuns: 30 },
  );
  expect(() => binaryAccuracy(outputs, targets, { threshold: Number.NaN })).toThrow(
    "binaryAccuracy: threshold is NaN, expected a finite number",
  );
});

test.each([
  ["accuracy", accuracy],
  ["topK", topK(1)],
  ["confusionMatrix", confusionMatrix],
] as const)("%s refuses labels that are no classes", (name, metric) => {
  const outputs = tensor([[0, 1, 2]]);
  for (const label of [-1, 3]) {
    expect(() => metric(outputs, tensor([label], { dtype: "int32" })).dataSync()).toThrow(
      `${name}: label ${label} is out of range for 3 classes`,
    );
  }
});

test("confusionMatrix counts what was taken for what", () => {
  fc.assert(
    fc.property(drawn, ([outputs, labels]) => {
      const counts = [0, 1, 2, 3].map(() => [0, 0, 0, 0]);
      const right = labels.dataSync();
      rowsOf(outputs).forEach((row, i) => counts[right[i]!]![order(row)[0]!]!++);
      expect(confusionMatrix(outputs, labels).arraySync()).toEqual(counts);
    }),
    { numRuns: 30 },
  );
});

test("metrics take sequences: outputs [batch, time, classes], labels [batch, time]", () => {
  const outputs = random.uniform([2, 5, 3], { seed: 1 });
  const labels = random.randint([2, 5], 0, 3, { seed: 2 });
  const rows = [outputs.reshape([10, 3]), labels.reshape([10])] as const;
  expect(accuracy(outputs, labels).itemSync()).toBe(accuracy(...rows).itemSync());
  expect(topK(2)(outputs, labels).itemSync()).toBe(topK(2)(...rows).itemSync());
  const matrices = [confusionMatrix(outputs, labels), confusionMatrix(...rows)];
  expect(matrices[0]!.arraySync()).toEqual(matrices[1]!.arraySync());
});
