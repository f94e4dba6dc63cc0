// Training and evaluation: a model is told, and no other model hears of it.
import { compile, ones, type Tensor, tensor, zeros } from "@nabla/autograd";
import { describe, expect, test } from "vitest";
import { dense } from "../src/dense.ts";
import { batchNorm } from "../src/layers/batch-norm.ts";
import { type Dropout, dropout, dropPath, spatialDropout } from "../src/layers/dropout.ts";
import { sequential } from "../src/sequential.ts";

describe("train and evaluate", () => {
  test("reach all layers of a model, and no other model", () => {
    const make = () => sequential(dense(2, 2), sequential(dropout(0.5), batchNorm(2)));
    const [one, other] = [make(), make()];
    const modes = ({ layers: [, inner] }: typeof one) =>
      inner.layers.map((layer) => layer.training);
    one.evaluate();
    expect(modes(one)).toEqual([false, false]);
    expect(modes(other)).toEqual([true, true]);
    one.train();
    expect(modes(one)).toEqual([true, true]);
  });
});

describe("dropout", () => {
  test("keeps the expectation, and leaves out the share it was told", () => {
    const y = dropout(0.25).forward(ones([40_000]));
    const kept = y.greater(0).mean().itemSync();
    // Five standard deviations of a binomial share.
    const allowed = 5 * Math.sqrt((0.25 * 0.75) / 40_000);
    expect(Math.abs(kept - 0.75)).toBeLessThan(allowed);
    expect([...new Set(y.dataSync())].sort((a, b) => a - b)).toEqual([0, Math.fround(1 / 0.75)]);
  });

  test("draws anew at each call, of a compiled function too, and not at all after evaluate()", () => {
    const layer = dropout(0.5);
    const forward = (x: Tensor) => layer.forward(x);
    const x = ones([64]) as Tensor;
    for (const call of [forward, compile(forward)]) {
      const draws = [0, 1, 2].map(() => call(x).arraySync() as number[]);
      expect(new Set(draws.map(String)).size).toBe(3);
    }
    layer.evaluate();
    expect(layer.forward(x)).toBe(x);
  });

  test("passes the gradient on where it let the activation through", () => {
    const layer = sequential(dense(3, 50), dropout(0.5));
    const y = layer.forward(ones([1, 3]));
    const [first] = layer.layers;
    y.sum().backward();
    const through = y.notEqual(0).mul(2).dataSync();
    expect([...first.bias!.grad!.dataSync()].every((g, i) => through[i] === 0 || g === 2)).toBe(
      true,
    );
    expect(first.bias!.grad!.sum().itemSync()).toBeGreaterThan(0);
  });

  test.each([-0.1, 1, Number.NaN])("refuses a rate of %s", (rate) => {
    expect(() => dropout(rate)).toThrow(`dropout: rate is ${rate}, expected 0 up to 1`);
  });

  test("takes any shape", () => {
    expect(dropout(0.5).forward(zeros([2, 0, 3])).shape).toEqual([2, 0, 3]);
  });
});

describe("channels and examples", () => {
  test.each<[name: string, layer: Dropout, shape: number[], places: number[]]>([
    ["spatialDropout", spatialDropout(0.25), [100, 40, 3], [2]],
    ["dropPath", dropPath(0.25), [4000, 3], [1]],
  ])("%s leaves them out whole, and keeps the expectation", (_, layer, shape, places) => {
    const y: Tensor = layer.forward(ones(shape));
    expect(
      y
        .max([...places])
        .equal(y.min([...places]))
        .all()
        .itemSync(),
    ).toBe(1);
    const kept = y.greater(0).mean().itemSync();
    expect(Math.abs(kept - 0.75)).toBeLessThan(5 * Math.sqrt((0.25 * 0.75) / 4000));
    expect([...new Set(y.dataSync())].sort((a, b) => a - b)).toEqual([0, Math.fround(1 / 0.75)]);
    layer.evaluate();
    const x: Tensor = ones(shape);
    expect(layer.forward(x)).toBe(x);
    expect(layer.training).toBe(false);
    layer.train();
    expect(layer.training).toBe(true);
  });

  test("want the axes that they are about", () => {
    expect(() => spatialDropout(0.5).forward(ones([2, 3]))).toThrow(
      "spatialDropout: expects [examples, channels, ...places], got [2, 3]",
    );
    expect(() => dropPath(0.5).forward(tensor(1))).toThrow(
      "dropPath: expects [examples, ...], got []",
    );
  });
});
