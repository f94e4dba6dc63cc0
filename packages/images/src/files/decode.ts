// PNG and JPEG files as tensors. They are decoded by sharp (libvips, libpng, libjpeg-turbo) in Node, and by the
// browser in pages; before, the size that the header says is held against a limit.
import { NablaError, printable, type Tensor } from "@nabla/autograd";
import { checkOptions, count, describe } from "@nabla/autograd/checks";
import { headerOf, type ImageHeader } from "./header.ts";
import { loadSharp, messageOf, nodeFiles } from "./node.ts";
import { drawnPixels, pageDecoder } from "./page.ts";
import { type Channels, channelsKind, type Interleaved, tensorOfPixels } from "./pixels.ts";

export interface DecodeOptions<C extends Channels = Channels> {
  /** 3: red, green, blue; 4: and alpha; 1: luma (ITU-R BT.601). Default: 3. */
  readonly channels?: C;
  /**
   * Larger images are refused before anything is decoded. Decoding takes up to 24 bytes of memory a pixel.
   * Default: 2 ** 26, as many as 8192 x 8192.
   */
  readonly mostPixels?: number;
}

/** After so long decoding is given up: small files can hold much work. */
const mostSeconds = 60;

/**
 * Decodes a PNG or JPEG file: [channels, height, width], uint8, in sRGB and the right way up. In Node it needs
 * the package `sharp`; pages decode themselves (and, where alpha is asked for, round colours that are almost
 * transparent). Rejects with `NablaError` for other files, for damaged ones, and for more pixels than
 * `mostPixels`.
 *
 * @example
 * const bytes = await encodePng(tensor([[0, 1]]));
 * (await decodeImage(bytes)).arraySync(); // => [[[0, 255]], [[0, 255]], [[0, 255]]]
 */
export async function decodeImage<const C extends Channels = 3>(
  bytes: Uint8Array,
  options: DecodeOptions<C> = {},
): Promise<Tensor<[C, number, number]>> {
  return decoded("decodeImage", bytes, options);
}

/**
 * Reads a PNG or JPEG file as `decodeImage` does: by its path or file URL in Node, by its URL in pages. Rejects
 * with `NablaError` also where the file cannot be read.
 *
 * @example
 * await readImage("none.png"); // => throws readImage: "none.png" cannot be read
 */
export async function readImage<const C extends Channels = 3>(
  path: string | URL,
  options: DecodeOptions<C> = {},
): Promise<Tensor<[C, number, number]>> {
  if (typeof path !== "string" && !(path instanceof URL)) {
    throw new NablaError(`readImage: got ${describe(path)}, expected a path or a URL`);
  }
  checkDecodeOptions("readImage", options);
  const name = printable(JSON.stringify(String(path)));
  const bytes = await bytesAt(path).catch((error: unknown) => {
    throw new NablaError(`readImage: ${name} cannot be read: ${messageOf(error)}`, {
      cause: error,
    });
  });
  return decoded(`readImage: ${name}`, bytes, options);
}

async function bytesAt(path: string | URL): Promise<Uint8Array> {
  const files = nodeFiles();
  if (files) return files.readFile(path);
  const response = await fetch(path);
  if (!response.ok) throw new Error(`status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

function checkDecodeOptions(operation: string, options: DecodeOptions): void {
  checkOptions(operation, options, { channels: channelsKind, mostPixels: count });
}

async function decoded<C extends Channels>(
  operation: string,
  bytes: Uint8Array,
  options: DecodeOptions<C>,
): Promise<Tensor<[C, number, number]>> {
  checkDecodeOptions(operation, options);
  const { channels = 3 as C, mostPixels = 2 ** 26 } = options;
  const header = headerOf(operation, bytes);
  const { height, width } = header;
  if (height * width > mostPixels) {
    throw new NablaError(
      `${operation}: the image has ${width} x ${height} pixels, more than mostPixels, ${mostPixels}`,
    );
  }
  const pixels = await pixelsOf(operation, bytes, header, channels);
  const [least, most] = [Math.min(height, width), Math.max(height, width)];
  const [short, long] = [
    Math.min(pixels.height, pixels.width),
    Math.max(pixels.height, pixels.width),
  ];
  if (short !== least || long !== most) {
    const found = `${pixels.width} x ${pixels.height}`;
    throw new NablaError(
      `${operation}: the header says ${width} x ${height} pixels, there are ${found}`,
    );
  }
  return tensorOfPixels(pixels, channels);
}

async function pixelsOf(
  operation: string,
  bytes: Uint8Array,
  { format, height, width }: ImageHeader,
  channels: Channels,
): Promise<Interleaved> {
  const sharp = loadSharp(operation);
  try {
    if (sharp) {
      const image = sharp(bytes, { limitInputPixels: height * width, failOn: "warning" })
        .timeout({ seconds: mostSeconds })
        .autoOrient()
        .toColourspace("srgb");
      const { data, info } = await (channels === 4 ? image.ensureAlpha() : image.removeAlpha())
        .raw({ depth: "uchar" })
        .toBuffer({ resolveWithObject: true });
      if (info.channels !== 3 && info.channels !== 4) {
        throw new Error(`${info.channels} channels, expected 3 or 4`);
      }
      return { width: info.width, height: info.height, channels: info.channels, data };
    }
    const decode = pageDecoder();
    if (!decode) throw new Error("there is neither Node nor createImageBitmap here");
    const bitmap = await decode(new Blob([new Uint8Array(bytes)], { type: `image/${format}` }));
    const pixels = drawnPixels(operation, bitmap, bitmap.width, bitmap.height);
    bitmap.close();
    return { ...pixels, channels: 4 };
  } catch (error) {
    if (error instanceof NablaError) throw error;
    const reason = messageOf(error);
    throw new NablaError(
      `${operation}: the ${format.toUpperCase()} file cannot be decoded: ${reason}`,
      { cause: error },
    );
  }
}
