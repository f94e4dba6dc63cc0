// First values: their moments, by what each paper says, and what is orthogonal.
import { eye, manualSeed } from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import {
  constant,
  convolution2d,
  dense,
  heNormal,
  heUniform,
  type Initializer,
  lstm,
  normal,
  orthogonal,
  uniform,
  type WeightShape,
  xavierNormal,
  xavierUniform,
  zeros,
} from "@nabla/nn";
import { describe, expect, test } from "vitest";

type VarianceOf = (inputs: number, outputs: number) => number;

/** By what each paper says, of the inputs and outputs of a neuron. */
const variances: readonly (readonly [string, Initializer, VarianceOf])[] = [
  ["xavierUniform", xavierUniform(), (inputs, outputs) => 2 / (inputs + outputs)],
  ["xavierNormal", xavierNormal(), (inputs, outputs) => 2 / (inputs + outputs)],
  ["heUniform", heUniform(), (inputs) => 2 / inputs],
  ["heNormal", heNormal(), (inputs) => 2 / inputs],
  ["uniform", uniform({ low: -0.3, high: 0.3 }), () => 0.6 ** 2 / 12],
  ["normal", normal({ standardDeviation: 0.2 }), () => 0.04],
];

describe.each<[string, WeightShape, number, number]>([
  ["a matrix", [200, 100], 200, 100],
  ["a kernel", [40, 30, 3, 5], 30 * 3 * 5, 40 * 3 * 5],
])("of %s", (_, shape, inputs, outputs) => {
  test.each(variances)("%s has the variance of its inputs and outputs", (__, initializer, of) => {
    manualSeed(2);
    const variance = of(inputs, outputs);
    const w = initializer(shape).cast("float64");
    // Five standard deviations of the estimates, of normal draws.
    expect(Math.abs(w.mean().itemSync())).toBeLessThan(5 * Math.sqrt(variance / w.size));
    const ratio = w.square().mean().itemSync() / variance;
    expect(Math.abs(ratio - 1)).toBeLessThan(5 * Math.sqrt(2 / w.size));
  });
});

test("draws are the same after the same manualSeed", () => {
  const drawn = () => {
    manualSeed(3);
    return dense(4, 4).weight.arraySync();
  };
  expect(drawn()).toEqual(drawn());
});

test.each<[WeightShape]>([[[4, 7]], [[7, 4]], [[6, 6]], [[3, 2, 2, 2]]])(
  "orthogonal rows or columns of %j, whichever are fewer",
  (shape) => {
    const w = orthogonal({ gain: 3 })(shape, { dtype: "float64" });
    const matrix = w.reshape([shape[0], w.size / shape[0]]);
    const [rows, columns] = matrix.shape;
    const few = rows <= columns ? matrix : matrix.transpose();
    const products = few.matmul(few.transpose());
    expectClose(products, eye(few.shape[0], undefined, { dtype: "float64" }).mul(9), {
      absoluteTolerance: 1e-12,
    });
  },
);

test("orthogonal matrices of large random draws stay orthogonal", () => {
  manualSeed(4);
  const w = orthogonal()([100, 100], { dtype: "float64" });
  const off = w.matmul(w.transpose()).sub(eye(100, undefined, { dtype: "float64" }));
  expect(off.abs().max().itemSync()).toBeLessThan(1e-12);
});

test("layers ask for the fans that they have, in the dtype that they have", () => {
  const asked: unknown[] = [];
  const initializer: Initializer = (shape, options) => {
    asked.push([shape, options]);
    return zeros()(shape);
  };
  dense(3, 2, { initializer, dtype: "float64" });
  convolution2d(4, 6, 3, { groups: 2, initializer });
  const layer = lstm(3, 5, { initializer, dtype: "float64" });
  expect(asked.slice(0, 3)).toEqual([
    [[3, 2], { dtype: "float64" }],
    [[6, 2, 3, 3], { fans: [18, 27], dtype: "float32" }],
    [[5, 3], { fans: [3, 5], dtype: "float64" }],
  ]);
  expect(layer.inputWeight.dtype).toBe("float64");
});

test("a forget gate's bias starts at 1, the others at 0", () => {
  const named = Object.fromEntries(lstm(2, 2).namedParameters());
  expect(named["bias_ih_l0"]!.arraySync()).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
  expect(named["bias_hh_l0"]!.abs().max().itemSync()).toBe(0);
});

test("zeros and constant are what they say, as initialisers and as themselves", () => {
  const filled = (initializer: Initializer) => dense(1, 2, { initializer }).weight.arraySync();
  expect(filled(zeros())).toEqual([[0, 0]]);
  expect(filled(zeros)).toEqual([[0, 0]]);
  expect(filled(constant(2))).toEqual([[2, 2]]);
  expect(zeros([2], { dtype: "int32" }).dtype).toBe("int32");
});
