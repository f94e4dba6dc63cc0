import { loadMnist, type Mnist } from "@nabla/mnist-demo";
import type { Report } from "@nabla/nn";
import { expect, test } from "vitest";
import { answeredDigits } from "../src/answers.ts";
import { parseOptions } from "../src/train-options.ts";
import { training } from "../src/training.ts";
import type { ActivationName, CostName, TrainingOptions } from "../src/training-options.ts";
import { folderWith, imagesOf, mnistFiles } from "./mnist-folder.ts";

function smallMnist(): Promise<Mnist> {
  return loadMnist({ directory: folderWith(mnistFiles(200, 50)) });
}

function optionsOf(args: string = ""): TrainingOptions {
  const options = parseOptions(["--batch-size=10", ...args.split(" ").filter(Boolean)]);
  if (options === "help") throw new Error("unreachable");
  return options;
}

async function all(reports: AsyncIterable<Report>): Promise<Report[]> {
  const read: Report[] = [];
  for await (const report of reports) read.push(report);
  return read;
}

test("a network learns, and every step and epoch is reported", async () => {
  const run = training(await smallMnist(), optionsOf("--epochs 10"));
  expect(run.examples).toBe(200);
  expect(run.steps).toBe(200);
  const reports = await all(run.reports);
  expect(reports.map(({ step }) => step)).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
  const ends = reports.filter(({ metrics }) => metrics);
  expect(ends.map(({ epoch, step }) => step / epoch)).toEqual(new Array(10).fill(20));
  expect(ends[9]!.cost).toBeLessThan(ends[0]!.cost / 2);
  expect(await run.accuracy()).toBe(ends[9]!.metrics!["accuracy"]);
});

test.each<[ActivationName, CostName]>([
  ["sigmoid", "quadratic"],
  ["tanh", "quadratic"],
  ["relu", "quadratic"],
  ["sigmoid", "cross-entropy"],
  ["tanh", "cross-entropy"],
  ["relu", "cross-entropy"],
])("a %s network learns with %s cost at its default rate", async (activation, cost) => {
  const options = optionsOf(`--epochs 10 --activation ${activation} --cost ${cost}`);
  const run = training(await smallMnist(), options);
  await all(run.reports);
  expect(await run.accuracy()).toBeGreaterThan(0.9);
});

test.each([
  "sgd --schedule cosine --weight-decay 0.0001",
  "adam --schedule one-cycle --learning-rate 0.02",
  "adamW --learning-rate 0.02 --weight-decay 0.1",
  "rmsProp --learning-rate 0.01",
  "adaGrad --learning-rate 0.1",
  "adaDelta --learning-rate 10",
  "lion --learning-rate 0.002 --weight-decay 0.1 --activation relu --cost cross-entropy",
])("a network learns by --optimizer %s", async (optimizer) => {
  const run = training(await smallMnist(), optionsOf(`--epochs 10 --optimizer ${optimizer}`));
  const ends = (await all(run.reports)).filter(({ metrics }) => metrics);
  expect(ends[9]!.cost).toBeLessThan(ends[0]!.cost * 0.8);
  expect(await run.accuracy()).toBeGreaterThan(0.8);
});

test("the same seed gives the same reports, another seed others", async () => {
  const mnist = await smallMnist();
  const costs = async (seed: number): Promise<number[]> => {
    const run = training(mnist, optionsOf(`--epochs 1 --seed ${seed}`));
    return (await all(run.reports)).map(({ cost }) => cost);
  };
  const [first, again, other] = [await costs(5), await costs(5), await costs(6)];
  expect(again).toEqual(first);
  expect(other).not.toEqual(first);
});

test("only as many digits are used as asked for, and no more can be asked for", async () => {
  const mnist = await smallMnist();
  const run = training(mnist, optionsOf("--examples 25 --epochs 2"));
  expect(run.steps).toBe(6);
  expect((await all(run.reports)).at(-1)!.step).toBe(6);
  expect(() => training(mnist, optionsOf("--examples 201"))).toThrow(
    "--examples: got 201, there are 200 training images",
  );
});

test("an aborted training ends after the step under way, and can still be measured", async () => {
  const stop = new AbortController();
  const run = training(await smallMnist(), optionsOf(), stop.signal);
  let steps = 0;
  for await (const { step } of run.reports) {
    steps = step;
    if (step === 7) stop.abort();
  }
  expect(steps).toBe(7);
  const accuracy = await run.accuracy();
  expect(accuracy).toBeGreaterThanOrEqual(0);
  expect(accuracy).toBeLessThanOrEqual(1);
});

test("digits are shown with what the network answers, right ones first", async () => {
  const mnist = await smallMnist();
  // Not trained for long: some answers are wrong.
  const run = training(mnist, optionsOf("--epochs 1 --examples 30"));
  await all(run.reports);
  const digits = await answeredDigits(run.network, mnist.test, 3);
  const isRight = digits.map(({ answer, label }) => answer === label);
  expect(isRight).toEqual([...isRight].sort((a, b) => Number(b) - Number(a)));
  expect(isRight.filter((right) => !right)).toHaveLength(3);
  // Of this label's image there are several; they differ only in which ink is missing.
  const images = imagesOf(50);
  for (const { pixels, label } of digits) {
    const same = Array.from({ length: 5 }, (_, i) => label + 10 * i).map((i) =>
      images.slice(i * 784, (i + 1) * 784),
    );
    expect(same).toContainEqual(pixels);
  }
});
