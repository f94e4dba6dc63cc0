// Whether a training keeps up with the decoding of its pictures: a folder of PNG files, decoded by workers,
// once alone and once with a network that learns from them.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { manualSeed, random, type Tensor, tensor, threads } from "@nabla/autograd";
import { classFolders, from, type Pipeline } from "@nabla/data";
import { augment, colorJitter, cutOut, randomAffine, randomFlip, writePng } from "@nabla/images";
import {
  adam,
  convolution2d,
  crossEntropy,
  dense,
  fit,
  flatten,
  maxPooling2d,
  relu,
  sequential,
} from "@nabla/nn";
import { median } from "./timed.ts";

const help = `Usage: pnpm bench:folder [--pictures 600] [--size 256] [--side 32] [--batch 32] [--workers 1] [--rounds 5]

Writes a folder of PNG files, size x size pixels, of three kinds, and goes through them in turn, round after
round, one epoch each: decoded and resized to side x side by workers; the same, and a convolutional network
takes a step on each batch, changed by augment; and that network alone, on pictures in memory. Shows medians,
and what the training adds to the decoding, as a share of it.`;

const { values } = parseArgs({
  options: {
    pictures: { type: "string", default: "600" },
    size: { type: "string", default: "256" },
    side: { type: "string", default: "32" },
    batch: { type: "string", default: "32" },
    workers: { type: "string", default: String(Math.max(availableParallelism() - 1, 1)) },
    rounds: { type: "string", default: "5" },
    help: { type: "boolean", short: "h", default: false },
  },
});

const [pictures, size, side, batchSize, workers, rounds] = [
  ...[values.pictures, values.size, values.side],
  ...[values.batch, values.workers, values.rounds],
].map(Number) as [number, number, number, number, number, number];

interface Batch {
  readonly [name: string]: Tensor;
  readonly images: Tensor;
  readonly labels: Tensor;
}

/** Something that is no noise, of one of three kinds: waves of another direction, in any colours. */
async function writePictures(folder: string): Promise<void> {
  for (const kind of ["across", "down", "aslant"]) await mkdir(path.join(folder, kind));
  const place = tensor(Array.from({ length: size }, (_, i) => i / size));
  for (let i = 0; i < pictures; i++) {
    const kind = ["across", "down", "aslant"][i % 3]!;
    const drawn = random.uniform([9], { seed: i });
    const [rows, columns] = [place.expandDims(1), place.expandDims(0)];
    const along = { across: columns.add(rows.mul(0)), down: rows.add(columns.mul(0)) }[kind];
    const waves = (along ?? rows.add(columns)).mul(drawn.at(0).mul(40).add(20)).sin();
    const color = drawn.slice(0, 3, 6).reshape([3, 1, 1]);
    const noise = random.normal([3, size, size], { standardDeviation: 0.03, seed: i });
    const image = waves.mul(0.25).add(0.5).mul(color).add(0.2).add(noise).clip(0, 1);
    await writePng(path.join(folder, kind, `${i}.png`), image);
  }
}

async function decoded(folder: string): Promise<Pipeline<Batch>> {
  const { files } = await classFolders(folder);
  return from(files)
    .shuffle(files.length, 7)
    .map((file) => ({ ...file, side }))
    .mapInWorkers<{ images: Float32Array; labels: Int32Array }>(
      new URL("folder-decode.mjs", import.meta.url),
      { workers },
    )
    .batch(batchSize, { dropLast: true })
    .prefetch(2);
}

const changed = augment(
  randomFlip(),
  randomAffine({ degrees: 10, scale: [0.8, 1.2], translate: [0.1, 0.1], padding: "border" }),
  colorJitter({ brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.1 }),
  cutOut(4, { fill: 0.5 }),
);

/** One epoch; gives the mean cost. */
async function train(data: Iterable<Batch> | AsyncIterable<Batch>): Promise<number> {
  manualSeed(0);
  const network = sequential(
    convolution2d(3, 12, 3, { padding: 1 }),
    relu,
    maxPooling2d(2),
    convolution2d(12, 24, 3, { padding: 1 }),
    relu,
    maxPooling2d(2),
    flatten(),
    dense((24 * side * side) / 16, 3),
  );
  const report = await fit(network, data, {
    batchCost(model, batch, key) {
      const images = batch.images.reshape([-1, 3, side, side]);
      return crossEntropy(model.forward(changed(images, key).sub(0.5)), batch.labels.flatten());
    },
    optimizer: adam(network.parameters(), { learningRate: 0.003 }),
    epochs: 1,
  });
  return report!.cost;
}

async function secondsOf(act: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await act();
  return (performance.now() - start) / 1000;
}

async function main(): Promise<void> {
  if (values.help) return console.log(help);
  // One processor is the workers'.
  threads(Math.max(availableParallelism() - workers, 1));
  const folder = await mkdtemp(path.join(tmpdir(), "nabla-folder-"));
  try {
    await writePictures(folder);
    const pipeline = await decoded(folder);
    const inMemory: Batch[] = [];
    for await (const batch of pipeline) inMemory.push(batch);
    const ways: Readonly<Record<string, () => Promise<unknown>>> = {
      "decoding alone": async () => {
        for await (const { images } of pipeline) images.realize();
      },
      "training on what is decoded": () => train(pipeline),
      "training alone": () => train(inMemory),
    };
    // The first step is planned and compiled.
    await train(inMemory);
    const found = new Map<string, number[]>(Object.keys(ways).map((name) => [name, []]));
    for (let i = 0; i < rounds; i++) {
      for (const [name, act] of Object.entries(ways)) found.get(name)!.push(await secondsOf(act));
    }
    const of = `${pictures} pictures of ${size} x ${size}, to ${side} x ${side}, ${workers} workers`;
    console.log(`${of}:`);
    for (const [name, seconds] of found) console.log(`  ${name}: ${median(seconds).toFixed(2)} s`);
    const [alone, whole] = [...found.values()] as [number[], number[]];
    const shares = alone.map((seconds, i) => (whole[i]! - seconds) / seconds);
    console.log(`  what training adds to decoding: ${(100 * median(shares)).toFixed(0)} %`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

await main();
