// Layers, and activations that are not operations of autograd.
export {
  celu,
  hardShrink,
  hardSwish,
  hardTanh,
  mish,
  relu6,
  selu,
  softMin,
  softShrink,
  softSign,
  tanhShrink,
  threshold,
} from "./activations/elementwise.ts";
export type { GatedUnit } from "./activations/gated.ts";
export { geglu, glu, reglu, swiglu } from "./activations/gated.ts";
export type { Dense, DenseOptions } from "./dense.ts";
export { dense } from "./dense.ts";
export type { AdaptivePooling } from "./layers/adaptive-pooling.ts";
export {
  adaptiveAveragePooling1d,
  adaptiveAveragePooling2d,
  adaptiveAveragePooling3d,
  adaptiveMaxPooling1d,
  adaptiveMaxPooling2d,
  adaptiveMaxPooling3d,
} from "./layers/adaptive-pooling.ts";
export type {
  AttentionCache,
  AttentionInputs,
  AttentionOptions,
  MultiHeadAttention,
} from "./layers/attention.ts";
export { multiHeadAttention } from "./layers/attention.ts";
export type { BatchNorm, BatchNormOptions } from "./layers/batch-norm.ts";
export { batchNorm } from "./layers/batch-norm.ts";
export type { TransformerBlockOptions } from "./layers/block.ts";
export type { CellOptions, RecurrentCell, RnnCellOptions } from "./layers/cells.ts";
export { gruCell, lstmCell, rnnCell } from "./layers/cells.ts";
export type {
  Convolution2d,
  Convolution2dOptions,
  ConvolutionLayer,
  ConvolutionLayerOptions,
} from "./layers/convolution.ts";
export { convolution1d, convolution2d, convolution3d } from "./layers/convolution.ts";
export type { DecoderBlock, DecoderInputs } from "./layers/decoder-block.ts";
export { decoderBlock } from "./layers/decoder-block.ts";
export type { Dropout } from "./layers/dropout.ts";
export { dropout, dropPath, spatialDropout } from "./layers/dropout.ts";
export type { Embedding, EmbeddingOptions } from "./layers/embedding.ts";
export { embedding } from "./layers/embedding.ts";
export type { FlattenLayer } from "./layers/flatten.ts";
export { flatten } from "./layers/flatten.ts";
export type { GlobalPooling } from "./layers/global-pooling.ts";
export { globalAveragePooling, globalMaxPooling } from "./layers/global-pooling.ts";
export type { GroupNorm } from "./layers/group-norm.ts";
export { groupNorm } from "./layers/group-norm.ts";
export type { InstanceNorm, InstanceNormOptions } from "./layers/instance-norm.ts";
export { instanceNorm } from "./layers/instance-norm.ts";
export type { LayerNorm, NormOptions } from "./layers/layer-norm.ts";
export { layerNorm } from "./layers/layer-norm.ts";
export type { Lengths } from "./layers/lengths.ts";
export type { PixelShuffle } from "./layers/pixel-shuffle.ts";
export { pixelShuffle, pixelUnshuffle } from "./layers/pixel-shuffle.ts";
export type { Pooling2d, PoolingLayer } from "./layers/pooling.ts";
export {
  averagePooling1d,
  averagePooling2d,
  averagePooling3d,
  maxPooling1d,
  maxPooling2d,
  maxPooling3d,
} from "./layers/pooling.ts";
export type {
  LearntOptions,
  LearntPositions,
  RotaryOptions,
  SinusoidalPositions,
  WaveOptions,
} from "./layers/positions.ts";
export { alibi, learntPositions, rotary, sinusoidalPositions } from "./layers/positions.ts";
export type { Prelu, PreluOptions } from "./layers/prelu.ts";
export { prelu } from "./layers/prelu.ts";
export type {
  Recurrent,
  RecurrentOptions,
  RnnOptions,
  SequenceOptions,
  Unrolled,
} from "./layers/recurrent.ts";
export { gru, lstm, rnn } from "./layers/recurrent.ts";
export type {
  SpectralNorm,
  SpectralNormOptions,
  Weighted,
  WeightNorm,
  WeightNormOptions,
} from "./layers/reparametrized.ts";
export { spectralNorm, weightNorm } from "./layers/reparametrized.ts";
export type { Residual } from "./layers/residual.ts";
export { residual } from "./layers/residual.ts";
export type { RmsNorm } from "./layers/rms-norm.ts";
export { rmsNorm } from "./layers/rms-norm.ts";
export type { SeparableConvolution, SeparableOptions } from "./layers/separable-convolution.ts";
export {
  separableConvolution1d,
  separableConvolution2d,
} from "./layers/separable-convolution.ts";
export type { TiedOutput, TiedOutputOptions } from "./layers/tied-output.ts";
export { tiedOutput } from "./layers/tied-output.ts";
export type { TransformerBlock } from "./layers/transformer-block.ts";
export { transformerBlock } from "./layers/transformer-block.ts";
export type { TransposedLayer, TransposedLayerOptions } from "./layers/transposed-convolution.ts";
export {
  convolutionTranspose1d,
  convolutionTranspose2d,
  convolutionTranspose3d,
} from "./layers/transposed-convolution.ts";
export type { Upsampling, UpsamplingOptions } from "./layers/upsampling.ts";
export { upsampling1d, upsampling2d, upsampling3d } from "./layers/upsampling.ts";
