// A folder of small pictures, read, resized, and told apart by a network that sees each of them in another
// way at each step.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { random, stack, type Tensor, tensor } from "@nabla/autograd";
import {
  type Augmentation,
  augment,
  colorJitter,
  cutOut,
  randomAffine,
  randomFlip,
  readImage,
  resize,
  toFloat,
  writePng,
} from "@nabla/images";
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

export const kinds = ["circle", "square", "triangle"] as const;
type Kind = (typeof kinds)[number];

/** Whether a point, from the middle of a shape with radius 1, belongs to it. */
const inside: Readonly<Record<Kind, (x: number, y: number) => boolean>> = {
  circle: (x, y) => x * x + y * y < 1,
  square: (x, y) => Math.max(Math.abs(x), Math.abs(y)) < 0.85,
  triangle: (x, y) => y < 0.8 && Math.abs(x) < (y + 1.1) * 0.6,
};

/** A shape somewhere in a picture, [3, height, width], light before dark, with noise. */
export function picture(kind: Kind, seed: number): Tensor {
  const [height, width] = [40, 48];
  const drawn = random.uniform([9], { seed }).dataSync();
  const radius = 8 + 6 * drawn[0]!;
  const [middleX, middleY] = [
    radius + drawn[1]! * (width - 2 * radius),
    radius + drawn[2]! * (height - 2 * radius),
  ];
  const isShape = Float32Array.from({ length: height * width }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return Number(inside[kind]((x - middleX) / radius, (y - middleY) / radius));
  });
  const shape = tensor(isShape, { shape: [height, width] });
  const color = (from: number, least: number): Tensor =>
    tensor([...drawn.slice(from, from + 3)])
      .reshape([3, 1, 1])
      .mul(0.4)
      .add(least);
  const [ground, light] = [color(3, 0), color(6, 0.6)];
  const noise = random.normal([3, height, width], { standardDeviation: 0.05, seed });
  return ground.add(light.sub(ground).mul(shape)).add(noise).clip(0, 1);
}

/** Writes `each` pictures of every kind; files are named for what they show. */
export async function writePictures(folder: string, each: number, seed: number): Promise<void> {
  for (const [k, kind] of kinds.entries()) {
    for (let i = 0; i < each; i++) {
      await writePng(join(folder, `${kind}-${i}.png`), picture(kind, seed + kinds.length * i + k));
    }
  }
}

/** Pictures, [examples, 3, 20, 24], from 0 to 1, and their kinds. */
export interface Pictures {
  readonly images: Tensor;
  readonly labels: Tensor;
}

/** Reads the PNG files of a folder. */
export async function readPictures(folder: string): Promise<Pictures> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(".png")).sort();
  const images: Tensor[] = [];
  for (const name of files) {
    const image = toFloat(await readImage(join(folder, name)));
    images.push(resize(image, [20, 24], { antialias: true }));
  }
  const labels = files.map((name) => kinds.indexOf(name.split("-")[0] as Kind));
  return { images: stack(images).realize(), labels: tensor(labels, { dtype: "int32" }) };
}

/** What the network is shown in place of a picture. */
export const changes: readonly Augmentation[] = [
  randomFlip(),
  randomAffine({ degrees: 10, scale: [0.8, 1.2], translate: [0.15, 0.15], padding: "border" }),
  colorJitter({ brightness: 0.3, contrast: 0.3, saturation: 0.5, hue: 0.5 }),
  cutOut(4, { fill: 0.5 }),
];

/** Trains a network on pictures changed by `steps`, and gives its share of right answers on others. */
export async function trained(
  data: Pictures,
  others: Pictures,
  { epochs, steps }: { readonly epochs: number; readonly steps: readonly Augmentation[] },
): Promise<number> {
  const network = sequential(
    convolution2d(3, 12, 3, { padding: 1 }),
    relu,
    maxPooling2d(2),
    convolution2d(12, 24, 3, { padding: 1 }),
    relu,
    maxPooling2d(2),
    flatten(),
    dense(24 * 5 * 6, 3),
  );
  const changed = augment(...steps);
  await fit(
    network,
    { ...data },
    {
      batchCost: (model, { images, labels }) =>
        crossEntropy(model.forward(changed(images).sub(0.5)), labels),
      optimizer: adam(network.parameters(), { learningRate: 0.003 }),
      batchSize: 30,
      shuffle: 1,
      epochs,
    },
  );
  const answers = network.forward(others.images.sub(0.5)).argMax(1);
  return answers.equal(others.labels).cast("float32").mean().item();
}
