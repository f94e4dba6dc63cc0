// Chains of layers of all kinds: the shapes that come out, and what the compiler refuses, where.
import { type Shape, type ShapeOf, type Tensor, zeros } from "@nabla/autograd";
import {
  adaptiveAveragePooling2d,
  adaptiveMaxPooling1d,
  averagePooling2d,
  averagePooling3d,
  batchNorm,
  convolution1d,
  convolution2d,
  convolution3d,
  convolutionTranspose1d,
  convolutionTranspose2d,
  decoderBlock,
  dense,
  dropout,
  dropPath,
  embedding,
  flatten,
  globalAveragePooling,
  globalMaxPooling,
  glu,
  groupNorm,
  gru,
  gruCell,
  instanceNorm,
  layerNorm,
  learntPositions,
  lstm,
  lstmCell,
  maxPooling1d,
  maxPooling2d,
  mish,
  multiHeadAttention,
  pixelShuffle,
  pixelUnshuffle,
  prelu,
  relu,
  relu6,
  residual,
  rmsNorm,
  rnn,
  selu,
  separableConvolution2d,
  sequential,
  spatialDropout,
  spectralNorm,
  swiglu,
  tanh,
  tiedOutput,
  transformerBlock,
  upsampling1d,
  upsampling2d,
  upsampling3d,
  weightNorm,
} from "@nabla/nn";
import { describe, expectTypeOf, test } from "vitest";
import type { ChannelShape, HalfShape, SequenceShape } from "../src/shapes/layers.ts";
import type { ConvolutionShape, ShuffledShape } from "../src/shapes/windows.ts";
import type { ChainAt, OutputCheck } from "../src/shapes.ts";

declare function shapeOf<X extends Tensor>(x: X): ShapeOf<X>;
declare const n: number;

describe("images", () => {
  const network = sequential(
    convolution2d(1, 8, 3),
    batchNorm(8),
    relu,
    maxPooling2d(2),
    convolution2d(8, 16, 3),
    groupNorm(4, 16),
    averagePooling2d(2),
    flatten(),
    dense(400, 10),
  );

  test("keep examples and know their channels", () => {
    const images = zeros([32, 1, 28, 28]);
    expectTypeOf(shapeOf(network.forward(images))).toEqualTypeOf<[32, 10]>();
    expectTypeOf(shapeOf(network.forward(zeros([n, 1, 28, 28])))).toEqualTypeOf<[number, 10]>();
    expectTypeOf(shapeOf(convolution2d(1, 8, 3).forward(images))).toEqualTypeOf<[32, 8, 26, 26]>();
    const halved = convolution2d(1, 8, [5, 3], { stride: 2, padding: [2, 1] });
    expectTypeOf(shapeOf(halved.forward(images))).toEqualTypeOf<[32, 8, 14, 14]>();
    expectTypeOf(shapeOf(maxPooling2d(2).forward(images))).toEqualTypeOf<[32, 1, 14, 14]>();
    const unknown = convolution2d(1, 8, n).forward(images);
    expectTypeOf(shapeOf(unknown)).toEqualTypeOf<[32, 8, number, number]>();
    expectTypeOf(shapeOf(batchNorm(8).forward(zeros([4, 8, 2])))).toEqualTypeOf<[4, 8, 2]>();
    expectTypeOf(shapeOf(flatten().forward(zeros([32, 8, 13, 13])))).toEqualTypeOf<[32, 1352]>();
  });

  test("of other channels are refused", () => {
    // @ts-expect-error 3 channels
    network.forward(zeros([32, 3, 28, 28]));
    const wrong = sequential(convolution2d(1, 8, 3), maxPooling2d(2), flatten(), dense(1350, 10));
    // @ts-expect-error 13 x 13 places of 8 channels are 1352 features
    wrong.forward(zeros([32, 1, 28, 28]));
    // @ts-expect-error a window of 5 x 5 on 4 x 4
    convolution2d(1, 8, 5).forward(zeros([32, 1, 4, 4]));
    // @ts-expect-error no image
    maxPooling2d(2).forward(zeros([32, 784]));
    // @ts-expect-error 16 channels, 8 given
    sequential(convolution2d(1, 8, 3), relu, batchNorm(16));
    // @ts-expect-error 4 channels, 8 given by way of pooling
    sequential(convolution2d(1, 8, 3), maxPooling2d(2), convolution2d(4, 16, 3));
    type Says<S extends Shape> = OutputCheck<ConvolutionShape<1, 8>, S, "fits">;
    expectTypeOf<
      Says<[32, 3, 28, 28]>
    >().toEqualTypeOf<"convolution2d: expects [examples, 1, height, width], got [32, 3, 28, 28]">();
    expectTypeOf<
      Says<[32, 784]>
    >().toEqualTypeOf<"convolution2d: expects [examples, 1, height, width], got [32, 784]">();
    expectTypeOf<
      OutputCheck<ChannelShape<"batchNorm", 8>, [4], "fits">
    >().toEqualTypeOf<"batchNorm: expects 8 channels, got [4]">();
    type Layers = [
      ReturnType<typeof convolution2d<1, 8, 3>>,
      typeof relu,
      ReturnType<typeof batchNorm<16>>,
    ];
    expectTypeOf<
      ChainAt<Layers, "2">
    >().toEqualTypeOf<"sequential: layer 2: batchNorm: expects 16 channels, got [?, 8, ?, ?]">();
  });
});

describe("places along one, two and three axes", () => {
  test("of convolutions and of what they are put together with", () => {
    const sequence = sequential(
      convolution1d(2, 8, 3),
      maxPooling1d(2),
      convolution1d(8, 4, 3, { padding: "same" }),
      upsampling1d(3),
      globalAveragePooling(),
      dense(4, 2),
    );
    expectTypeOf(shapeOf(sequence.forward(zeros([5, 2, 50])))).toEqualTypeOf<[5, 2]>();
    const volume = convolution3d(1, 4, [1, 3, 3]);
    expectTypeOf(shapeOf(volume.forward(zeros([2, 1, 5, 8, 8])))).toEqualTypeOf<[2, 4, 5, 6, 6]>();
    expectTypeOf(shapeOf(averagePooling3d(2).forward(zeros([2, 3, 4, 8, 8])))).toEqualTypeOf<
      [2, 3, 2, 4, 4]
    >();
    const decoder = sequential(
      convolutionTranspose2d(16, 8, 4, { stride: 2, padding: 1 }),
      pixelShuffle(2),
      separableConvolution2d(2, 6, 3, { padding: "same" }),
      adaptiveAveragePooling2d([7, 5]),
      pixelUnshuffle(1),
      flatten(),
    );
    expectTypeOf(shapeOf(decoder.forward(zeros([3, 16, 7, 7])))).toEqualTypeOf<[3, 210]>();
    const y = convolutionTranspose2d(16, 8, 4, { stride: 2, padding: 1 });
    expectTypeOf(shapeOf(y.forward(zeros([3, 16, 7, 7])))).toEqualTypeOf<[3, 8, 14, 14]>();
    expectTypeOf(shapeOf(upsampling2d([1, 2]).forward(zeros([1, 2, 3, 4])))).toEqualTypeOf<
      [1, 2, 3, 8]
    >();
    expectTypeOf(shapeOf(pixelUnshuffle(2).forward(zeros([1, 2, 6, 4])))).toEqualTypeOf<
      [1, 8, 3, 2]
    >();
    expectTypeOf(shapeOf(adaptiveMaxPooling1d(4).forward(zeros([1, 2, n])))).toEqualTypeOf<
      [1, 2, 4]
    >();
  });

  test("are refused where they do not fit", () => {
    // @ts-expect-error an image
    convolution1d(2, 8, 3).forward(zeros([5, 2, 9, 9]));
    // @ts-expect-error 3 channels
    convolutionTranspose1d(2, 8, 3).forward(zeros([5, 3, 9]));
    // @ts-expect-error 4 channels, 8 given
    sequential(convolutionTranspose2d(2, 8, 3), convolution2d(4, 2, 3));
    // @ts-expect-error 6 channels are no multiple of 4
    pixelShuffle(2).forward(zeros([1, 6, 3, 3]));
    // @ts-expect-error 3 places are no multiple of 2
    pixelUnshuffle(2).forward(zeros([1, 6, 4, 3]));
    // @ts-expect-error no places
    globalMaxPooling().forward(zeros([1, 6]));
    // @ts-expect-error 8 features, 16 given
    sequential(convolution2d(1, 16, 3), globalMaxPooling(), dense(8, 2));
    // @ts-expect-error no volume
    upsampling3d(2).forward(zeros([1, 6, 2, 2]));
    type Says<S extends Shape> = OutputCheck<ShuffledShape<2>, S, "fits">;
    expectTypeOf<
      Says<[1, 6, 3, 3]>
    >().toEqualTypeOf<"pixelShuffle: [1, 6, 3, 3] has 6 channels, expected a multiple of 2²">();
    expectTypeOf<
      OutputCheck<ConvolutionShape<2, 8, 3, 1, 0, 1, 1>, [5, 2], "fits">
    >().toEqualTypeOf<"convolution1d: expects [examples, 2, width], got [5, 2]">();
  });
});

describe("sequences", () => {
  const network = sequential(
    embedding(30, 16),
    transformerBlock(16, 4, { causal: true }),
    layerNorm(16),
    dropout(0.1),
    lstm(16, 32),
    gru(32, 8, { returns: "last" }),
    dense(8, 2),
  );

  test("keep examples and time, until only the last step is wanted", () => {
    const labels = zeros([5, 12], { dtype: "int32" });
    expectTypeOf(shapeOf(network.forward(labels))).toEqualTypeOf<[5, 2]>();
    expectTypeOf(shapeOf(embedding(30, 16).forward(labels))).toEqualTypeOf<[5, 12, 16]>();
    const x = zeros([5, 12, 16]);
    expectTypeOf(shapeOf(lstm(16, 32).forward(x))).toEqualTypeOf<[5, 12, 32]>();
    expectTypeOf(shapeOf(rnn(16, 4, { returns: "last" }).forward(x))).toEqualTypeOf<[5, 4]>();
    expectTypeOf(shapeOf(gru(16, 24, { bidirectional: true, layers: 2 }).forward(x))).toEqualTypeOf<
      [5, 12, 48]
    >();
    const last = { bidirectional: true, returns: "last" } as const;
    expectTypeOf(
      shapeOf(lstm(16, 32, last).forward(x, { lengths: [12, 3, 1, 4, 5] })),
    ).toEqualTypeOf<[5, 64]>();
    sequential(lstm(16, 32, last), dense(64, 2));
    expectTypeOf(shapeOf(lstmCell(16, 32).forward(zeros([5, 16])))).toEqualTypeOf<[5, 32]>();
    expectTypeOf(shapeOf(multiHeadAttention(16, 2).forward(x))).toEqualTypeOf<[5, 12, 16]>();
  });

  test("of other features are refused", () => {
    // @ts-expect-error 8 features
    lstm(16, 32).forward(zeros([5, 12, 8]));
    // @ts-expect-error no time
    gru(16, 32).forward(zeros([5, 16]));
    // @ts-expect-error 64 features, of both directions
    sequential(lstm(16, 32, { bidirectional: true }), dense(32, 2));
    // @ts-expect-error 8 features
    gruCell(16, 32).forward(zeros([5, 8]));
    // @ts-expect-error 32 features, 16 given
    sequential(embedding(30, 16), transformerBlock(32, 4));
    // @ts-expect-error 32 features, 16 given
    sequential(dense(3, 16), tanh, layerNorm(32));
    // @ts-expect-error one row an example, expected a sequence
    sequential(rnn(3, 4, { returns: "last" }), gru(4, 5));
    // @ts-expect-error 8 features, 16 given
    sequential(embedding(30, 16), learntPositions(12, 8));
    // @ts-expect-error 8 features
    decoderBlock(16, 4).forward(zeros([5, 12, 8]), { context: zeros([5, 3, 16]) });
    type Says<S extends Shape> = OutputCheck<SequenceShape<"lstm", 16, 32, "all">, S, "fits">;
    expectTypeOf<
      Says<[5, 12, 8]>
    >().toEqualTypeOf<"lstm: expects [examples, time, 16], got [5, 12, 8]">();
  });
});

describe("units of halves, and tables for both ends", () => {
  test("halve the features, and give one for each row", () => {
    const letters = embedding(30, 16);
    const network = sequential(letters, dense(16, 24), swiglu, dense(12, 16), tiedOutput(letters));
    const labels = zeros([5, 7], { dtype: "int32" });
    expectTypeOf(shapeOf(network.forward(labels))).toEqualTypeOf<[5, 7, 30]>();
    expectTypeOf(shapeOf(glu(zeros([5, n])))).toEqualTypeOf<[5, number]>();
    // @ts-expect-error 12 features, 24 given
    sequential(dense(16, 24), swiglu, dense(24, 16));
    // @ts-expect-error an odd number of features
    glu(zeros([5, 3]));
    // @ts-expect-error 16 features, 8 given
    sequential(dense(3, 8), rmsNorm(16));
    const normed = sequential(
      weightNorm(convolution2d(1, 8, 3)),
      flatten(),
      spectralNorm(dense(72, 2)),
    );
    expectTypeOf(shapeOf(normed.forward(zeros([4, 1, 5, 5])))).toEqualTypeOf<[4, 2]>();
    // @ts-expect-error 3 features, 8 given
    sequential(dense(2, 8), weightNorm(dense(3, 2)));
    // @ts-expect-error 4 channels, 8 given
    sequential(convolution2d(1, 8, 3), prelu(4));
    // @ts-expect-error 4 channels, 8 given
    sequential(convolution2d(1, 8, 3), instanceNorm(4));
    const images = sequential(
      convolution2d(1, 8, 3),
      instanceNorm(8),
      prelu(),
      spatialDropout(0.1),
    );
    expectTypeOf(shapeOf(images.forward(zeros([2, 1, 5, 5])))).toEqualTypeOf<[2, 8, 3, 3]>();
    const activated = sequential(dense(3, 8), mish, selu, relu6, dropPath(0.1), dense(8, 2));
    expectTypeOf(shapeOf(activated.forward(zeros([2, 3])))).toEqualTypeOf<[2, 2]>();
    expectTypeOf<
      OutputCheck<HalfShape<"glu">, [2, 3], "fits">
    >().toEqualTypeOf<"glu: expects an even number of features, got [2, 3]">();
  });
});

describe("residual connections", () => {
  test("keep the shape, which must come out as it went in", () => {
    const block = residual(dense(8, 32), relu, dense(32, 8));
    expectTypeOf(shapeOf(block.forward(zeros([5, 8])))).toEqualTypeOf<[5, 8]>();
    // @ts-expect-error 8 features
    block.forward(zeros([5, 9]));
    // @ts-expect-error [5, 8] goes in, [5, 9] comes out
    residual(dense(8, 9)).forward(zeros([5, 8]));
    // @ts-expect-error 31 features, 32 given
    residual(dense(8, 32), relu, dense(31, 8));
  });
});
