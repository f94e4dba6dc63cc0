// Summaries: rows of layers, and a model that is as it was.
import { manualSeed, random } from "@nabla/autograd";
import {
  batchNorm,
  convolution2d,
  dense,
  dropout,
  embedding,
  flatten,
  gru,
  maxPooling2d,
  relu,
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
layer               output             parameters
0.0 convolution2d   [100, 8, 26, 26]           80
0.1 batchNorm       [100, 8, 26, 26]           16
0.2 relu            [100, 8, 26, 26]            0
0.3 maxPooling2d    [100, 8, 13, 13]            0
1 flatten           [100, 1352]                 0
2 dropout           [100, 1352]                 0
3 dense             [100, 10]              13,530
total                                      13,626`.trim(),
  );
});

test("takes whole numbers for embeddings", () => {
  const letters = sequential(embedding(30, 8), gru(8, 16, { returns: "last" }));
  expect(summary(letters, [2, 5], { dtype: "int32" })).toContain("1 gru         [2, 16]");
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
