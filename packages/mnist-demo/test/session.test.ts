// What the page's worker does, without a page: training goes on, pauses, fails, and starts over.
import { loadMnist } from "@nabla/mnist-demo";
import { expect, test } from "vitest";
import { type Choices } from "../page/src/choices.ts";
import { type DigitSource, type Progress, Session } from "../page/src/session.ts";
import { thereAlready } from "../page/src/training-digits.ts";
import { folderWith, mnistFiles } from "./mnist-folder.ts";

const choices: Choices = {
  hidden: [8],
  activation: "sigmoid",
  batchSize: 10,
  learningRate: 3,
  seed: 0,
  examples: 100,
  careful: true,
};
/** Steps so far that weights are infinite, and the cost no number any more. */
const failing: Choices = { ...choices, hidden: [8, 8], activation: "relu", learningRate: 1e38 };

async function smallDigits(): Promise<DigitSource> {
  const { train, test } = await loadMnist({ directory: folderWith(mnistFiles(100, 20)) });
  return { test, train: (count) => thereAlready(train, count) };
}

async function sessionWith(first: Choices) {
  const told: Progress[] = [];
  const session = new Session(await smallDigits(), first, (progress) => told.push(progress));
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
  const { layers, label } = await session.look({ kind: "examples", from: 3, count: 1 });
  expect(label).toBe(3);
  expect(layers.map(({ activations }) => activations.length)).toEqual([8, 10]);
});

test("the first epoch takes digits in their order, before the later ones are there", async () => {
  const small = await smallDigits();
  const digits = small.train(100);
  const asked: number[] = [];
  let come = (): void => {};
  const rest = new Promise<void>((resolve) => {
    come = resolve;
  });
  const arriving = {
    count: 100,
    async slice(from: number, to: number) {
      asked.push(from);
      if (to > 50) await rest;
      return digits.slice(from, to);
    },
  };
  const told: Progress[] = [];
  const source = { test: small.test, train: () => arriving };
  const session = new Session(source, { ...choices, careful: false }, (one) => told.push(one));
  for (let step = 0; step < 4; step++) await session.stepOnce();
  expect(told.at(-1)).toMatchObject({ epoch: 1, miniBatches: { step: 4, examples: 40 } });
  expect(asked.slice(0, 5)).toEqual([0, 10, 20, 30, 40]);
  come();
  for (let step = 4; step < 11; step++) await session.stepOnce();
  expect(told.at(-1)).toMatchObject({ epoch: 2, miniBatches: { step: 11 } });

  const whole = await sessionWith({ ...choices, careful: false });
  await whole.session.reset({ ...choices, careful: false }, 11);
  expect(whole.told.at(-1)!.miniBatches).toEqual(told.at(-1)!.miniBatches);
  expect(whole.told.map(({ miniBatches }) => miniBatches.step)).toEqual([0, 5, 10, 11]);
});

test("shows each step at the pace of frames, waits for the listener, and stops where asked", async () => {
  const steps: number[] = [];
  let isBusy = false;
  const show = async ({ miniBatches }: Progress): Promise<void> => {
    expect(isBusy).toBe(false);
    isBusy = true;
    await new Promise((resolve) => void setTimeout(resolve, 5));
    isBusy = false;
    steps.push(miniBatches.step);
  };
  const session = new Session(await smallDigits(), { ...choices, careful: false }, show);
  await session.start("frame", 8);
  expect(steps).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 8]);
});

test("training that is paused and started at once goes on once", async () => {
  const { session, told } = await sessionWith({ ...choices, careful: false });
  const first = session.start("frame");
  const paused = session.pause();
  const second = session.start("frame", 20);
  await Promise.all([first, paused, second]);
  expect(told.at(-1)).toMatchObject({ running: false, miniBatches: { step: 20 } });
  const steps = told.map(({ miniBatches }) => miniBatches.step);
  expect(steps).toEqual(steps.toSorted((a, b) => a - b));
});
