// The MNIST digits, fetched piece by piece and unfolded in the background.
import { tensor } from "@nabla/autograd";
import { type Digits, digitsIn } from "../../src/digits.ts";
import { readIdx } from "../../src/idx.ts";
import { type DigitFile, digitFilePath, testFile, trainFiles } from "./digit-files.ts";
import type { TrainingDigits } from "./training-digits.ts";

const pixels = 784;

/** Fetches each file below `base` once, when it is first needed, one after the other. */
export class DigitShelf {
  readonly #base: string;
  readonly #files = new Map<DigitFile, Promise<Digits>>();
  /** Bandwidth is for the file whose turn it is. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(base: string) {
    this.#base = base;
  }

  test(): Promise<Digits> {
    return this.#digitsOf(testFile);
  }

  /** The first `count` training digits; tells the share of them that has come, 0 to 1. */
  train(count: number, onShare: (share: number) => void): TrainingDigits {
    const files = trainFiles.filter(({ from }) => from < count);
    const images = new Uint8Array(count * pixels);
    const labels = new Uint8Array(count);
    let there = 0;
    const coming = files.map(async (file) => {
      const digits = await this.#digitsOf(file);
      const fitting = Math.min(file.count, count - file.from);
      const ofFile = digits.images.dataSync() as Uint8Array;
      images.set(ofFile.subarray(0, fitting * pixels), file.from * pixels);
      labels.set((digits.labels.dataSync() as Uint8Array).subarray(0, fitting), file.from);
      there += fitting;
      onShare(there / count);
    });
    // Its error goes to whoever awaits it: it is no unhandled rejection.
    for (const one of coming) one.catch(() => {});
    return {
      count,
      async slice(from, to) {
        await Promise.all(
          coming.filter((_, i) => files[i]!.from < to && from < files[i]!.from + files[i]!.count),
        );
        return {
          images: tensor(images.slice(from * pixels, to * pixels), { shape: [to - from, 28, 28] }),
          labels: tensor(labels.slice(from, to)),
        };
      },
    };
  }

  #digitsOf(file: DigitFile): Promise<Digits> {
    const known = this.#files.get(file);
    if (known !== undefined) return known;
    const coming = this.#last.then(() => fetchDigits(file, this.#base));
    this.#files.set(file, coming);
    this.#last = coming.catch(() => {});
    return coming;
  }
}

/** The digits of a file below `base`. Throws an error that names the file. */
async function fetchDigits(file: DigitFile, base: string): Promise<Digits> {
  const { name, count } = file;
  const response = await fetched(name, new URL(digitFilePath(file), base));
  if (!response.ok || !response.body) {
    throw new Error(`${name}: the server answered ${response.status} ${response.statusText}`);
  }
  const { data } = readIdx(await unfolded(name, response.body), { name, dimensions: 2 });
  const row = 1 + pixels;
  if (data.length !== count * row) {
    throw new Error(`${name}: has ${data.length} bytes, expected ${count} digits of ${row}`);
  }
  const images = new Uint8Array(count * pixels);
  const labels = new Uint8Array(count);
  for (let i = 0; i < count; i++) {
    labels[i] = data[i * row]!;
    images.set(data.subarray(i * row + 1, (i + 1) * row), i * pixels);
  }
  return digitsIn(
    { name, shape: [count, 28, 28], data: images },
    { name, shape: [count], data: labels },
  );
}

async function fetched(name: string, url: URL): Promise<Response> {
  try {
    return await fetch(url);
  } catch (error) {
    throw new Error(`${name}: no answer from the server (${messageOf(error)})`, { cause: error });
  }
}

/** The bytes of a file that comes compressed. */
async function unfolded(
  name: string,
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<Uint8Array> {
  try {
    const bytes = await new Response(
      stream.pipeThrough(new DecompressionStream("gzip")),
    ).arrayBuffer();
    return new Uint8Array(bytes);
  } catch (error) {
    const why = messageOf(error);
    throw new Error(
      `${name}: what the server sent is not this file, compressed by gzip, or not all of it (${why})`,
      { cause: error },
    );
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
