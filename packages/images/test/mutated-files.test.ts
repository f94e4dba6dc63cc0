// Damaged files: an error of nabla's or an image of the size that the header says. `NABLA_TESTS=reference` tries
// 2,000 of each format, the plain test command 150.
import { crc32 } from "node:zlib";
import { random } from "@nabla/autograd";
import { decodeImage, encodeJpeg, encodePng, imageHeader } from "@nabla/images";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changedBy, inBytes, inStart, outcomeOf, runsOr } from "../../../fixtures/mutations.ts";

const count = runsOr(process.env["NABLA_TESTS"] === "reference" ? 2000 : 150);
const mostPixels = 2 ** 16;

const image = random.uniform([3, 19, 23], { seed: 2 });

/** The PNG file with checksums that fit its chunks, as far as these can be told: a change is not found by them. */
function withChecksums(png: Uint8Array): Uint8Array {
  const changed = png.slice();
  const view = new DataView(changed.buffer);
  for (let start = 8; start + 12 <= changed.length; ) {
    const end = start + 8 + view.getUint32(start);
    if (end + 4 > changed.length) break;
    view.setUint32(end, crc32(changed.subarray(start + 4, end)));
    start = end + 4;
  }
  return changed;
}

const unchanged = (file: Uint8Array): Uint8Array => file;

describe.each([
  ["PNG", encodePng, withChecksums],
  ["JPEG", encodeJpeg, unchanged],
] as const)("mutated %s files", (_, encode, repaired) => {
  test("give an error of nabla's or an image of the header's size", async () => {
    const outcomes = { read: 0, refused: 0 };
    const whole = await encode(image);
    const files = fc
      .tuple(changedBy([whole], fc.oneof(inStart, inBytes)), fc.boolean())
      .map(([file, isRepaired]) => (isRepaired ? repaired(file) : file));
    const check = async (bytes: Uint8Array): Promise<void> => {
      const result = await outcomeOf(() => decodeImage(bytes, { mostPixels }));
      if (typeof result === "string") {
        expect(result).toMatch(/^decodeImage: /);
        outcomes.refused++;
        return;
      }
      const { height, width } = imageHeader(bytes);
      expect(result.shape).toSatisfy(([c, h, w]: number[]) => {
        return c === 3 && ((h === height && w === width) || (h === width && w === height));
      });
      expect(result.size).toBeLessThanOrEqual(3 * mostPixels);
      outcomes.read++;
    };
    await fc.assert(fc.asyncProperty(files, check), {
      numRuns: count,
      // One of a hundred PNG files can still be read: zlib has a checksum of its own.
      examples: [[whole]],
    });
    expect(outcomes.refused).toBeGreaterThan(count / 4);
    expect(outcomes.read).toBeGreaterThan(0);
  });
});
