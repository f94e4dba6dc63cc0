// Damaged files: an error of nabla's or an image of the size that the header says. `NABLA_TESTS=reference` tries
// 2,000 of each format, the plain test command 150.
import { random } from "@nabla/autograd";
import { decodeImage, encodeJpeg, encodePng, imageHeader } from "@nabla/images";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { changedBy, inBytes, inStart, outcomeOf, runsOr } from "../../../fixtures/mutations.ts";

const count = runsOr(process.env["NABLA_TESTS"] === "reference" ? 2000 : 150);
const mostPixels = 2 ** 16;

const image = random.uniform([3, 19, 23], { seed: 2 });

describe.each([
  ["PNG", encodePng],
  ["JPEG", encodeJpeg],
] as const)("mutated %s files", (_, encode) => {
  test("give an error of nabla's or an image of the header's size", async () => {
    const outcomes = { read: 0, refused: 0 };
    const files = changedBy([await encode(image)], fc.oneof(inStart, inBytes));
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
    await fc.assert(fc.asyncProperty(files, check), { numRuns: count });
    // Neither is all: both have been tried.
    expect(outcomes.refused).toBeGreaterThan(count / 4);
    expect(outcomes.read).toBeGreaterThan(0);
  });
});
