// The MNIST digits, fetched and unfolded in the background.

import { type Digits, digitsIn, type Mnist } from "../../src/digits.ts";
import { readIdx } from "../../src/idx.ts";
import { type DigitFileName, digitFileNames, digitFilePath } from "./digit-files.ts";

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

/** Fetches the four files below `base`; tells the share of bytes that has come, 0 to 1. */
export async function fetchMnist(
  base: string,
  onProgress: (share: number) => void,
): Promise<Mnist> {
  const [have, total] = [new Map<DigitFileName, number>(), new Map<DigitFileName, number>()];
  const sum = (counts: Map<DigitFileName, number>): number =>
    [...counts.values()].reduce((a, b) => a + b, 0);
  const responses = await Promise.all(
    digitFileNames.map(async (name) => {
      const response = await fetched(name, new URL(digitFilePath(name), base));
      if (!response.ok || !response.body) {
        throw new Error(`${name}: the server answered ${response.status} ${response.statusText}`);
      }
      total.set(name, Number(response.headers.get("Content-Length")));
      return { name, body: response.body };
    }),
  );
  const files = await Promise.all(
    responses.map(async ({ name, body }) => {
      const counted = body.pipeThrough(
        new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
          transform(chunk, controller) {
            have.set(name, (have.get(name) ?? 0) + chunk.length);
            onProgress(Math.min(1, sum(have) / sum(total)));
            controller.enqueue(chunk);
          },
        }),
      );
      return [name, await unfolded(name, counted)] as const;
    }),
  );
  const bytesOf = new Map<DigitFileName, Uint8Array>(files);
  const part = (start: "train" | "t10k"): Digits => {
    const [imageFile, labelFile] = [
      `${start}-images-idx3-ubyte`,
      `${start}-labels-idx1-ubyte`,
    ] as const;
    const read = (name: DigitFileName, dimensions: number) => ({
      name,
      ...readIdx(bytesOf.get(name)!, { name, dimensions }),
    });
    return digitsIn(read(imageFile, 3), read(labelFile, 1));
  };
  return { train: part("train"), test: part("t10k") };
}
