// Checkpoints: training goes on from one as if it had never stopped, and from nothing else.
import * as zlib from "node:zlib";
import { compile, manualSeed, NablaError, random, type Tensor } from "@nabla/autograd";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { quadraticCost } from "../src/costs.ts";
import { dense } from "../src/dense.ts";
import { loadCheckpoint, type Progress, saveCheckpoint } from "../src/files/checkpoint.ts";
import { Checksum } from "../src/files/checksum.ts";
import { loadSafetensors, readSafetensors, toSafetensors } from "../src/files/safetensors.ts";
import { sigmoid } from "../src/index.ts";
import type { Layer } from "../src/layer.ts";
import { batchNorm } from "../src/layers/batch-norm.ts";
import { dropout } from "../src/layers/dropout.ts";
import { adam } from "../src/optimizers/adam.ts";
import type { Optimizer } from "../src/optimizers/optimizer.ts";
import { sgd } from "../src/optimizers/sgd.ts";
import { sequential } from "../src/sequential.ts";

let before = random.state();
beforeEach(() => {
  before = random.state();
});
afterEach(() => random.restore(before));

/** Draws, measures, and has an optimiser that keeps something. */
function training() {
  const model = sequential(dense(3, 4), batchNorm(4), sigmoid, dropout(0.5), dense(4, 1));
  const learningRate = (step: number) => 0.1 / (1 + step);
  return { model, optimizer: adam(model.parameters(), { learningRate }) };
}

/** Steps `from` to `to`, each on a batch of its own. */
function train({ model, optimizer }: ReturnType<typeof training>, from: number, to: number): void {
  const step = compile((x: Tensor<[8, 3]>) => {
    quadraticCost(model.forward(x), x.sum(1, { keepDims: true })).backward();
    optimizer.step();
  });
  for (let i = from; i < to; i++) step(random.normal([8, 3], { seed: i }));
}

const bitsOf = ({ model, optimizer }: { model: Layer; optimizer: Optimizer }) =>
  Buffer.concat([toSafetensors(model), toSafetensors(optimizer.state())]).toString("base64");

/** The bytes of a checkpoint. */
async function kept(what: Parameters<typeof saveCheckpoint>[1]): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const sink = new WritableStream<Uint8Array>({ write: (chunk) => void chunks.push(chunk) });
  await saveCheckpoint(sink, what);
  return Uint8Array.from(Buffer.concat(chunks));
}

test("training goes on with the same bits as if it had never stopped", async () => {
  manualSeed(3);
  const undisturbed = training();
  train(undisturbed, 0, 7);
  const end = random.uniform([2]).arraySync();

  manualSeed(3);
  const stopped = training();
  train(stopped, 0, 4);
  const file = await kept({ ...stopped, progress: { step: 4, shuffled: true, of: "digits" } });
  const before = bitsOf(stopped);
  train(stopped, 4, 5);

  manualSeed(99);
  const resumed = training();
  const progress = await loadCheckpoint(file, resumed);
  expect(progress).toEqual({ step: 4, shuffled: true, of: "digits" });
  expect(bitsOf(resumed)).toBe(before);
  train(resumed, 4, 7);
  expect(bitsOf(resumed)).toBe(bitsOf(undisturbed));
  expect(random.uniform([2]).arraySync()).toEqual(end);
});

test("progress comes back as it was, -0 and strange names included", async () => {
  const progress = { zero: -0, '"a":-0,': 0, text: "-0", small: -5e-324, is: false };
  const file = await kept({ model: dense(1, 1), progress });
  expect(await loadCheckpoint(file, { model: dense(1, 1) })).toStrictEqual(progress);
});

test("the values are those at the call, whatever happens while they are written", async () => {
  const trained = training();
  const before = bitsOf(trained);
  const saving = kept(trained);
  train(trained, 0, 2);
  const other = training();
  await loadCheckpoint(await saving, other);
  expect(bitsOf(other)).toBe(before);
});

test("a checkpoint is a safetensors file, which gives its model to others", async () => {
  const one = training();
  train(one, 0, 2);
  const file = await kept({ ...one, progress: { epoch: 1 } });
  const { tensors, metadata } = readSafetensors(file);
  expect(Object.keys(tensors)).toEqual(
    expect.arrayContaining(["model.0.weight", "model.1.running_var", "optimizer.steps"]),
  );
  expect(metadata).toMatchObject({ format: "nabla checkpoint 1", progress: '{"epoch":1}' });
  const [other, third] = [training().model, training().model];
  loadSafetensors(other, file, { rename: (name) => `model.${name}`, strict: false });
  await loadCheckpoint(file, { model: third });
  for (const model of [other, third]) {
    expect(toSafetensors(model)).toEqual(toSafetensors(one.model));
  }
});

describe("refused, and nothing changed", () => {
  const bare = () => {
    const model = dense(1, 1);
    return { model, optimizer: sgd(model.parameters(), { learningRate: 1, momentum: 0.5 }) };
  };
  async function expectRefused(file: Uint8Array, given = bare()): Promise<string> {
    const before = [bitsOf(given), random.state()];
    const error: unknown = await loadCheckpoint(file, given).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NablaError);
    expect([bitsOf(given), random.state()]).toEqual(before);
    return (error as Error).message;
  }

  test("a file in which one bit is another", async () => {
    const file = await kept({ ...bare(), progress: { epoch: 1 } });
    const given = bare();
    manualSeed(8);
    for (let at = 0; at < file.length; at++) {
      const damaged = file.slice();
      damaged[at]! ^= 1 << (at % 8);
      const message = await expectRefused(damaged, given);
      expect(message).toMatch(/^loadCheckpoint: .+$/);
    }
  });

  test("a file that ends early, at any byte", async () => {
    const file = await kept(bare());
    const given = bare();
    for (let end = 0; end < file.length; end++) await expectRefused(file.subarray(0, end), given);
  });

  test("what was damaged, or is no checkpoint", async () => {
    const file = await kept(bare());
    file[file.length - 5]! ^= 1;
    expect(await expectRefused(file)).toBe(
      "loadCheckpoint: the file is damaged: its bytes have another checksum",
    );
    expect(await expectRefused(toSafetensors(bare().model))).toBe(
      "loadCheckpoint: the file is no checkpoint of nabla's; " +
        "loadSafetensors reads files of parameters",
    );
  });

  test("what is of another model or another optimiser", async () => {
    const model = dense(2, 1);
    const optimizer = sgd(model.parameters(), { learningRate: 1, momentum: 0.5 });
    expect(await expectRefused(await kept({ model, optimizer }))).toBe(
      'loadCheckpoint: "model.weight" is [2, 1] in the file, [1, 1] in the model',
    );
    const other = dense(1, 1);
    const file = await kept({ model: other, optimizer: adam(other.parameters()) });
    expect(await expectRefused(file)).toMatch(
      /^loadCheckpoint: "(\d\.[^"]+|ownSteps)" is in the state, not in the optimiser$/,
    );
  });

  test("progress that would be lost", async () => {
    for (const [lost, text] of [
      [Number.NaN, "NaN"],
      [Number.POSITIVE_INFINITY, "Infinity"],
      [null, "null"],
      [[1], "an array"],
    ]) {
      const progress = { best: lost } as unknown as Progress;
      await expect(kept({ ...bare(), progress })).rejects.toThrow(
        `saveCheckpoint: progress "best" is ${text as string}, ` +
          "expected a finite number, a string or a boolean",
      );
    }
  });

  test("states that are no tensors", async () => {
    const expectThrown = (given: unknown, text: string) => {
      const thaw = { state: () => given, load: () => undefined };
      const what = { ...bare(), kept: { thaw } } as unknown as Parameters<typeof kept>[0];
      return expect(kept(what)).rejects.toThrow(`saveCheckpoint: ${text}`);
    };
    await expectThrown(
      { isFrozen: true },
      '"isFrozen" in the state of "kept.thaw" is true, expected a tensor',
    );
    await expectThrown(
      new Map(),
      'the state of "kept.thaw" is a Map, expected a plain object of tensors',
    );
  });
});

test("the checksum is that of zlib", () => {
  for (const length of [0, 1, 1000]) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * i) % 251);
    const sum = new Checksum();
    sum.add(bytes.subarray(0, 300));
    sum.add(bytes.subarray(300));
    const given = new DataView(sum.bytes().buffer).getUint32(0, true);
    expect(given).toBe(zlib.crc32(bytes));
  }
  const sum = new Checksum();
  sum.add(new TextEncoder().encode("123456789"));
  // The check value of CRC-32 in G. Cook's catalogue of parametrised CRC algorithms.
  expect(new DataView(sum.bytes().buffer).getUint32(0, true)).toBe(0xcbf43926);
});
