import { random, type Tensor, tensor, vmap } from "@nabla/autograd";
import { checkGradients, expectClose, tensors } from "@nabla/autograd/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dense } from "../src/dense.ts";
import { embedding } from "../src/layers/embedding.ts";
import { tiedOutput } from "../src/layers/tied-output.ts";
import { sequential } from "../src/sequential.ts";

describe("dense", () => {
  test("is x W + b, neuron by neuron", () => {
    const layer = dense(3, 2);
    fc.assert(
      fc.property(tensors({ shape: [4, 3] }), (x) => {
        const [w, b] = [layer.weight.arraySync(), layer.bias!.arraySync()];
        const wanted = (x.arraySync() as number[][]).map((row) =>
          b.map((bias, j) => row.reduce((sum, a, i) => sum + a * w[i]![j]!, bias)),
        );
        expectClose(layer.forward(x as Tensor<[4, 3]>), wanted, { absoluteTolerance: 1e-5 });
      }),
      { numRuns: 20 },
    );
  });

  test("takes any axes in front, and leaves out the bias when told", () => {
    const layer = dense(3, 2, { bias: false });
    expect(layer.forward(random.uniform([2, 5, 3])).shape).toEqual([2, 5, 2]);
    expect(layer.parameters()).toHaveLength(1);
    expect(layer.parameters()[0]).toBe(layer.weight);
    expect(layer.bias).toBeUndefined();
  });

  test("has the gradients of differences", () => {
    fc.assert(
      fc.property(tensors({ shape: [2, 3] }), tensors({ shape: [3, 4] }), (x, w) =>
        checkGradients((a, b) => a.matmul(b as never).sigmoid(), [x, w]),
      ),
      { numRuns: 5 },
    );
  });

  test.each([
    [() => dense(16.5, 10), "dense: features is 16.5, expected a positive integer"],
    [() => dense(0, 10), "dense: features is 0, expected a positive integer"],
    [
      () => dense(784, 16).forward(random.uniform([2, 28, 28]) as never),
      "dense: expects 784 features, got [2, 28, 28]",
    ],
  ])("refuses what does not fit: %#", (make, message) => expect(make).toThrow(message));
});

describe("sequential", () => {
  test("applies layers and functions in order", () => {
    const first = dense(2, 3);
    const network = sequential(first, (x: Tensor) => x.relu(), dense(3, 1));
    const x = tensor([[1, 2]]);
    const hidden = first.forward(x).relu();
    const [, , last] = network.layers;
    expect(network.forward(x).arraySync()).toEqual(last.forward(hidden).arraySync());
    expect(network.parameters()).toHaveLength(4);
  });

  test("names a shared layer's parameters once", () => {
    const shared = dense(3, 3);
    const [weight, bias, ...others] = sequential(shared, shared).parameters();
    expect(weight).toBe(shared.weight);
    expect(bias).toBe(shared.bias);
    expect(others).toHaveLength(0);
  });

  test("says where features do not fit, when it runs, too", () => {
    const make = sequential as (...layers: unknown[]) => { forward(x: unknown): Tensor };
    const network = make(dense(4, 3), dense(2, 1));
    expect(() => network.forward(random.uniform([1, 4]))).toThrow(
      "dense: expects 2 features, got [1, 3]",
    );
  });

  test("names what is not a layer", () => {
    const make = sequential as (...layers: unknown[]) => unknown;
    expect(() => make(dense(4, 3), 5)).toThrow(
      "sequential: layer 1 is 5, expected a layer or a function",
    );
  });
});

test("an embedding's indices are those of its rows, and none counts from the end", () => {
  const layer = embedding(3, 2);
  for (const index of [-1, -3, 3, 2 ** 31 - 1]) {
    const indices = tensor([0, index], { dtype: "int32" });
    const message = `embedding: index ${index} is out of range, expected 0 to 2`;
    expect(() => layer.forward(indices).dataSync()).toThrow(message);
    layer.weight.grad = null;
    layer.forward(indices).sum().backward();
    expect(() => layer.weight.grad!.dataSync()).toThrow(message);
    expect(() => vmap((one: Tensor) => layer.forward(one))(indices).dataSync()).toThrow(
      "embedding: index",
    );
  }
});

test("the row of padding is 0 at first, keeps what it is given, and never learns", () => {
  const layer = embedding(3, 2, { paddingIndex: 1 });
  expect(layer.weight.arraySync()[1]).toEqual([0, 0]);
  expect(layer.weight.arraySync()[0]).not.toEqual([0, 0]);
  layer.weight.assign(layer.weight.add(1));
  const indices = tensor([1, 2], { dtype: "int32" });
  const y = layer.forward(indices);
  expect(y.arraySync()[0]).toEqual([1, 1]);
  y.sum().backward();
  expect(layer.weight.grad!.arraySync()).toEqual([
    [0, 0],
    [0, 0],
    [1, 1],
  ]);
  expect(() => embedding(3, 2, { paddingIndex: 3 })).toThrow(
    "embedding: paddingIndex is 3, expected an index from 0 to 2",
  );
});

test("a tied output learns by the embedding's table, which has both gradients", () => {
  const letters = embedding(3, 2);
  const output = tiedOutput(letters);
  expect(output.weight).toBe(letters.weight);
  output
    .forward(letters.forward(tensor([0], { dtype: "int32" })))
    .sum()
    .backward();
  // sum over all rows of w0 . w: by w0 the sum of rows, and w0 by each row.
  const [first, second, third] = letters.weight.arraySync();
  const sum = [0, 1].map((i) => first![i]! + second![i]! + third![i]!);
  const wanted = [sum.map((x, i) => x + first![i]!), first!, first!];
  expectClose(letters.weight.grad!, wanted, { absoluteTolerance: 1e-6 });
  expect(() => (tiedOutput as (table: unknown) => unknown)(dense(2, 3))).toThrow(
    "tiedOutput: the table is an object, expected an embedding",
  );
});
