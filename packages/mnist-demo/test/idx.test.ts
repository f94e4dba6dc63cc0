import { gzipSync } from "node:zlib";
import { readIdx } from "@nabla/mnist-demo";
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { counting, idxBytes, messageOf } from "./idx-bytes.ts";
import { checkIdx, idxFiles, mutatedIdx } from "./mutated-idx.ts";

test("what is written as IDX is read back, compressed or not", () => {
  fc.assert(
    fc.property(idxFiles, ({ shape, data, compressed }) => {
      const bytes = idxBytes(shape, data);
      const read = readIdx(compressed ? gzipSync(bytes) : bytes);
      expect(read.shape).toEqual(shape);
      expect([...read.data]).toEqual([...data]);
    }),
  );
});

test("bytes that begin inside a larger buffer are read from where they begin", () => {
  const bytes = Uint8Array.from([9, 9, 9, ...idxBytes([2], [5, 6])]);
  expect(readIdx(bytes.subarray(3))).toEqual({ shape: [2], data: Uint8Array.of(5, 6) });
});

test("300 files that were changed by mistake give an error of one line, or what they say", () => {
  const counts = { read: 0, refused: 0 };
  fc.assert(
    fc.property(mutatedIdx, (bytes) => {
      counts[checkIdx(bytes)]++;
    }),
    { numRuns: 300 },
  );
  // The changes are neither too few nor too many: some 15 of the files can still be read.
  expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(2);
});

describe("what does not fit is said in one line", () => {
  const images = idxBytes([2, 3, 3], counting(18));
  const labels = idxBytes([2], [7, 1]);
  const compressed = gzipSync(images);
  const brokenInside = Uint8Array.from(compressed, (byte, i) => (i === 15 ? byte ^ 0xff : byte));
  const brokenChecksum = Uint8Array.from(compressed, (byte, i) =>
    i === compressed.length - 6 ? byte ^ 1 : byte,
  );
  const swapped = Uint8Array.from([3, 8, 0, 0, ...images.subarray(4)]);

  it.each<[what: string, bytes: Uint8Array, dimensions: number | undefined, message: string]>([
    ["an empty file", Uint8Array.of(), 3, "f: has 0 bytes, expected a magic number of 4"],
    [
      "labels for images",
      labels,
      3,
      "f: magic number is 0x00000801, expected 0x00000803; this looks like labels",
    ],
    [
      "images for labels",
      images,
      1,
      "f: magic number is 0x00000803, expected 0x00000801; this looks like images",
    ],
    [
      "floats",
      idxBytes([2], [0, 0, 0, 0, 0, 0, 0, 0], { type: 0x0d }),
      undefined,
      "f: magic number is 0x00000D01, expected 0x00000801 to 0x000008FF; this looks like 32-bit floats",
    ],
    ["swapped bytes", swapped, 3, "f: magic number is 0x03080000, expected 0x00000803"],
    [
      "no dimensions",
      idxBytes([], [1]),
      undefined,
      "f: magic number is 0x00000800, expected 0x00000801 to 0x000008FF",
    ],
    ["half a header", images.subarray(0, 9), 3, "f: has 9 bytes, expected a header of 16"],
    [
      "no images",
      idxBytes([0, 3, 3], []),
      3,
      "f: shape is [0, 3, 3], expected sizes of at least 1",
    ],
    [
      "a byte too few",
      images.subarray(0, 33),
      3,
      "f: [2, 3, 3] takes 34 bytes with its header, found 33; it looks truncated",
    ],
    [
      "two bytes too many",
      Uint8Array.from([...images, 0, 0]),
      3,
      "f: [2, 3, 3] takes 34 bytes with its header, found 36; that is 2 too many",
    ],
    [
      "far too many",
      idxBytes([4_294_967_295, 4_294_967_295], []),
      2,
      "f: shape is [4294967295, 4294967295], expected at most 1073741824 bytes in all",
    ],
    [
      "cut off gzip",
      compressed.subarray(0, 30),
      3,
      "f: the gzip data is broken: unexpected end of file",
    ],
    [
      "gzip with a wrong checksum",
      brokenChecksum,
      3,
      "f: the gzip data is broken: incorrect data check",
    ],
    [
      "gzip of gzip",
      gzipSync(compressed),
      3,
      `f: magic number is 0x1F8B0800, expected 0x00000803; this looks gzip-compressed twice`,
    ],
    [
      "truncated before it was compressed",
      gzipSync(images.subarray(0, 33)),
      3,
      "f: [2, 3, 3] takes 34 bytes with its header, found 33; it looks truncated",
    ],
    [
      "too long before it was compressed",
      gzipSync(Uint8Array.from([...images, 0])),
      3,
      "f: [2, 3, 3] takes 34 bytes with its header, found more in the gzip data",
    ],
  ])("%s", (_, bytes, dimensions, message) => {
    const options = dimensions === undefined ? {} : { dimensions };
    expect(messageOf(() => readIdx(bytes, { name: "f", ...options }))).toBe(message);
  });

  test("damage inside the compressed data", () => {
    const message = messageOf(() => readIdx(brokenInside, { name: "f" }));
    expect(message).toMatch(/^f: the gzip data is broken: .+$/);
  });

  test("a name is not needed", () => {
    expect(messageOf(() => readIdx(Uint8Array.of(1)))).toBe(
      "readIdx: has 1 bytes, expected a magic number of 4",
    );
  });
});

test("a gzip bomb is unfolded no further than its header says", () => {
  const bomb = gzipSync(Buffer.concat([idxBytes([1], []), Buffer.alloc(200_000_000)]), {
    level: 1,
  });
  const before = process.memoryUsage().arrayBuffers;
  const message = messageOf(() => readIdx(bomb));
  expect(message).toBe("readIdx: [1] takes 9 bytes with its header, found more in the gzip data");
  // Its first 65,536 bytes are unfolded to find the header; deflate gives 1032 bytes for one.
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1032 * 65_536 + 10_000_000);
});
