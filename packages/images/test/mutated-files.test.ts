// Damaged files: an error of nabla's or an image of the size that the header says. `NABLA_TESTS=reference` tries
// 2,000 of each format, the plain test command 150.
import { NablaError, random } from "@nabla/autograd";
import { decodeImage, encodeJpeg, encodePng, imageHeader } from "@nabla/images";
import { describe, expect, test } from "vitest";

const count = process.env["NABLA_TESTS"] === "reference" ? 2000 : 150;
const mostPixels = 2 ** 16;

/** Numbers from 0 up to 1, by Marsaglia's xorshift of 32 bits. */
function drawing(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** Bytes and bits changed, cut, doubled, or moved: one to four of it. */
function mutated(file: Uint8Array, draw: () => number): Uint8Array<ArrayBuffer> {
  let bytes = Array.from(file);
  const place = (): number => Math.floor(draw() * bytes.length);
  // Headers are small, and decide most.
  const early = (): number => Math.floor(draw() ** 3 * bytes.length);
  const changes = [
    () => (bytes[early()] = Math.floor(draw() * 256)),
    () => (bytes[early()]! ^= 1 << Math.floor(draw() * 8)),
    () => (bytes = bytes.slice(0, place())),
    () => bytes.splice(early(), Math.ceil(draw() * 16)),
    () => bytes.splice(early(), 0, ...bytes.slice(place(), place() + 32)),
    () => bytes.splice(early(), 4, 0xff, 0xff, 0xff, 0xff),
    () => bytes.splice(early(), 2, 0xff, Math.floor(draw() * 256)),
  ];
  const times = 1 + Math.floor(draw() * 4);
  for (let i = 0; i < times && bytes.length > 0; i++)
    changes[Math.floor(draw() * changes.length)]!();
  return Uint8Array.from(bytes);
}

const image = random.uniform([3, 19, 23], { seed: 2 });

describe.each([
  ["PNG", encodePng],
  ["JPEG", encodeJpeg],
] as const)("mutated %s files", (name, encode) => {
  test("give an error of nabla's or an image of the header's size", async () => {
    const file = await encode(image);
    const draw = drawing(name.length);
    const outcomes = { decoded: 0, refused: 0 };
    for (let i = 0; i < count; i++) {
      const bytes = mutated(file, draw);
      try {
        const result = await decodeImage(bytes, { mostPixels });
        const { height, width } = imageHeader(bytes);
        expect(result.shape).toSatisfy(([c, h, w]: number[]) => {
          return c === 3 && ((h === height && w === width) || (h === width && w === height));
        });
        expect(result.size).toBeLessThanOrEqual(3 * mostPixels);
        outcomes.decoded++;
      } catch (error) {
        if (!(error instanceof NablaError))
          throw new Error(`mutation ${i}: ${String(error)}`, { cause: error });
        expect(error.message).toMatch(/^decodeImage: /);
        outcomes.refused++;
      }
    }
    // Neither is all: both have been tried.
    expect(outcomes.refused).toBeGreaterThan(count / 4);
    expect(outcomes.decoded).toBeGreaterThan(0);
  });
});
