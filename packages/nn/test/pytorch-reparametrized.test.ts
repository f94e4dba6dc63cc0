// Weights that are made of others beside PyTorch's `weight_norm` and `spectral_norm`.
import { ones, svd } from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import {
  convolution2d,
  convolutionTranspose2d,
  dense,
  layerNorm,
  relu,
  spectralNorm,
  weightNorm,
} from "@nabla/nn";
import { expect, test } from "vitest";
import { below, compareWithPyTorch, dtype, tolerances } from "./pytorch-cases.ts";

/** Of dense layers. */
const transpose = (name: string): boolean => /^weight_(g|v|orig)$/.test(name);

const spectral = {
  "spectral-norm": () => spectralNorm(dense(3, 4, { dtype })),
  "spectral-norm-conv": () => spectralNorm(convolution2d(2, 3, 2, { dtype })),
  "spectral-norm-transpose": () => spectralNorm(convolutionTranspose2d(2, 3, 2, { dtype })),
} as const;

const transposeOrig = (name: string): boolean => name === "weight_orig";
const cases = Object.entries(spectral).flatMap(([name, make]) => {
  const fixed = make();
  fixed.evaluate();
  const isDense = name === "spectral-norm";
  const own = isDense ? { transpose: transposeOrig } : {};
  return [
    [name, { layer: make(), ...own }],
    [`${name}-fixed`, { layer: fixed, ...own }],
  ] as const;
});

compareWithPyTorch({
  "weight-norm": { layer: weightNorm(dense(3, 4, { dtype })), transpose },
  "weight-norm-conv": { layer: weightNorm(convolution2d(2, 3, 2, { dtype })) },
  ...Object.fromEntries(cases),
});

test("the power method goes on in training alone, in the run that computes the weight", () => {
  const layer = spectralNorm(dense(3, 4, { dtype }));
  const { weight_orig, weight_u } = below("spectral-norm/state/");
  const after = below("spectral-norm/after/");
  layer.original.assign(weight_orig!.transpose());
  layer.left.assign(weight_u!);
  const x = ones([1, 3], { dtype });
  layer.forward(x).dataSync();
  expectClose(layer.left, after["weight_u"]!, tolerances);
  expectClose(layer.right, after["weight_v"]!, tolerances);
  layer.evaluate();
  const before = layer.left.arraySync();
  layer.forward(x).dataSync();
  expect(layer.left.arraySync()).toEqual(before);
  layer.train();
  for (let i = 0; i < 100; i++) layer.forward(x).dataSync();
  const { s } = svd(layer.original.transpose());
  const own = layer.left.matmul(layer.original.transpose()).matmul(layer.right);
  expectClose(own, s.at(0), { relativeTolerance: 1e-6 });
});

test("a new weight of lengths and directions is what it was", () => {
  const inner = dense(3, 4, { dtype });
  const x = ones([2, 3], { dtype });
  const y = inner.forward(x);
  const layer = weightNorm(inner);
  expectClose(layer.forward(x), y, tolerances);
  expect(layer.lengths.shape).toEqual([1, 4]);
  expect(layer.parameters()).not.toContain(inner.weight);
  expect(() => (weightNorm as (layer: unknown) => unknown)(relu)).toThrow(
    "weightNorm: the model is a function, expected a layer",
  );
  expect(() => (weightNorm as (layer: unknown) => unknown)(layerNorm(3))).toThrow(
    "weightNorm: the layer's weight is a row of numbers, expected a matrix or a kernel",
  );
  expect(() => weightNorm(inner, { axis: 2 })).toThrow(
    "weightNorm: axis is 2, expected an axis of the weight, from -2 to 1",
  );
});
