// Convolutions, pooling and upsampling along one, two and three axes beside PyTorch's.
import { tensor, zeros } from "@nabla/autograd";
import {
  adaptiveAveragePooling1d,
  adaptiveAveragePooling2d,
  adaptiveAveragePooling3d,
  adaptiveMaxPooling1d,
  adaptiveMaxPooling2d,
  adaptiveMaxPooling3d,
  averagePooling1d,
  averagePooling3d,
  convolution1d,
  convolution3d,
  convolutionTranspose1d,
  convolutionTranspose2d,
  convolutionTranspose3d,
  globalAveragePooling,
  globalMaxPooling,
  maxPooling1d,
  maxPooling3d,
  pixelShuffle,
  pixelUnshuffle,
  separableConvolution1d,
  separableConvolution2d,
  upsampling1d,
  upsampling2d,
  upsampling3d,
} from "@nabla/nn";
import { describe, expect, test } from "vitest";
import { compareWithPyTorch, dtype } from "./pytorch-cases.ts";

const wider = { stride: 2, padding: 1, outputPadding: 1, dtype } as const;
const linear = { method: "linear" } as const;

compareWithPyTorch({
  "conv-1d": {
    layer: convolution1d(4, 6, 3, { stride: 2, padding: 2, dilation: 2, groups: 2, dtype }),
  },
  "conv-3d": { layer: convolution3d(2, 3, [1, 3, 2], { padding: [0, 1, 1], dtype }) },
  "conv-transpose-1d": { layer: convolutionTranspose1d(4, 6, 3, { groups: 2, ...wider }) },
  "conv-transpose-2d": {
    layer: convolutionTranspose2d(4, 3, [3, 2], { dilation: [1, 2], ...wider }),
  },
  "conv-transpose-3d": {
    layer: convolutionTranspose3d(2, 3, 2, { stride: 2, bias: false, dtype }),
  },
  "separable-1d": { layer: separableConvolution1d(4, 5, 3, { dtype }) },
  "separable-2d": { layer: separableConvolution2d(4, 5, 3, { dtype }) },
  "max-pool-1d": { layer: maxPooling1d(3, { stride: 2, padding: 1 }) },
  "max-pool-3d": { layer: maxPooling3d(2) },
  "average-pool-1d": { layer: averagePooling1d(3, { padding: 1 }) },
  "average-pool-3d": { layer: averagePooling3d([2, 1, 2]) },
  "global-max-pool": { layer: globalMaxPooling() },
  "global-average-pool": { layer: globalAveragePooling() },
  "adaptive-average-pool-1d": { layer: adaptiveAveragePooling1d(4) },
  "adaptive-average-pool-2d": { layer: adaptiveAveragePooling2d([4, 7]) },
  "adaptive-average-pool-3d": { layer: adaptiveAveragePooling3d([2, 3, 2]) },
  "adaptive-max-pool-1d": { layer: adaptiveMaxPooling1d(4) },
  "adaptive-max-pool-2d": { layer: adaptiveMaxPooling2d([4, 7]) },
  "adaptive-max-pool-3d": { layer: adaptiveMaxPooling3d([2, 3, 2]) },
  "upsampling-1d": { layer: upsampling1d(2) },
  "upsampling-2d": { layer: upsampling2d(2) },
  "upsampling-3d": { layer: upsampling3d(2) },
  "upsampling-linear-1d": { layer: upsampling1d(3, linear) },
  "upsampling-linear-2d": { layer: upsampling2d(3, linear) },
  "upsampling-linear-3d": { layer: upsampling3d(3, linear) },
  "upsampling-aligned": { layer: upsampling2d([2, 3], { ...linear, alignCorners: true }) },
  "pixel-shuffle": { layer: pixelShuffle(2) },
  "pixel-unshuffle": { layer: pixelUnshuffle(2) },
});

describe.each(["float32", "int32", "bool"] as const)("of %s", (dtype) => {
  const x = tensor([[[1, 0, 1]]], { dtype });

  test("adaptiveAveragePooling1d has means", () => {
    expect(adaptiveAveragePooling1d(2).forward(x).arraySync()).toEqual([[[0.5, 0.5]]]);
  });

  test("upsampling1d has what lies between neighbours", () => {
    const between = [[[1, 0.75, 0.25, 0.25, 0.75, 1]]];
    expect(upsampling1d(2, linear).forward(x).arraySync()).toEqual(between);
  });
});

test("an infinity reaches the places that it has a part in alone", () => {
  const infinity = Number.POSITIVE_INFINITY;
  const x = tensor([[[1, 3, infinity, 5]]]);
  expect(adaptiveAveragePooling1d(2).forward(x).arraySync()).toEqual([[[2, infinity]]]);
  expect(
    upsampling1d(3, linear)
      .forward(x.slice(-1, 1, 4))
      .arraySync(),
  ).toEqual([[[3, 3, infinity, infinity, infinity, infinity, infinity, 5, 5]]]);
});

test("without places there is nothing to pool, and nothing between", () => {
  const none = zeros([2, 3, 0]);
  for (const layer of [adaptiveAveragePooling1d(2), adaptiveMaxPooling1d(2)]) {
    expect(() => layer.forward(none)).toThrow("Pooling1d: [2, 3, 0] has no places to pool");
  }
  expect(upsampling1d(2, linear).forward(none).shape).toEqual([2, 3, 0]);
});
