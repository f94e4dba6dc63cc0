// What page.test.ts runs in Chromium.
import { random, setBackend, type Tensor } from "@nabla/autograd";
import { decodeImage, encodeJpeg, encodePng, fromPixels, readImage, toPixels } from "@nabla/images";

// The DOM's types are not Node's.
interface PageScope {
  readonly document: { createElement(name: "canvas"): HTMLCanvas };
  readonly createImageBitmap: (
    source: object,
  ) => Promise<{ readonly width: number; readonly height: number }>;
  outcomes?: Record<string, unknown>;
}
interface HTMLCanvas {
  width: number;
  height: number;
  getContext(kind: string): never;
  toDataURL(): string;
}
const page = globalThis as unknown as PageScope;

setBackend("reference");
const image: Tensor = random.randint([3, 5, 7], 0, 256, { seed: 4, dtype: "uint8" });
const numbers = (x: Tensor): string => x.dataSync().join();
const message = (error: unknown): string => String(error);

const canvas = page.document.createElement("canvas");
await toPixels(image, canvas);
const bitmap = await page.createImageBitmap(canvas);
const png = await encodePng(image);
const other = page.document.createElement("canvas");
other.getContext("webgl");
[other.width, other.height] = [2, 2];
const empty = page.document.createElement("canvas");
empty.width = 0;

page.outcomes = {
  image: numbers(image),
  canvas: numbers(fromPixels(canvas)),
  bitmap: numbers(fromPixels(bitmap)),
  size: [canvas.width, canvas.height],
  png: numbers(await decodeImage(png)),
  url: numbers(await readImage(canvas.toDataURL())),
  jpeg: (await decodeImage(await encodeJpeg(image))).shape,
  other: fromPixels(other).shape,
  damaged: await decodeImage(png.subarray(0, png.length - 30).fill(0, 50)).then(String, message),
  empty: await Promise.resolve()
    .then(() => fromPixels(empty))
    .then(String, message),
  drawnOn: await toPixels(image, other).then(String, message),
};
