import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { arange, NablaError, random, type Tensor, tensor, zeros } from "@nabla/autograd";
import {
  decodeImage,
  encodeJpeg,
  encodePng,
  fromPixels,
  imageHeader,
  readImage,
  toFloat,
  toPixels,
  writePng,
} from "@nabla/images";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const bytes = (...shape: readonly number[]): Tensor =>
  random.randint([...shape], 0, 256, { seed: 4, dtype: "uint8" });
const numbers = (x: Tensor): number[] => [...x.dataSync()];

describe("PNG files", () => {
  test("keep every byte, of one, three and four channels", async () => {
    for (const channels of [1, 3, 4] as const) {
      const image = bytes(channels, 5, 7);
      const back = await decodeImage(await encodePng(image), { channels });
      expect(back.shape).toEqual([channels, 5, 7]);
      expect(back.dtype).toBe("uint8");
      expect(numbers(back)).toEqual(numbers(image));
    }
  });

  test("channels that are not stored are made, those not asked for left out", async () => {
    const grey = bytes(2, 3);
    const three = await decodeImage(await encodePng(grey));
    expect(numbers(three)).toEqual([1, 2, 3].flatMap(() => numbers(grey)));
    const four = bytes(4, 2, 3);
    expect(numbers(await decodeImage(await encodePng(four)))).toEqual(numbers(four.slice(0, 0, 3)));
    const opaque = await decodeImage(await encodePng(bytes(3, 2, 3)), { channels: 4 });
    expect(numbers(opaque.slice(0, 3, 4))).toEqual(Array.from({ length: 6 }, () => 255));
  });

  test("of 16 bits, of a palette, interlaced, turned by their notes", async () => {
    const raw = { width: 2, height: 1, channels: 3 } as const;
    const deep = await sharp(Uint16Array.of(0, 257 * 3, 65535, 257 * 7, 0, 0), { raw })
      .toColourspace("rgb16")
      .png()
      .toBuffer();
    expect(numbers(await decodeImage(deep))).toEqual([0, 7, 3, 0, 255, 0]);
    const plain = sharp(Uint8Array.of(255, 0, 0, 0, 0, 255), { raw });
    for (const options of [{ palette: true }, { progressive: true }]) {
      const file = await plain.clone().png(options).toBuffer();
      expect(numbers(await decodeImage(file))).toEqual([255, 0, 0, 0, 0, 255]);
    }
    // Orientation 6: turned clockwise to be seen.
    const turned = await plain.clone().withMetadata({ orientation: 6 }).png().toBuffer();
    const image = await decodeImage(turned);
    expect(image.shape).toEqual([3, 2, 1]);
    expect(numbers(image)).toEqual([255, 0, 0, 0, 0, 255]);
  });
});

describe("JPEG files", () => {
  test("are nearly the same, the nearer the higher the quality", async () => {
    const image = arange(0, 3 * 16 * 16)
      .reshape([3, 16, 16])
      .div(3 * 16 * 16);
    const away = async (quality: number): Promise<number> => {
      const back = await decodeImage(await encodeJpeg(image, { quality }));
      return toFloat(back).sub(image).abs().max().item();
    };
    expect(await away(95)).toBeLessThan(0.05);
    const [low, high] = [await encodeJpeg(image, { quality: 10 }), await encodeJpeg(image)];
    expect(low.length).toBeLessThan(high.length);
    expect(imageHeader(high)).toEqual({ format: "jpeg", height: 16, width: 16 });
  });

  test("of grey, progressive, and of four inks", async () => {
    const grey = zeros([8, 8]).add(0.5);
    expect(
      numbers(await decodeImage(await encodeJpeg(grey), { channels: 1 })).every((x) => x === 128),
    ).toBe(true);
    const base = sharp({ create: { width: 9, height: 5, channels: 3, background: "#f00" } });
    for (const file of [
      base.clone().jpeg({ progressive: true }),
      base.clone().toColourspace("cmyk").jpeg(),
    ]) {
      const image = await decodeImage(await file.toBuffer());
      const [red, green] = [numbers(image)[0]!, numbers(image)[45]!];
      expect(image.shape).toEqual([3, 5, 9]);
      expect(red - green).toBeGreaterThan(150);
    }
  });
});

describe("headers", () => {
  test("a JPEG's frame is found behind tables, notes and fill bytes", () => {
    const tables = [0xff, 0xc4, 0, 8, 0xff, 0xc0, 0, 1, 0, 1, 0xff, 0xcc, 0, 3, 7];
    const notes = [0xff, 0xff, 0xff, 0xe1, 0, 4, 9, 9, 0xff, 0xd0];
    for (const frame of [0xc0, 0xc1, 0xc2, 0xc5, 0xcf]) {
      const start = [0xff, frame, 0, 11, 8, 1, 5, 0, 9, 1, 1, 0x11, 0];
      const bytes = Uint8Array.of(0xff, 0xd8, ...tables, ...notes, ...start);
      expect(imageHeader(bytes)).toEqual({ format: "jpeg", height: 261, width: 9 });
    }
  });

  test("a size of 0, and pixels without a frame, are refused", () => {
    const none = Uint8Array.of(0xff, 0xd8, 0xff, 0xc0, 0, 11, 8, 0, 0, 0, 9, 1, 1, 0x11, 0);
    expect(() => imageHeader(none)).toThrow(
      "imageHeader: the JPEG file's size is 9 x 0, expected 1 x 1 at least",
    );
    const scan = Uint8Array.of(0xff, 0xd8, 0xff, 0xda, 0, 4, 0, 0, ...none.subarray(2));
    expect(() => imageHeader(scan)).toThrow(
      "imageHeader: the JPEG file has no frame header up to byte 2",
    );
  });
});

describe("what is no image", () => {
  test("is refused by what it begins with", async () => {
    for (const [given, message] of [
      [Uint8Array.of(), "decodeImage: the file is empty, expected a PNG or a JPEG file"],
      [Uint8Array.of(0x3c, 0x73, 0x76, 0x67), "the file begins with 3c 73 76 67, expected"],
      [
        (await encodePng(zeros([2, 2]))).subarray(0, 20),
        "the PNG file does not begin with its header, IHDR",
      ],
      [
        (await encodeJpeg(zeros([2, 2]))).subarray(0, 40),
        "the JPEG file has no frame header up to byte",
      ],
      ["a.png" as never, 'decodeImage: got "a.png", expected the bytes of a file, a Uint8Array'],
    ] as const) {
      await expect(decodeImage(given)).rejects.toThrow(message);
    }
    expect(() => imageHeader(Uint8Array.of(1))).toThrow("imageHeader: the file begins with 01");
  });

  test("too many pixels are refused by the header, before anything is decoded", async () => {
    const file = await encodePng(zeros([20, 30]));
    await expect(decodeImage(file, { mostPixels: 599 })).rejects.toThrow(
      "decodeImage: the image has 30 x 20 pixels, more than mostPixels, 599",
    );
    expect((await decodeImage(file, { mostPixels: 600 })).shape).toEqual([3, 20, 30]);
    // The header's sizes, and nothing behind: the first that is read must be the limit.
    const vast = file.slice(0, 60);
    new DataView(vast.buffer).setUint32(16, 2 ** 31 - 1);
    await expect(decodeImage(vast)).rejects.toThrow("more than mostPixels, 67108864");
  });

  test("options and images that do not fit are refused", async () => {
    const file = await encodePng(zeros([2, 2]));
    await expect(decodeImage(file, { channels: 2 as never })).rejects.toThrow(
      "decodeImage: channels is 2, expected 1 or 3 or 4",
    );
    await expect(decodeImage(file, { mostPixels: 0 })).rejects.toThrow(
      "decodeImage: mostPixels is 0",
    );
    await expect(encodePng(zeros([2, 3, 4]))).rejects.toThrow(
      "encodePng: expects [height, width] or [1, 3 or 4 channels, height, width], got [2, 3, 4]",
    );
    await expect(encodePng(zeros([0, 4]))).rejects.toThrow("got [0, 4]");
    await expect(encodePng(tensor([[Number.NaN]]))).rejects.toThrow("encodePng: the image has NaN");
    await expect(encodePng(zeros([2, 2], { dtype: "int32" }))).rejects.toThrow(
      "the image is int32",
    );
    await expect(encodeJpeg(zeros([2, 2]), { quality: 101 })).rejects.toThrow(
      "encodeJpeg: quality is 101, expected an integer from 1 to 100",
    );
    await expect(encodeJpeg(zeros([1, 70_000]))).rejects.toThrow(NablaError);
  });
});

describe("paths", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nabla-images-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("a file is written whole and read, by path and by URL", async () => {
    const image = bytes(3, 4, 5);
    const path = join(folder, "a.png");
    await writePng(path, image);
    await writePng(pathToFileURL(path), image);
    expect(await readdir(folder)).toEqual(["a.png"]);
    expect(numbers(await readImage(path))).toEqual(numbers(image));
    expect(numbers(await readImage(pathToFileURL(path)))).toEqual(numbers(image));
    expect(new Uint8Array(await readFile(path))).toEqual(await encodePng(image));
  });

  test("what cannot be read or written is said by its name", async () => {
    await expect(readImage(join(folder, "none.png"))).rejects.toThrow(
      /^readImage: ".*none.png" cannot be read: ENOENT/,
    );
    await expect(readImage(7 as never)).rejects.toThrow(
      "readImage: got 7, expected a path or a URL",
    );
    await expect(writePng(join(folder, "none/a.png"), zeros([2, 2]))).rejects.toThrow(
      /^writePng: ".*a.png" cannot be written: ENOENT/,
    );
    await expect(writePng(folder, zeros([2, 2]))).rejects.toThrow("cannot be written");
    expect(await readdir(folder)).toEqual(["a.png"]);
  });
});

describe("pixels", () => {
  test("go to a tensor and back", async () => {
    const data = Uint8ClampedArray.from({ length: 4 * 6 }, (_, i) => (i % 4 === 3 ? 255 : 10 * i));
    const image = fromPixels({ width: 3, height: 2, data });
    expect(image.shape).toEqual([3, 2, 3]);
    expect(numbers(image.at(0))).toEqual([0, 40, 80, 120, 160, 200]);
    expect(await toPixels(image)).toEqual({ width: 3, height: 2, data });
    expect(fromPixels({ width: 3, height: 2, data }, { channels: 4 }).at(3).min().itemSync()).toBe(
      255,
    );
    const red = Uint8ClampedArray.of(255, 0, 0, 255);
    expect(fromPixels({ width: 1, height: 1, data: red }, { channels: 1 }).itemSync()).toBe(76);
  });

  test("what has none is refused", async () => {
    expect(() => fromPixels({ width: 0, height: 2 })).toThrow(
      "fromPixels: the size of an object is 0 x 2, expected positive integers; wait until it is loaded",
    );
    const data = new Uint8ClampedArray(7);
    expect(() => fromPixels({ width: 1, height: 2, data })).toThrow(
      "fromPixels: data is 7 bytes, expected 8 bytes, four for each of 1 x 2 pixels",
    );
    expect(() => fromPixels({ width: 1, height: 1, data: [1, 2, 3, 4] })).toThrow(
      "data is an array",
    );
    expect(() => fromPixels(null as never)).toThrow("fromPixels: got null, expected ImageData");
    expect(() => fromPixels({ width: 1, height: 2 })).toThrow("fromPixels: needs OffscreenCanvas");
    await expect(toPixels(zeros([2]))).rejects.toThrow("toPixels: expects [height, width]");
    await expect(toPixels(zeros([2, 2]), {} as never)).rejects.toThrow(
      "toPixels: got an object, expected a canvas",
    );
  });
});
