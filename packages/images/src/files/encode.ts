// Tensors as PNG and JPEG files, by sharp in Node and by the browser in pages.
import { NablaError, printable, type Tensor } from "@nabla/autograd";
import { checkOptions, describe, type Kind } from "@nabla/autograd/checks";
import { loadSharp, messageOf, nodeFiles } from "./node.ts";
import { imageDataOf, newCanvas } from "./page.ts";
import { bytesOf, withAlpha } from "./pixels.ts";

/**
 * Encodes an image, [height, width] or [1, 3 or 4 channels, height, width], uint8, or fractions from 0 to 1, of
 * which those beyond are clipped, as a PNG file, which keeps every byte. In Node it needs the package `sharp`.
 * Rejects with `ShapeError` for other shapes, `DTypeError` for int32, `NablaError` for NaN.
 *
 * @example
 * const bytes = await encodePng(random.uniform([3, 20, 30]));
 * imageHeader(bytes).width; // => 30
 */
export async function encodePng(image: Tensor): Promise<Uint8Array<ArrayBuffer>> {
  return encoded("encodePng", image, "png", 100);
}

const percent: Kind = [
  (x) => Number.isSafeInteger(x) && (x as number) >= 1 && (x as number) <= 100,
  "an integer from 1 to 100",
];

/**
 * Encodes an image as `encodePng` does, as a JPEG file, which is smaller and only similar. Alpha is left out.
 * `quality`: 1 to 100, 90 by default.
 *
 * @example
 * imageHeader(await encodeJpeg(zeros([3, 20, 30]))).format; // => "jpeg"
 */
export async function encodeJpeg(
  image: Tensor,
  options: { readonly quality?: number } = {},
): Promise<Uint8Array<ArrayBuffer>> {
  checkOptions("encodeJpeg", options, { quality: percent });
  return encoded("encodeJpeg", image, "jpeg", options.quality ?? 90);
}

/**
 * Writes an image as a PNG file, as `encodePng` encodes it, in Node: whole, or not at all. Rejects with
 * `NablaError` also where the file cannot be written.
 *
 * @example
 * await writePng("none/digit.png", zeros([28, 28])); // => throws writePng: "none/digit.png" cannot be written
 */
export async function writePng(path: string | URL, image: Tensor): Promise<void> {
  if (typeof path !== "string" && !(path instanceof URL)) {
    throw new NablaError(`writePng: got ${describe(path)}, expected a path or a file URL`);
  }
  const files = nodeFiles();
  if (!files) throw new NablaError("writePng: a path needs Node; encodePng gives bytes");
  const bytes = await encoded("writePng", image, "png", 100);
  const partial = `${String(path)}.${crypto.randomUUID()}.partial`;
  const target = path instanceof URL ? new URL(partial) : partial;
  try {
    await files.writeFile(target, bytes);
    await files.rename(target, path);
  } catch (error) {
    await files.rm(target, { force: true }).catch(() => undefined);
    const name = printable(JSON.stringify(String(path)));
    throw new NablaError(`writePng: ${name} cannot be written: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function encoded(
  operation: string,
  image: Tensor,
  format: "png" | "jpeg",
  quality: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const all = await bytesOf(operation, image);
  const { width, height, channels, data } = all;
  const sharp = loadSharp(operation);
  if (sharp) {
    const raw = sharp(data, { raw: { width, height, channels }, limitInputPixels: false });
    const plain = channels === 1 ? raw.toColourspace("b-w") : raw;
    const file = format === "png" ? plain.png() : plain.removeAlpha().jpeg({ quality });
    try {
      return new Uint8Array(await file.toBuffer());
    } catch (error) {
      // JPEG files have at most 65535 rows and columns.
      throw new NablaError(`${operation}: ${messageOf(error)}`, { cause: error });
    }
  }
  const canvas = newCanvas(operation, width, height);
  const pixels = withAlpha(all);
  if (format === "jpeg") pixels.data.forEach((_, i) => i % 4 === 3 && (pixels.data[i] = 255));
  canvas.getContext("2d")!.putImageData(imageDataOf(operation, pixels), 0, 0);
  const blob = await canvas.convertToBlob({ type: `image/${format}`, quality: quality / 100 });
  return new Uint8Array(await blob.arrayBuffer());
}
