// The command `compare`, given its arguments and streams; compare.ts gives it the process's.

import { manualSeed, NablaError, type Parameter } from "@nabla/autograd";
import {
  type DataPoint,
  type DescentPoint,
  dataStudy,
  descentStudy,
  type Optimizer,
  sgd,
} from "@nabla/nn";
import type { Mnist } from "../digits.ts";
import { loadMnist } from "../load.ts";
import { networkOf, sizesText } from "../network.ts";
import { type CommandContext, interrupted, runCommand } from "../run-command.ts";
import { writeFiles } from "../sections/document.ts";
import { printed, type Section } from "../sections/section.ts";
import { flatParameters } from "../surface.ts";
import { terminalOf } from "../terminal.ts";
import { datasetOf, firstOf } from "../training.ts";
import { checkWritable } from "../writable.ts";
import { type CompareOptions, help, parseOptions } from "./compare-options.ts";
import { costMap } from "./cost-map.ts";
import { dataSections } from "./data-sections.ts";
import { type Descent, descentSections, drunkOf } from "./descent-sections.ts";

/** Runs `compare` and returns its exit code: 0, 1 for a user error, 130 if interrupted. */
export async function runCompare(
  args: readonly string[],
  context: CommandContext,
): Promise<number> {
  return await runCommand({ help, parse: parseOptions, run: compare }, args, context);
}

async function compare(options: CompareOptions, context: CommandContext): Promise<number> {
  const { stdout, stderr, env, signal } = context;
  await checkWritable({ html: options.html, svg: options.svg });
  const mnist = await loadMnist({ directory: options.directory });
  const study = options.data ? amounts : descents;
  const sections = await study(mnist, options, context);
  if (signal.aborted) return interrupted;
  stdout.write(`${headOf(options)}\n\n${printed(sections, terminalOf(stdout, env))}`);
  const title = options.data
    ? "How accuracy depends on the amount of training data"
    : "The drunk man and the careful man: gradient descent with mini-batches";
  for (const path of await writeFiles(title, sections, options)) stderr.write(`wrote ${path}\n`);
  return 0;
}

const description = { hidden: [16, 16], activation: "sigmoid", cost: "quadratic" } as const;

function headOf({ learningRate, seed }: CompareOptions): string {
  const { activation, cost } = description;
  const network = `${sizesText(description)} ${activation} network, ${cost} cost`;
  return `${network}, learning rate ${learningRate}, seed ${seed}`;
}

/** Digits that the costs on the map are the mean of. */
const mostOnMap = 300;
const mapSize = [72, 40] as const;

/** A descent, with its position at each of its points. */
interface Descended {
  readonly points: DescentPoint[];
  readonly path: Float32Array[];
}

async function descents(
  mnist: Mnist,
  options: CompareOptions,
  { stderr, signal }: CommandContext,
): Promise<Section[]> {
  const available = mnist.train.labels.size;
  const { budget, seed, steps = 10_000 } = options;
  const examples = Math.min(options.examples, available);
  checkAll("--batch-sizes", options.batchSizes ?? [], examples);
  const usual = [1, 10, 100, 1000].filter((size) => size < examples);
  const batchSizes = ascending([...(options.batchSizes ?? usual), examples]);
  manualSeed(seed);
  const network = networkOf(description);
  const study = descentStudy(network, datasetOf(firstOf(mnist.train, examples)), {
    batchSizes,
    optimizer: optimizerOf(options),
    examples: budget,
    steps,
    shuffle: seed,
    signal,
  });
  const found = batchSizes.map((): Descended => ({ points: [], path: [] }));
  for await (const point of study) {
    const { points, path } = found[batchSizes.indexOf(point.batchSize)]!;
    if (points.length === 0) stderr.write(`gradient descent with batches of ${point.batchSize}\n`);
    points.push(point);
    path.push(flatParameters(network));
  }
  if (signal.aborted) return [];
  const descents: Descent[] = found.map(({ points }) => points);
  const paths = [descents.length - 1, drunkOf(descents)].map((i) => found[i]!.path);
  const digits = firstOf(mnist.train, Math.min(mostOnMap, examples));
  return descentSections(descents, costMap(network, digits, paths, mapSize));
}

async function amounts(
  mnist: Mnist,
  options: CompareOptions,
  { stderr, signal }: CommandContext,
): Promise<Section[]> {
  const available = mnist.train.labels.size;
  checkAll("--sizes", options.sizes ?? [], available);
  const usual = [100, 300, 1000, 3000, 10_000, 60_000].filter((size) => size <= available);
  const sizes = ascending(options.sizes ?? (usual.length > 0 ? usual : [available]));
  const data = { train: datasetOf(mnist.train), test: datasetOf(mnist.test) };
  const network = () => {
    manualSeed(options.seed);
    return networkOf(description);
  };
  const study = dataStudy(network, data, {
    sizes,
    optimizer: optimizerOf(options),
    steps: options.steps ?? 3000,
    batchSize: 100,
    shuffle: options.seed,
    signal,
  });
  const points: DataPoint[] = [];
  for await (const point of study) {
    stderr.write(`trained on ${point.examples} digits\n`);
    points.push(point);
  }
  return signal.aborted ? [] : dataSections(points);
}

function optimizerOf({ learningRate }: CompareOptions) {
  return (parameters: readonly Parameter[]): Optimizer => sgd(parameters, { learningRate });
}

function ascending(sizes: readonly number[]): number[] {
  return [...new Set(sizes)].sort((a, b) => a - b);
}

function checkAll(option: string, sizes: readonly number[], most: number): void {
  const wrong = sizes.find((size) => size > most);
  if (wrong === undefined) return;
  throw new NablaError(`${option}: got ${wrong}, there are ${most} digits`);
}
