// What the page's worker does, without a page: training goes on, pauses, fails, and starts over.
import { loadMnist, type Mnist } from "@nabla/mnist-demo";
import { expect, test } from "vitest";
import { type Choices, type Progress, Session } from "../page/src/session.ts";
import { folderWith, mnistFiles } from "./mnist-folder.ts";

const choices: Choices = {
  hidden: [8],
  activation: "sigmoid",
  batchSize: 10,
  learningRate: 3,
  seed: 0,
  careful: true,
};
/** Steps so far that weights are infinite, and the cost no number any more. */
const failing: Choices = { ...choices, hidden: [8, 8], activation: "relu", learningRate: 1e38 };

function smallMnist(): Promise<Mnist> {
  return loadMnist({ directory: folderWith(mnistFiles(100, 20)) });
}

async function sessionWith(first: Choices) {
  const told: Progress[] = [];
  const session = new Session(await smallMnist(), first, (progress) => told.push(progress));
  return { session, told };
}

/** Trains until steps of both ways were told of. */
async function train(session: Session, told: readonly Progress[]): Promise<void> {
  const training = session.start();
  const isUnderWay = ({ running, miniBatches, fullSet }: Progress): boolean =>
    running && miniBatches.step > 0 && fullSet!.step > 0;
  while (!told.some(isUnderWay)) await new Promise((resume) => void setTimeout(resume, 10));
  await session.pause();
  await training;
}

test("trains until it is paused, and then tells of both ways where they stand", async () => {
  const { session, told } = await sessionWith(choices);
  await train(session, told);
  const { running, miniBatches, fullSet } = told.at(-1)!;
  expect(running).toBe(false);
  expect(miniBatches.step).toBeGreaterThan(0);
  expect(fullSet!.step).toBeGreaterThan(0);
});

test("a training that throws is told to whoever started it, and a new one can be started", async () => {
  const { session, told } = await sessionWith(failing);
  await expect(session.start()).rejects.toThrow(/^fit: the cost became NaN at step \d+/);
  // It is not told twice.
  await session.pause();
  expect(told.filter(({ running }) => !running)).toEqual([]);
  await session.reset(choices);
  expect(told.at(-1)).toMatchObject({ running: false, miniBatches: { step: 0 } });
  await train(session, told);
  expect(told.at(-1)!.miniBatches.step).toBeGreaterThan(0);
});

test("one step is one of each way, and a look is at the network of the mini-batches", async () => {
  const { session, told } = await sessionWith(choices);
  await session.stepOnce();
  expect(told.at(-1)).toMatchObject({ miniBatches: { step: 1 }, fullSet: { step: 1 } });
  const { layers, label } = session.look({ kind: "examples", from: 3, count: 1 });
  expect(label).toBe(3);
  expect(layers.map(({ activations }) => activations.length)).toEqual([8, 10]);
});
