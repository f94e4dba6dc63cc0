// What pages draw with, as far as it is used here: its types are not those of Node, and it is not always
// there.
import { NablaError } from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";
import type { Pixels } from "./pixels.ts";

/** A 2D context: `CanvasRenderingContext2D`, or that of an `OffscreenCanvas`. */
export interface PageContext {
  drawImage(source: object, x: number, y: number): void;
  getImageData(x: number, y: number, width: number, height: number): Pixels;
  putImageData(pixels: object, x: number, y: number): void;
}

/** A canvas: `HTMLCanvasElement` or `OffscreenCanvas`. */
export interface PageCanvas {
  width: number;
  height: number;
  getContext(kind: "2d", options?: { readonly willReadFrequently?: boolean }): PageContext | null;
}

interface Encoder extends PageCanvas {
  convertToBlob(options: { readonly type: string; readonly quality?: number }): Promise<Blob>;
}

interface Page {
  readonly OffscreenCanvas?: new (width: number, height: number) => Encoder;
  readonly ImageData?: new (data: Uint8ClampedArray, width: number, height: number) => object;
  readonly createImageBitmap?: (
    source: Blob,
    options: { readonly premultiplyAlpha: "none"; readonly imageOrientation: "from-image" },
  ) => Promise<Bitmap>;
}

interface Bitmap {
  readonly width: number;
  readonly height: number;
  close(): void;
}

const page = globalThis as Page;

/** A canvas to draw on. */
export function newCanvas(operation: string, width: number, height: number): Encoder {
  if (page.OffscreenCanvas) return new page.OffscreenCanvas(width, height);
  throw new NablaError(`${operation}: needs OffscreenCanvas, as browsers since 2023 have it`);
}

/** The pixels of what can be drawn. */
export function drawnPixels(
  operation: string,
  source: object,
  width: number,
  height: number,
): Pixels {
  const context = newCanvas(operation, width, height).getContext("2d");
  if (context === null) throw new NablaError(`${operation}: a canvas gave no 2D context`);
  try {
    context.drawImage(source, 0, 0);
    // Its own properties are getters, which a spread would leave behind.
    const { data } = context.getImageData(0, 0, width, height);
    return { width, height, data };
  } catch (error) {
    // A TypeError for what is no image, a SecurityError for one of another origin.
    const message = error instanceof Error ? error.message : String(error);
    throw new NablaError(`${operation}: ${describe(source)} cannot be read: ${message}`, {
      cause: error,
    });
  }
}

/** A page's own `ImageData`. */
export function imageDataOf(operation: string, { data, width, height }: Pixels): object {
  if (page.ImageData) return new page.ImageData(data, width, height);
  throw new NablaError(`${operation}: needs ImageData, as pages have it`);
}

/** Decodes a file; undefined where this is no page. */
export function pageDecoder(): ((file: Blob) => Promise<Bitmap>) | undefined {
  const create = page.createImageBitmap;
  return (
    create && ((file) => create(file, { premultiplyAlpha: "none", imageOrientation: "from-image" }))
  );
}
