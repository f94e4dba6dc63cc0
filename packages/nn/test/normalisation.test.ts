// Normalising layers: against the formulas written out, their gradients, and what must not matter.
import { compile, manualSeed, random, realize, type Tensor, tensor } from "@nabla/autograd";
import { expectClose, tensors } from "@nabla/autograd/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { dense } from "../src/dense.ts";
import { batchNorm } from "../src/layers/batch-norm.ts";
import { sgd } from "../src/optimizers/sgd.ts";
import { sequential } from "../src/sequential.ts";

describe("batchNorm", () => {
  type Step = (x: Tensor) => Tensor;
  /** Mean and unbiased variance of each column. */
  const statistics = (rows: readonly number[][]) =>
    rows[0]!.map((_, j) => {
      const column = rows.map((row) => row[j]!);
      const mean = column.reduce((sum, x) => sum + x) / column.length;
      const squares = column.reduce((sum, x) => sum + (x - mean) ** 2, 0);
      return { mean, unbiased: squares / (column.length - 1), biased: squares / column.length };
    });

  test("gives each channel the mean 0 and the variance 1, over examples and places", () => {
    fc.assert(
      fc.property(tensors({ shape: [3, 2, 4], dtype: "float64" }), (x) => {
        const y = batchNorm(2, { dtype: "float64", epsilon: 1e-12 }).forward(x as never) as Tensor;
        const spread = x.variance([0, 2]).dataSync();
        expectClose(y.mean([0, 2]), [0, 0], { absoluteTolerance: 1e-6 });
        const wanted = [...spread].map((variance) => variance / (variance + 1e-12));
        expectClose(y.variance([0, 2]), Float64Array.from(wanted), { absoluteTolerance: 1e-8 });
      }),
      { numRuns: 20 },
    );
  });

  test("moves its running statistics towards each batch's, and uses them after evaluate()", () => {
    const layer = batchNorm(2, { momentum: 0.25 });
    const batches = [
      [
        [1, 10],
        [3, 20],
        [8, 60],
      ],
      [
        [-1, 5],
        [0, 5],
        [4, 8],
      ],
    ];
    let [mean, variance] = [
      [0, 0],
      [1, 1],
    ];
    for (const batch of batches) {
      layer.forward(tensor(batch));
      const measured = statistics(batch);
      mean = mean.map((m, j) => 0.75 * m + 0.25 * measured[j]!.mean);
      variance = variance.map((v, j) => 0.75 * v + 0.25 * measured[j]!.unbiased);
    }
    expectClose(layer.runningMean, mean);
    expectClose(layer.runningVariance, variance);
    layer.evaluate();
    const y = layer.forward(tensor([[2, 7]]));
    expectClose(y, [[2, 7].map((x, j) => (x - mean[j]!) / Math.sqrt(variance[j]! + 1e-5))]);
    expectClose(layer.runningMean, mean);
  });

  test("names its statistics as buffers, behind the layer's place, and trains none of them", () => {
    const network = sequential(dense(3, 2), batchNorm(2));
    const [, norm] = network.layers;
    const [mean, variance, ...others] = network.namedBuffers();
    expect([mean![0], variance![0]]).toEqual(["1.running_mean", "1.running_var"]);
    expect(mean![1]).toBe(norm.runningMean);
    expect(others).toHaveLength(0);
    expect(network.namedParameters().map(([name]) => name)).toEqual([
      "0.weight",
      "0.bias",
      "1.weight",
      "1.bias",
    ]);
    network.evaluate();
    network
      .forward(random.uniform([4, 3]))
      .sum()
      .backward();
    expect(norm.runningMean.grad).toBeNull();
    expect(norm.weight.grad).not.toBeNull();
  });

  test("a compiled step moves the statistics at each call, as one that is not compiled does", () => {
    const trained = (wrap: (f: Step) => Step) => {
      manualSeed(5);
      const network = sequential(dense(3, 4), batchNorm(4), dense(4, 1));
      const optimizer = sgd(network.parameters(), { learningRate: 0.1 });
      const step = wrap((x) => {
        const cost = network.forward(x).square().mean();
        cost.backward();
        optimizer.step();
        return cost;
      });
      for (let seed = 0; seed < 4; seed++) step(random.normal([5, 3], { seed }));
      const all = [...network.namedParameters(), ...network.namedBuffers()];
      return all.map(([, p]) => [...p.dataSync()]);
    };
    const compiled = trained(compile);
    expect(compiled).toEqual(trained((f) => f));
    expect(compiled.at(-1)!.every((variance) => variance !== 1)).toBe(true);
  });

  test("keeps no graph of steps gone by, though only parameters are read", () => {
    const layer = batchNorm(2);
    const x = random.normal([6, 2], { seed: 1 });
    for (let i = 0; i < 3; i++) realize(layer.forward(x));
    expect(layer.runningMean.toString()).not.toContain("sum axes");
  });

  test("refuses one element a channel, in training only", () => {
    const layer = batchNorm(2);
    expect(() => layer.forward(tensor([[1, 2]]))).toThrow(
      "batchNorm: [1, 2] has 1 elements a channel, expected at least 2 in training; " +
        "evaluate() uses the running statistics",
    );
    layer.evaluate();
    expect(layer.forward(tensor([[1, 2]])).shape).toEqual([1, 2]);
  });
});
