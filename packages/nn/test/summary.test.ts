// Summaries: rows of layers, and a model that is as it was.
import { manualSeed, random, type Tensor } from "@nabla/autograd";
import {
  batchNorm,
  convolution2d,
  dense,
  dropout,
  embedding,
  flatten,
  gru,
  type Layer,
  madeOf,
  maxPooling2d,
  relu,
  rnn,
  sequential,
  summary,
} from "@nabla/nn";
import { expect, test } from "vitest";

const model = () =>
  sequential(
    sequential(convolution2d(1, 8, 3), batchNorm(8), relu, maxPooling2d(2)),
    flatten(),
    dropout(0.5),
    dense(1352, 10),
  );

test("needs no shape of a model that begins with a dense layer", () => {
  const network = sequential(sequential(dense(3, 4), relu), dense(4, 2));
  expect(summary(network)).toBe(summary(network, [1, 3]));
});

test("has a row a layer, by place, with what it gives and what it learns", () => {
  expect(summary(model(), [100, 1, 28, 28])).toBe(
    `
layer               output             parameters         FLOP        bytes
0.0 convolution2d   [100, 8, 26, 26]           80   10,275,200    2,477,120
0.1 batchNorm       [100, 8, 26, 26]           16    2,163,216    4,326,528
0.2 relu            [100, 8, 26, 26]            0      540,800    4,326,400
0.3 maxPooling2d    [100, 8, 13, 13]            0      540,800    2,704,000
1 flatten           [100, 1352]                 0            0    1,081,600
2 dropout           [100, 1352]                 0            0    1,081,600
3 dense             [100, 10]              13,530    2,705,000      598,920
total                                      13,626   16,225,016   16,596,168`.trim(),
  );
});

/** The row of a model that is one layer. */
function row(model: Layer, shape: readonly number[]): readonly string[] {
  return summary(model, shape).split("\n")[1]!.split(/ {3,}/);
}

test("counts what formulas say: products, windows, and steps as often as they are taken", () => {
  const [n, time, inputs, hidden] = [2, 7, 3, 5];
  // Of all steps at once the inputs' products; then in each the state's, two sums and tanh.
  const ofInputs = n * time * hidden * (2 * inputs + 1);
  const ofStates = time * n * hidden * (2 * hidden + 3);
  const counted = (model: Layer, shape: readonly number[]) =>
    Number(row(model, shape)[3]!.replaceAll(",", ""));
  expect(counted(rnn(inputs, hidden), [n, time, inputs])).toBe(ofInputs + ofStates);
  const grouped = convolution2d(4, 6, [3, 2], { groups: 2, bias: false, dtype: "float64" });
  expect(counted(grouped, [n, 4, 5, 5])).toBe(2 * (n * 6 * 3 * 4) * (2 * 3 * 2));
  expect(counted(dense(3, 4, { bias: false }), [n, 3])).toBe(2 * n * 3 * 4);
});

test("counts bytes of what goes in and out, of parameters and of buffers, by their dtypes", () => {
  expect(row(batchNorm(3), [4, 3])[4]).toBe(String(2 * 4 * 3 * 4 + 4 * 3 * 4));
  expect(row(batchNorm(3, { dtype: "float64" }), [4, 3])[4]).toBe(
    String(4 * 3 * 4 + 4 * 3 * 8 + 4 * 3 * 8),
  );
});

test("takes whole numbers for embeddings", () => {
  const letters = sequential(embedding(30, 8), gru(8, 16, { returns: "last" }));
  expect(summary(letters, [2, 5], { dtype: "int32" })).toContain("1 gru         [2, 16]");
});

test("a layer of one's own is a row with the name that it has, if any", () => {
  const parts = { inner: dense(3, 3) };
  const own = { ...madeOf(parts), forward: (x: Tensor) => parts.inner.forward(x).tanh() };
  expect(row(own, [1, 3])[0]).toBe("layer");
  expect(row({ ...own, kind: "bounded" }, [1, 3])[0]).toBe("bounded");
});

test("changes neither statistics, nor modes, nor the draws to come", () => {
  const network = model();
  const [, , drops] = network.layers;
  manualSeed(3);
  const wanted = random.uniform([3]).arraySync();
  manualSeed(3);
  summary(network, [2, 1, 28, 28]);
  expect(random.uniform([3]).arraySync()).toEqual(wanted);
  expect(network.namedBuffers()[0]![1].abs().max().itemSync()).toBe(0);
  expect(drops.training).toBe(true);
  drops.evaluate();
  summary(network, [2, 1, 28, 28]);
  expect(drops.training).toBe(false);
  expect(() => summary(network, [2, 3, 28, 28])).toThrow(
    "convolution2d: expects [examples, 1, height, width], got [2, 3, 28, 28]",
  );
});
