// Training where nothing can be read at once: the same bits as where it can.
import {
  compile,
  guard,
  manualSeed,
  type Parameter,
  parameter,
  realizeAsync,
  setBackend,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import {
  accuracy,
  adam,
  adamW,
  batches,
  batchNorm,
  bestModel,
  clipGradNorm,
  cosineDecay,
  crossEntropy,
  dense,
  descentStudy,
  dropout,
  fit,
  loadCheckpoint,
  loadSafetensors,
  measure,
  quadraticCost,
  type Report,
  relu,
  saveCheckpoint,
  saveSafetensors,
  sensitivity,
  sequential,
  sgd,
  toSafetensors,
  tryNudge,
} from "@nabla/nn";
import { afterEach, describe, expect, test } from "vitest";
import { answersLater } from "./later-device.ts";

afterEach(() => setBackend("wasm"));

const examples = 12;
const pixels = Float32Array.from({ length: examples * 3 }, (_, i) => Math.sin(i * i));
const classes = Int32Array.from({ length: examples }, (_, i) => (i * 7) % 4);
const dataset = () => ({
  // Not known yet.
  inputs: tensor(pixels, { shape: [examples, 3] }).mul(2),
  targets: tensor(classes),
});
const modelOf = () => sequential(dense(3, 6), batchNorm(6), relu, dropout(0.2), dense(6, 4));

/** Bytes that a `WritableStream` was given. */
function sink(): { readonly stream: WritableStream<Uint8Array>; bytes(): Uint8Array } {
  const chunks: Uint8Array[] = [];
  const stream = new WritableStream<Uint8Array>({ write: (chunk) => void chunks.push(chunk) });
  return { stream, bytes: () => Buffer.concat(chunks) };
}

async function bytesOf(write: (stream: WritableStream<Uint8Array>) => Promise<void>) {
  const to = sink();
  await write(to.stream);
  return to.bytes();
}

describe("on a device that answers later", () => {
  const trained = async (name: string, { compiled }: { readonly compiled: boolean }) => {
    setBackend(name);
    manualSeed(3);
    const model = modelOf();
    const learningRate = cosineDecay({ from: 0.05, steps: 5 });
    const optimizer = adamW(model.parameters(), { learningRate });
    const best = bestModel(model);
    const said: Partial<Report>[] = [];
    const data = dataset();
    const reports = fit(model, data, {
      cost: crossEntropy,
      optimizer,
      epochs: 2,
      batchSize: 6,
      shuffle: 5,
      compiled,
      metrics: { accuracy },
      validation: dataset(),
      beforeStep: (parameters) => void clipGradNorm(parameters, 1),
    });
    for await (const report of reports) {
      best.see({ ...report, validationCost: -report.epoch });
      const { examplesPerSecond: _, secondsLeft: __, ...rest } = report;
      said.push(rest);
    }
    const after = await bytesOf((stream) => saveCheckpoint(stream, { model, optimizer }));
    best.restore();
    const restored = await bytesOf((stream) => saveSafetensors(stream, model));
    const other = modelOf();
    const resumed = adamW(other.parameters(), { learningRate });
    await loadCheckpoint(after, { model: other, optimizer: resumed });
    const stream = async function* () {
      for await (const batch of batches(data, { size: 6, shuffle: 2 })) yield batch;
    };
    const options = { cost: crossEntropy, optimizer: resumed, epochs: 1, compiled };
    const last = await fit(other, stream, options);
    const measured = await measure(other, data, { accuracy, cost: crossEntropy });
    const values = await Promise.all(other.parameters().map((p) => p.data()));
    return { said, after, restored, values, cost: last?.cost, measured };
  };

  test.each([true, false])(
    "fit trains, keeps, goes on and measures; compiled: %s",
    async (compiled) => {
      expect(await trained(answersLater, { compiled })).toEqual(
        await trained("at once", { compiled }),
      );
    },
  );

  test("steps that fail leave all as it was", async () => {
    const failed = async (name: string, compiled: boolean) => {
      setBackend(name);
      manualSeed(1);
      const model = sequential(dense(3, 4), batchNorm(4));
      const optimizer = adam(model.parameters(), { learningRate: (step) => 0.1 / (1 + step) });
      const data = {
        inputs: tensor([
          [1, 2, 3],
          [3, 1, 2],
        ]),
        targets: tensor([0, 3], { dtype: "int32" }),
      };
      const options = { cost: crossEntropy, optimizer, epochs: 1, batchSize: 2, compiled };
      await fit(model, data, options);
      const bad = {
        ...data,
        inputs: tensor([
          [1, Number.NaN, 3],
          [3, 1, 2],
        ]),
      };
      const error = await fit(model, bad, options).then(() => undefined, String);
      const wrong = {
        ...options,
        beforeStep: () => {
          throw new RangeError("no step");
        },
      };
      const other = await fit(model, data, wrong).then(() => undefined, String);
      await fit(model, data, options);
      const bytes = await bytesOf((stream) => saveCheckpoint(stream, { model, optimizer }));
      return { error: error?.slice(0, 60), other, bytes };
    };
    for (const compiled of [true, false]) {
      const found = await failed(answersLater, compiled);
      expect(found).toEqual(await failed("at once", compiled));
      expect(found.error).toContain("the cost became NaN at step 1");
      expect(found.other).toBe("RangeError: no step");
    }
  });

  test("optimisers step by stepAsync, with schedules and states", async () => {
    const stepped = async (name: string) => {
      setBackend(name);
      const w = parameter([3, -2]);
      const optimizer = adam([w], { learningRate: (step) => 1 / (1 + step) });
      for (let i = 0; i < 3; i++) {
        w.square().sum().backward();
        await optimizer.stepAsync();
      }
      const state = optimizer.state();
      await realizeAsync(...Object.values(state));
      w.square().sum().backward();
      await optimizer.stepAsync();
      const other = adam([w]);
      other.load(state);
      const again = await Promise.all(Object.values(other.state()).map((x) => x.array()));
      return [
        await w.array(),
        await Promise.all(Object.values(state).map((x) => x.array())),
        again,
      ];
    };
    expect(await stepped(answersLater)).toEqual(await stepped("at once"));
  });

  test("models are written and read with transposes, and studied", async () => {
    const studied = async (name: string) => {
      setBackend(name);
      const model = dense(2, 1, { bias: false });
      model.weight.assign([[1], [2]]);
      const options = { transpose: () => true, rename: (own: string) => `a.${own}` };
      const bytes = await bytesOf((stream) => saveSafetensors(stream, model, options));
      const other = dense(2, 1, { bias: false });
      loadSafetensors(other, bytes, options);
      const data = {
        inputs: tensor([
          [1, 2],
          [2, 0],
        ]),
        targets: tensor([[2], [4]]),
      };
      const points = [];
      const optimizer = (parameters: readonly Parameter[]) =>
        sgd(parameters, { learningRate: 0.1 });
      for await (const point of descentStudy(other, data, {
        batchSizes: [1, 2],
        optimizer,
        steps: 3,
      })) {
        points.push({ ...point, seconds: 0 });
      }
      const cost = () => quadraticCost(other.forward(data.inputs), data.targets);
      const [first] = await sensitivity(cost, other);
      return [
        points,
        first?.derivative,
        await tryNudge(cost, first!, 0.5),
        await other.weight.array(),
      ];
    };
    expect(await studied(answersLater)).toEqual(await studied("at once"));
  });

  test("what would have to wait names what to call", async () => {
    setBackend(answersLater);
    const model = dense(2, 1);
    const optimizer = sgd(model.parameters(), { learningRate: 0.1, momentum: 0.5 });
    const x = tensor([[1, 2]]);
    quadraticCost(model.forward(x), tensor([[0]])).backward();
    expect(() => optimizer.step()).toThrow(
      "step: the device answers later, and nobody can wait here; await optimizer.stepAsync()",
    );
    await optimizer.stepAsync();
    const data = { inputs: x, targets: x };
    expect(() => [...batches(data, { size: 1 })]).toThrow(
      "batches: the device answers later, and nobody can wait here; loop over them by `for await`",
    );
    expect(() => toSafetensors(model)).toThrow(
      "toSafetensors: the device answers later, and nobody can wait here; await saveSafetensors(target, model)",
    );
    expect(() => optimizer.load(optimizer.state())).toThrow(
      "load: the device answers later, and nobody can wait here; await realizeAsync(...Object.values(state)) before",
    );
    const step = compile((y: Tensor) => {
      const cost = guard(model.forward(y).sum(), () => {});
      cost.backward();
      optimizer.step();
      return cost;
    });
    expect(() => step(x)).toThrow("await f.async(x)");
    const found = [];
    for await (const { inputs } of batches(data, { size: 1, shuffle: 1 }))
      found.push(await inputs.array());
    expect(found).toEqual([[[1, 2]]]);
    await step.async(x);
    expect(await optimizer.state()["steps"]!.item()).toBe(2);
  });
});
