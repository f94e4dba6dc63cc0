// Pixels as pages and decoders have them, row by row with channels last, and tensors, channels first.
import { formatShape, NablaError, ShapeError, type Tensor, tensor } from "@nabla/autograd";
import { checkTensor, type Kind } from "@nabla/autograd/checks";
import { isFloat, oneOfNumbers } from "../checks.ts";
import { toBytes } from "../range.ts";
import { ofShape } from "../shapes.ts";

/** 1: luma; 3: red, green, blue; 4: and alpha. */
export type Channels = 1 | 3 | 4;
export const channelsKind: Kind = oneOfNumbers(1, 3, 4);

/** Red, green, blue and alpha of each pixel, as a page's `ImageData`. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

/** Bytes with channels last. */
export interface Interleaved {
  readonly width: number;
  readonly height: number;
  readonly channels: 3 | 4;
  readonly data: ArrayLike<number>;
}

/** [channels, height, width], uint8. Alpha that is not asked for is left out. */
export function tensorOfPixels<C extends Channels>(
  { width, height, channels: stored, data }: Interleaved,
  channels: C,
): Tensor<[C, number, number]> {
  const plane = width * height;
  const bytes = new Uint8Array(channels * plane);
  for (let i = 0; i < plane; i++) {
    const at = i * stored;
    const [red, green, blue] = [data[at]!, data[at + 1]!, data[at + 2]!];
    if (channels === 1) {
      // 16 bits after the point, as Pillow computes luma.
      bytes[i] = (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
      continue;
    }
    bytes[i] = red;
    bytes[plane + i] = green;
    bytes[2 * plane + i] = blue;
    if (channels === 4) bytes[3 * plane + i] = stored === 4 ? data[at + 3]! : 255;
  }
  const shape: number[] = [channels, height, width];
  return ofShape(tensor(bytes, { shape }));
}

/** Bytes of an image with their number of channels, channels last. */
export interface ImageBytes {
  readonly width: number;
  readonly height: number;
  readonly channels: Channels;
  readonly data: Uint8Array<ArrayBuffer>;
}

/**
 * Computes the bytes of an image, [height, width] or [1, 3 or 4 channels, height, width], uint8 or from 0 to
 * 1; throws for others.
 */
export async function bytesOf(operation: string, image: Tensor): Promise<ImageBytes> {
  checkTensor(operation, image);
  const shape = image.shape.length === 2 ? [1, ...image.shape] : image.shape;
  const [channels, height, width] = shape as [number, number, number];
  const fits = channels === 1 || channels === 3 || channels === 4;
  if (shape.length !== 3 || !fits || height === 0 || width === 0) {
    const given = formatShape(image.shape);
    throw new ShapeError(
      `${operation}: expects [height, width] or [1, 3 or 4 channels, height, width], got ${given}`,
    );
  }
  if (isFloat(image)) await checkNumbers(operation, image);
  const planes = await toBytes(image).data();
  const data = new Uint8Array(channels * height * width);
  const plane = height * width;
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < plane; i++) data[i * channels + c] = planes[c * plane + i]!;
  }
  return { width, height, channels, data };
}

async function checkNumbers(operation: string, image: Tensor): Promise<void> {
  if ((await image.isNaN().any().item()) === 0) return;
  throw new NablaError(`${operation}: the image has NaN`);
}

/** Red, green, blue and alpha. */
export function withAlpha({ width, height, channels, data }: ImageBytes): Pixels {
  const all = new Uint8ClampedArray(4 * width * height);
  const at = (i: number, c: number): number => data[i * channels + (channels === 1 ? 0 : c)]!;
  for (let i = 0; i < width * height; i++) {
    all.set([at(i, 0), at(i, 1), at(i, 2), channels === 4 ? at(i, 3) : 255], 4 * i);
  }
  return { width, height, data: all };
}
