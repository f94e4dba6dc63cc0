// Between tensors and what pages show.
import { NablaError, type Tensor } from "@nabla/autograd";
import { checkOptions, describe } from "@nabla/autograd/checks";
import { drawnPixels, imageDataOf, type PageCanvas } from "./page.ts";
import {
  bytesOf,
  type Channels,
  channelsKind,
  type Pixels,
  tensorOfPixels,
  withAlpha,
} from "./pixels.ts";

/**
 * Something with pixels: an `ImageData`, or whatever has its form, also in Node; in pages a canvas, an
 * `ImageBitmap`, a video or an image element.
 */
export type PixelSource =
  | { readonly width: number; readonly height: number; readonly data: ArrayLike<number> }
  | { readonly width: number; readonly height: number }
  | { readonly videoWidth: number; readonly videoHeight: number }
  | { readonly naturalWidth: number; readonly naturalHeight: number };

/**
 * Gives the pixels of a source as they are now, [channels, height, width], uint8: red, green and blue; with
 * `channels: 4` alpha, with 1 luma (ITU-R BT.601). `toFloat` makes fractions of them. Throws `NablaError` for
 * what has no pixels (yet), whose data does not have four bytes a pixel, or may not be read, as images of
 * other origins.
 *
 * @example
 * const data = Uint8ClampedArray.of(255, 128, 0, 255, 0, 0, 9, 255);
 * fromPixels({ width: 2, height: 1, data }).arraySync(); // => [[[255, 0]], [[128, 0]], [[0, 9]]]
 */
export function fromPixels<const C extends Channels = 3>(
  source: PixelSource,
  options: { readonly channels?: C } = {},
): Tensor<[C, number, number]> {
  checkOptions("fromPixels", options, { channels: channelsKind });
  const { channels = 3 as C } = options;
  return tensorOfPixels({ ...pixelsOf(source), channels: 4 }, channels);
}

function pixelsOf(
  source: PixelSource,
): Omit<Pixels, "data"> & { readonly data: ArrayLike<number> } {
  if (typeof source !== "object" || source === null) {
    throw new NablaError(
      `fromPixels: got ${describe(source)}, expected ImageData, a canvas, or an image`,
    );
  }
  // A video's or an image's width is that of its place in the page.
  const given = source as Readonly<Record<string, unknown>>;
  const width = given["videoWidth"] ?? given["naturalWidth"] ?? given["width"];
  const height = given["videoHeight"] ?? given["naturalHeight"] ?? given["height"];
  if (!isCount(width) || !isCount(height)) {
    const size = `${describe(width)} x ${describe(height)}`;
    throw new NablaError(
      `fromPixels: the size of ${describe(source)} is ${size}, expected positive integers; wait until it is loaded`,
    );
  }
  if (!("data" in source)) return drawnPixels("fromPixels", source, width, height);
  const { data } = source;
  const isBytes = data instanceof Uint8ClampedArray || data instanceof Uint8Array;
  if (isBytes && data.length === 4 * width * height) return { width, height, data };
  const found = isBytes ? `${data.length} bytes` : describe(data);
  throw new NablaError(
    `fromPixels: data is ${found}, expected ${4 * width * height} bytes, four for each of ${width} x ${height} pixels`,
  );
}

function isCount(x: unknown): x is number {
  return Number.isSafeInteger(x) && (x as number) > 0;
}

/**
 * Computes the pixels of an image, [height, width] or [1, 3 or 4 channels, height, width], uint8, or fractions
 * from 0 to 1, of which those beyond are clipped: red, green, blue and alpha, row by row, as `ImageData` has
 * them. With a canvas, also draws them there, and gives it the image's size. Throws `ShapeError` for other
 * shapes, `DTypeError` for int32, `NablaError` for NaN.
 *
 * @example
 * const { data } = await toPixels(tensor([[0, 0.2]]));
 * Array.from(data); // => [0, 0, 0, 255, 51, 51, 51, 255]
 */
export async function toPixels(image: Tensor, canvas?: PageCanvas): Promise<Pixels> {
  if (
    canvas !== undefined &&
    typeof (canvas as Partial<PageCanvas> | null)?.getContext !== "function"
  ) {
    throw new NablaError(`toPixels: got ${describe(canvas)}, expected a canvas`);
  }
  const pixels = withAlpha(await bytesOf("toPixels", image));
  if (canvas === undefined) return pixels;
  const context = canvas.getContext("2d");
  if (context === null) {
    throw new NablaError("toPixels: the canvas gives no 2D context: it has one of another kind");
  }
  [canvas.width, canvas.height] = [pixels.width, pixels.height];
  context.putImageData(imageDataOf("toPixels", pixels), 0, 0);
  return pixels;
}
