// Folders with MNIST files for tests: small ones with digits that are easy to learn.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { idxBytes } from "./idx-bytes.ts";

/** What each file of a folder holds, by its name. */
export type Files = Readonly<Record<string, Uint8Array>>;

/** The four files, with `train` and `test` digits each. */
export function mnistFiles(train: number, test: number): Record<string, Uint8Array> {
  return {
    "train-images-idx3-ubyte": idxBytes([train, 28, 28], imagesOf(train)),
    "train-labels-idx1-ubyte": idxBytes([train], labelsOf(train)),
    "t10k-images-idx3-ubyte": idxBytes([test, 28, 28], imagesOf(test)),
    "t10k-labels-idx1-ubyte": idxBytes([test], labelsOf(test)),
  };
}

/** Every digit in turn. */
export function labelsOf(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, i) => i % 10);
}

/** A digit `d` is a bar of two rows at `2 d`, with some of its ink missing. */
export function imagesOf(count: number): Uint8Array {
  const pixels = new Uint8Array(count * 784);
  labelsOf(count).forEach((label, i) => {
    for (let x = 4; x < 24; x++) {
      const isMissing = (i * 7 + x * 5) % 11 < 3;
      for (const y of [2 * label + 3, 2 * label + 4]) {
        pixels[i * 784 + y * 28 + x] = isMissing ? 0 : 255 - 4 * x;
      }
    }
  });
  return pixels;
}

/** A folder with these files, for the time of the test. */
export function folderWith(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), "mnist-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}
