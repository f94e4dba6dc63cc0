/**
 * Images as tensors: files and pixels in, resizing, warps, colours and augmentation with gradients.
 *
 * @module @nabla/images
 */

// Sizes and parts

export { centerCrop, crop, type Rectangle } from "./crop.ts";
export { type ResizeOptions, resize } from "./resize.ts";
export type { Resized, WithChannels } from "./shapes.ts";
export type { Method } from "./taps.ts";

// At positions between pixels

export { type CropAndResizeOptions, cropAndResize } from "./crop-and-resize.ts";
export { type AffineGrid, affineGrid, type GridSampled, gridSample } from "./grid-sample.ts";
export type { SampleOptions } from "./sample.ts";
export {
  type AffineOptions,
  affineMatrix,
  perspectiveMatrix,
  rotate,
  type WarpOptions,
  warp,
} from "./warp.ts";

// Numbers and colours

export {
  adjustBrightness,
  adjustContrast,
  adjustGamma,
  adjustHue,
  adjustSaturation,
} from "./adjust.ts";
export {
  grayscale,
  linearToSrgb,
  rgbToYCbCr,
  srgbToLinear,
  yCbCrToRgb,
} from "./color.ts";
export { hsvToRgb, rgbToHsv } from "./hsv.ts";
export { type ChannelStatistics, imageNet, normalize, toBytes, toFloat } from "./range.ts";

// Random changes, drawn by keys

export { type Augmentation, augment, sometimes } from "./augment/augment.ts";
export { type ColorJitterOptions, colorJitter, gaussianNoise } from "./augment/colors.ts";
export { cutMix, type MixOptions, type Mixture, mixUp } from "./augment/mixing.ts";
export {
  cutOut,
  type RandomAffineOptions,
  type RandomResizedCropOptions,
  randomAffine,
  randomCrop,
  randomFlip,
  randomResizedCrop,
} from "./augment/places.ts";

// Files and pages

export { type DecodeOptions, decodeImage, readImage } from "./files/decode.ts";
export { encodeJpeg, encodePng, writePng } from "./files/encode.ts";
export { fromPixels, type PixelSource, toPixels } from "./files/from-pixels.ts";
export { type ImageHeader, imageHeader } from "./files/header.ts";
export type { PageCanvas, PageContext } from "./files/page.ts";
export type { Channels, Pixels } from "./files/pixels.ts";
