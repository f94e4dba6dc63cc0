import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { NablaError, type Tensor } from "@nabla/autograd";
import { loadMnist } from "@nabla/mnist-demo";
import { describe, expect, expectTypeOf, it, test } from "vitest";
import { idxBytes } from "./idx-bytes.ts";
import { type Files, folderWith, imagesOf, labelsOf, mnistFiles } from "./mnist-folder.ts";

test("the packaged digits are those of MNIST", async () => {
  const { train, test } = await loadMnist();
  expectTypeOf(train.images).toEqualTypeOf<Tensor<[number, 28, 28]>>();
  expectTypeOf(test.labels).toEqualTypeOf<Tensor<[number]>>();
  expect(train.images.shape).toEqual([60_000, 28, 28]);
  expect(train.labels.shape).toEqual([60_000]);
  expect(test.images.shape).toEqual([10_000, 28, 28]);
  expect(test.labels.shape).toEqual([10_000]);
  expect(train.images.dtype).toBe("uint8");
  expect(train.labels.dtype).toBe("uint8");

  // The first digits, as shown everywhere.
  expect([...train.labels.dataSync().slice(0, 5)]).toEqual([5, 0, 4, 1, 9]);
  expect([...test.labels.dataSync().slice(0, 5)]).toEqual([7, 2, 1, 0, 4]);
  // Mean and standard deviation of all pixels, as PyTorch's MNIST example has them.
  const { mean, deviation } = momentsOf(train.images.dataSync() as Uint8Array);
  expect(mean / 255).toBeCloseTo(0.1307, 4);
  expect(deviation / 255).toBeCloseTo(0.3081, 4);
});

function momentsOf(pixels: Uint8Array): { mean: number; deviation: number } {
  const counts = new Float64Array(256);
  for (let i = 0; i < pixels.length; i++) counts[pixels[i]!]!++;
  const sum = counts.reduce((total, count, pixel) => total + count * pixel, 0);
  const squares = counts.reduce((total, count, pixel) => total + count * pixel ** 2, 0);
  const mean = sum / pixels.length;
  return { mean, deviation: Math.sqrt(squares / pixels.length - mean * mean) };
}

describe("one's own four files", () => {
  const files = mnistFiles(20, 10);
  const renamed = (rename: (name: string) => string) =>
    Object.fromEntries(Object.entries(files).map(([name, bytes]) => [rename(name), bytes]));
  const dotted = renamed((name) => name.replace("-idx", ".idx"));
  const compressed = (all: Files) =>
    Object.fromEntries(Object.entries(all).map(([name, bytes]) => [`${name}.gz`, gzipSync(bytes)]));

  it.each<[string, Files]>([
    ["as LeCun's page names them", files],
    ["gzip-compressed", compressed(files)],
    ["with a dot in their names", dotted],
    ["with a dot and gzip-compressed", compressed(dotted)],
    [
      "beside other files",
      { ...files, "train-images-idx3-ubyte.gz": Uint8Array.of(1), other: Uint8Array.of() },
    ],
  ])("are read: %s", async (_, all) => {
    const { train, test } = await loadMnist({ directory: folderWith(all) });
    expect(train.images.shape).toEqual([20, 28, 28]);
    expect(train.images.dataSync()).toEqual(imagesOf(20));
    expect(train.labels.dataSync()).toEqual(labelsOf(20));
    expect(test.images.dataSync()).toEqual(imagesOf(10));
    expect(test.labels.dataSync()).toEqual(labelsOf(10));
  });

  const images = files["train-images-idx3-ubyte"]!;
  it.each<[what: string, changed: Files, message: string]>([
    [
      "gzip without .gz",
      { "train-images-idx3-ubyte": gzipSync(images) },
      "train-images-idx3-ubyte: magic number is 0x1F8B0800, expected 0x00000803; this looks gzip-compressed: give it as .gz",
    ],
    [
      "labels in the images' place",
      { "t10k-images-idx3-ubyte": files["t10k-labels-idx1-ubyte"]! },
      "t10k-images-idx3-ubyte: magic number is 0x00000801, expected 0x00000803; this looks like labels",
    ],
    [
      "a truncated file",
      { "train-images-idx3-ubyte": images.subarray(0, 1000) },
      "train-images-idx3-ubyte: [20, 28, 28] takes 15696 bytes with its header, found 1000; it looks truncated",
    ],
    [
      "fewer labels than images",
      { "train-labels-idx1-ubyte": idxBytes([19], labelsOf(19)) },
      "train-labels-idx1-ubyte: has 19 labels, but train-images-idx3-ubyte has 20 images",
    ],
    [
      "images of another size",
      { "t10k-images-idx3-ubyte": idxBytes([10, 2, 3], new Uint8Array(60)) },
      "t10k-images-idx3-ubyte: images are [2, 3], expected [28, 28]",
    ],
    [
      "labels that are no digits",
      { "t10k-labels-idx1-ubyte": idxBytes([10], Uint8Array.of(0, 1, 2, 10, 4, 5, 6, 7, 8, 9)) },
      "t10k-labels-idx1-ubyte: label 3 is 10, expected 0 to 9",
    ],
  ])("are refused: %s", async (_, changed, message) => {
    await expectRefusal(folderWith({ ...files, ...changed }), message);
  });

  it("are refused: uncompressed under a name with .gz", async () => {
    const folder = folderWith(renamed((name) => `${name}.gz`));
    await expectRefusal(
      folder,
      "train-images-idx3-ubyte.gz: magic number is 0x00000803, expected 0x1F8B08 (gzip); this looks uncompressed: give it without .gz",
    );
  });

  it("are refused: one is missing", async () => {
    const folder = folderWith({ ...files, "t10k-labels-idx1-ubyte": Uint8Array.of() });
    await expectRefusal(
      folder,
      "t10k-labels-idx1-ubyte: has 0 bytes, expected a magic number of 4",
    );
    const { "t10k-labels-idx1-ubyte": _, ...three } = files;
    const without = folderWith(three);
    await expectRefusal(
      without,
      `t10k-labels-idx1-ubyte: "${without}" has neither it nor t10k-labels-idx1-ubyte.gz`,
    );
  });

  it("are refused: a folder of that name", async () => {
    const folder = folderWith({});
    mkdirSync(join(folder, "train-images-idx3-ubyte"));
    await expectRefusal(folder, "train-images-idx3-ubyte: is not a file, expected one");
  });

  it("are refused: no folder, or a file instead", async () => {
    const folder = folderWith(files);
    const missing = join(folder, "missing");
    await expectRefusal(
      missing,
      `loadMnist: "${missing}" does not exist, expected a folder with the four MNIST files`,
    );
    const file = join(folder, "train-images-idx3-ubyte");
    await expectRefusal(
      file,
      `loadMnist: "${file}" is not a folder, expected a folder with the four MNIST files`,
    );
  });
});

async function expectRefusal(directory: string, message: string): Promise<void> {
  await expect(loadMnist({ directory })).rejects.toThrow(new NablaError(message));
}
