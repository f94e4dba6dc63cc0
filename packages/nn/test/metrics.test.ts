// Metrics against naive loops.
import { random, type Tensor, tensor } from "@nabla/autograd";
import { tensors } from "@nabla/autograd/testing";
import { accuracy, confusionMatrix, topK } from "@nabla/nn";
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

test("topK does not count NaN as right", () => {
  const labels = tensor([0], { dtype: "int32" });
  expect(topK(1)(tensor([[Number.NaN, 0]]), labels).itemSync()).toBe(0);
  expect(topK(1)(tensor([[0, Number.NaN]]), labels).itemSync()).toBe(0);
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
