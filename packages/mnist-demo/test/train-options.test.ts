import { describe, expect, it, test } from "vitest";
import { help, parseOptions } from "../src/train-options.ts";
import { messageOf } from "./idx-bytes.ts";

const defaults = {
  model: "mlp",
  epochs: 10,
  batchSize: 100,
  optimizer: "sgd",
  learningRate: 3,
  schedule: "constant",
  weightDecay: 0,
  hidden: [16, 16],
  activation: "sigmoid",
  cost: "quadratic",
  seed: 0,
  examples: undefined,
  data: undefined,
  save: undefined,
  checkpointEvery: undefined,
  report: undefined,
  resume: false,
  native: false,
};

const cnn = {
  model: "cnn",
  hidden: [120, 84],
  activation: "relu",
  cost: "cross-entropy",
  optimizer: "adam",
  learningRate: 0.001,
};

describe("arguments mean", () => {
  it.each<[args: string, meaning: object]>([
    ["", {}],
    ["--", {}],
    ["--epochs 3", { epochs: 3 }],
    ["-- --epochs 3", { epochs: 3 }],
    ["--epochs=3 --seed=7", { epochs: 3, seed: 7 }],
    ["--epochs 3 --epochs 4", { epochs: 4 }],
    ["--batch-size 10 --hidden 30", { batchSize: 10, hidden: [30] }],
    ["--hidden 100,50,20", { hidden: [100, 50, 20] }],
    ["--learning-rate .5", { learningRate: 0.5 }],
    ["--learning-rate 1e-2", { learningRate: 0.01 }],
    ["--examples 2000 --data some/folder", { examples: 2000, data: "some/folder" }],
    [
      "--save net.safetensors --checkpoint-every 50 --resume --native",
      { save: "net.safetensors", checkpointEvery: 50, resume: true, native: true },
    ],
    ["--activation tanh", { activation: "tanh", learningRate: 0.3 }],
    ["--activation relu", { activation: "relu", learningRate: 0.3 }],
    ["--cost cross-entropy", { cost: "cross-entropy", learningRate: 1 }],
    [
      "--activation relu --cost cross-entropy",
      { activation: "relu", cost: "cross-entropy", learningRate: 0.1 },
    ],
    ["--optimizer adam", { optimizer: "adam", learningRate: 0.001 }],
    [
      "--optimizer adaDelta --activation relu",
      { optimizer: "adaDelta", learningRate: 1, activation: "relu" },
    ],
    ["--schedule cosine --weight-decay 1e-4", { schedule: "cosine", weightDecay: 1e-4 }],
    ["--model cnn", cnn],
    [
      "--model cnn --hidden 50 --optimizer sgd",
      { ...cnn, hidden: [50], optimizer: "sgd", learningRate: 0.1 },
    ],
    ["--activation relu --learning-rate 3", { activation: "relu", learningRate: 3 }],
  ])("%j", (args, meaning) => {
    expect(parseOptions(split(args))).toEqual({ ...defaults, ...meaning });
  });

  it.each(["--help", "-h", "--epochs 3 --help", "-- --help"])("%j: help", (args) => {
    expect(parseOptions(split(args))).toBe("help");
  });
});

describe("arguments are refused", () => {
  const integer = "expected a positive integer";
  const sizes = "expected one or more integers from 1 to 10000, such as 16,16";
  it.each<[args: string, message: string]>([
    ["--activation sigmod", '--activation: got "sigmod", expected sigmoid, tanh or relu'],
    ["--cost mse", '--cost: got "mse", expected quadratic or cross-entropy'],
    ["--model lenet", '--model: got "lenet", expected mlp or cnn'],
    ["--epochs 0", `--epochs: got "0", ${integer}`],
    ["--epochs 1.5", `--epochs: got "1.5", ${integer}`],
    ["--epochs -1", `--epochs: got "-1", ${integer}`],
    ["--epochs ten", `--epochs: got "ten", ${integer}`],
    ["--epochs", `--epochs: got nothing, ${integer}`],
    ["--epochs --seed 1", `--epochs: got "--seed", ${integer}`],
    ["--epochs 9999999999999999999", `--epochs: got "9999999999999999999", ${integer}`],
    ["--batch-size 0x10", `--batch-size: got "0x10", ${integer}`],
    ["--examples 0", `--examples: got "0", ${integer}`],
    ["--learning-rate 0", '--learning-rate: got "0", expected a positive number'],
    ["--learning-rate -3", '--learning-rate: got "-3", expected a positive number'],
    ["--learning-rate 1e999", '--learning-rate: got "1e999", expected a positive number'],
    ["--learning-rate NaN", '--learning-rate: got "NaN", expected a positive number'],
    [
      "--optimizer adma",
      '--optimizer: got "adma", expected sgd, adam, adamW, rmsProp, adaGrad, adaDelta or lion',
    ],
    ["--schedule step", '--schedule: got "step", expected constant, cosine or one-cycle'],
    [
      "--optimizer adam --weight-decay 0.1",
      '--weight-decay: got "0.1", expected none, for adam lets no weights decay',
    ],
    ["--resume", "--resume: got no --save, expected --save FILE, too"],
    ["--checkpoint-every 5", "--checkpoint-every: got no --save, expected --save FILE, too"],
    ["--hidden 16,,16", `--hidden: got "16,,16", ${sizes}`],
    ["--hidden 0", `--hidden: got "0", ${sizes}`],
    ["--hidden 1000000000", `--hidden: got "1000000000", ${sizes}`],
    ["--seed -1", '--seed: got "-1", expected an integer from 0'],
    ["--data=", "--data: got nothing, expected a folder"],
    ["--epoch 3", 'train: there is no option "--epoch"; did you mean --epochs?'],
    ["--batchsize 3", 'train: there is no option "--batchsize"; did you mean --batch-size?'],
    ["--learning 3", 'train: there is no option "--learning"; did you mean --learning-rate?'],
    ["--hepl", 'train: there is no option "--hepl"; did you mean --help?'],
    [
      "--momentum 0.9",
      'train: there is no option "--momentum"; expected --model, --epochs, --batch-size, --optimizer, ' +
        "--learning-rate, --schedule, --weight-decay, --hidden, --activation, --cost, --seed, --examples, " +
        "--data, --save, --checkpoint-every, --report, --resume, --native or --help",
    ],
    ["3", 'train: got "3", expected only options'],
    ["--seed 1 extra", 'train: got "extra", expected only options'],
  ])("%j", (args, message) => {
    expect(messageOf(() => parseOptions(split(args)))).toBe(message);
  });
});

test("a long number is read at once, and what is no number is refused, however long", () => {
  const digits = "1".repeat(100_000);
  expect(parseOptions(["--learning-rate", `${digits}e-99999`])).toMatchObject({
    learningRate: 1.1111111111111112,
  });
  for (const text of [`${digits}x`, `${digits}.${digits}e`]) {
    expect(messageOf(() => parseOptions(["--learning-rate", text]))).toBe(
      `--learning-rate: got ${JSON.stringify(text)}, expected a positive number`,
    );
  }
}, 5000);

test("help names every option and default, and fits into 100 columns", () => {
  for (const option of Object.keys(defaults)) {
    const name = option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    expect(help).toMatch(new RegExp(`^  --${name} `, "m"));
  }
  for (const value of [10, 100, "16,16", "sigmoid", "quadratic", 0]) {
    expect(help).toContain(`(${value})`);
  }
  for (const line of help.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
});

test("the examples in help can be given", () => {
  const examples = [...help.matchAll(/^ {2}npx --yes pnpm@12 train (--.*)$/gm)];
  expect(examples).toHaveLength(5);
  for (const [, args] of examples) expect(() => parseOptions(split(args!))).not.toThrow();
});

function split(args: string): string[] {
  return args.split(" ").filter((arg) => arg !== "");
}
