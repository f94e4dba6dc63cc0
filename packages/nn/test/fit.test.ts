// Where training has its data from, how it goes on, and what it answers to what cannot be learnt.
import {
  manualSeed,
  NablaError,
  parameter,
  random,
  type Tensor,
  tensor,
  zeros,
} from "@nabla/autograd";
import { describe, expect, expectTypeOf, test } from "vitest";
import { batches } from "../src/batches.ts";
import { clipGradNorm } from "../src/clipping.ts";
import { crossEntropy, quadraticCost } from "../src/costs.ts";
import { dense } from "../src/dense.ts";
import type { TrainingData } from "../src/feed.ts";
import { toSafetensors } from "../src/files/safetensors.ts";
import { fit } from "../src/fit.ts";
import type { FitOptions } from "../src/fit-options.ts";
import { batchNorm } from "../src/layers/batch-norm.ts";
import { dropout } from "../src/layers/dropout.ts";
import { measure } from "../src/measure.ts";
import { meanAbsoluteError } from "../src/metrics.ts";
import { adam } from "../src/optimizers/adam.ts";
import { sgd } from "../src/optimizers/sgd.ts";
import type { Report } from "../src/report.ts";
import { sequential } from "../src/sequential.ts";
import { bestModel, earlyStopping } from "../src/watching.ts";

const rows = [
  [0, 0],
  [0, 1],
  [1, 0],
  [1, 1],
  [2, 1],
];
const wanted = [[0], [1], [1], [2], [3]];
const dataset = { inputs: tensor(rows), targets: tensor(wanted) };
const inTwos = [0, 2, 4].map((from) => ({
  inputs: rows.slice(from, from + 2),
  targets: wanted.slice(from, from + 2),
}));

async function train(data: TrainingData, options: Partial<FitOptions> = {}) {
  manualSeed(5);
  const model = dense(2, 1);
  const optimizer = adam(model.parameters(), { learningRate: 0.1 });
  const reports: Report[] = [];
  const all = fit(model, data, { cost: quadraticCost, optimizer, epochs: 3, ...options });
  for await (const report of all) reports.push(report);
  return { reports, weight: model.weight.arraySync(), model, optimizer };
}

describe("data", () => {
  test("may come in batches: arrays, typed arrays or tensors, at once or later, each epoch anew", async () => {
    const expected = await train(inTwos);
    expect(expected.reports.map(({ step }) => step)).toEqual([3, 6, 9]);
    expect(expected.reports.at(-1)!.cost).toBeLessThan(expected.reports[0]!.cost);
    const asTensors = inTwos.map(({ inputs, targets }) => ({
      inputs: tensor(new Float32Array(inputs.flat()), { shape: [inputs.length, 2] as number[] }),
      targets: tensor(targets),
    }));
    const later = (prefetch: number) =>
      train(
        async function* () {
          yield* asTensors;
        },
        { prefetch },
      );
    for (const same of [await train(asTensors), await later(0), await later(2)]) {
      expect(same.weight).toEqual(expected.weight);
      expect(same.reports.map(({ cost }) => cost)).toEqual(
        expected.reports.map(({ cost }) => cost),
      );
    }
  });

  test("come in an order that no other seed's epoch has, and no draw of the data's", async () => {
    const count = 40;
    const numbers = { x: tensor(Float32Array.from({ length: count }, (_, i) => i)) };
    const data = { ...numbers, targets: zeros([count]) };
    /** The order of each of three epochs. */
    const ordersBy = async (shuffle: number) => {
      const seen: number[] = [];
      const bias = parameter(0);
      const model = {
        forward(x: Tensor) {
          seen.push(...(x.dataSync() as Float32Array));
          return x.mul(bias);
        },
        parameters: () => [bias],
      };
      const optimizer = sgd([bias], { learningRate: 0.1 });
      const options = { cost: quadraticCost, optimizer, epochs: 3, batchSize: 9, shuffle };
      for await (const _ of fit(model, data, { ...options, compiled: false }));
      return [0, 1, 2].map((epoch) => seen.slice(epoch * count, (epoch + 1) * count));
    };
    const orders = (await Promise.all([0, 1, 2].map(ordersBy))).flat();
    expect(new Set(orders.map(String)).size).toBe(9);
    for (const order of orders) {
      expect(order.toSorted((a, b) => a - b)).toEqual(numbers.x.arraySync());
    }
    const documented = batches(numbers, { size: count, shuffle: random.foldIn(2, 3) });
    expect([...documented][0]!.x.arraySync()).toEqual(orders.at(-1));
  });

  test("are asked for ahead of their turn, and closed when training ends", async () => {
    const log: string[] = [];
    async function* stream() {
      try {
        for (const [i, batch] of inTwos.entries()) {
          log.push(`batch ${i}`);
          yield batch;
        }
      } finally {
        log.push("closed");
      }
    }
    const model = dense(2, 1);
    const optimizer = sgd(model.parameters(), { learningRate: 0.1 });
    const options = { cost: quadraticCost, optimizer, epochs: 9, reportEvery: 1, prefetch: 1 };
    for await (const { step } of fit(model, stream, options)) {
      log.push(`step ${step}`);
      break;
    }
    expect(log).toEqual(["batch 0", "batch 1", "step 1", "closed"]);
  });

  test("called inputs and targets may stand in any order", async () => {
    const expected = await train(dataset, { batchSize: 2 });
    const turned = { targets: dataset.targets, inputs: dataset.inputs };
    const { weight } = await train(turned, { batchSize: 2, validation: dataset });
    expect(weight).toEqual(expected.weight);
    const metrics = { cost: quadraticCost };
    expect(await measure(expected.model, turned, metrics)).toEqual(
      await measure(expected.model, dataset, metrics),
    );
  });

  test("of several sizes of batches are traced once a size, not once an epoch", async () => {
    let traces = 0;
    const cost = (outputs: Tensor, targets: Tensor) => {
      traces++;
      return quadraticCost(outputs, targets);
    };
    await train(dataset, { batchSize: 2, cost, epochs: 5 });
    expect(traces).toBe(2);
    await train(inTwos, { cost, epochs: 5 });
    expect(traces).toBe(4);
  });
});

describe("reports", () => {
  test("need not be looped over: who awaits them trains to the end, and has the last one", async () => {
    const looped = await train(inTwos);
    manualSeed(5);
    const model = dense(2, 1);
    const optimizer = adam(model.parameters(), { learningRate: 0.1 });
    const last = await fit(model, inTwos, { cost: quadraticCost, optimizer, epochs: 3 });
    expect([last?.step, last?.cost]).toEqual([9, looped.reports.at(-1)!.cost]);
    expect(model.weight.arraySync()).toEqual(looped.weight);
    const failed = fit(model, [], { cost: quadraticCost, optimizer, epochs: 1 });
    await expect(
      failed.then(undefined, (error: unknown) => (error as Error).message),
    ).resolves.toBe("fit: epoch 1 has no batches");
  });

  test("have the metrics that were asked for, and the cost of what is not learnt from", async () => {
    const options = {
      batchSize: 2,
      epochs: 1,
      metrics: { cost: quadraticCost, error: meanAbsoluteError },
    };
    const validation = { inputs: tensor([[3, 3]]), targets: tensor([[5]]) };
    const { reports, model } = await train(dataset, { ...options, validation, reportEvery: 1 });
    const [within, , end] = reports;
    expect([within!.metrics, within!.validationCost]).toEqual([undefined, undefined]);
    const cost = quadraticCost(model.forward(validation.inputs), validation.targets).itemSync();
    expect(end!.validationCost).toBeCloseTo(cost, 5);
    expect(end!.metrics!["cost"]).toBeCloseTo(cost, 5);
    expect(end!.metrics!["error"]).toBeCloseTo(Math.sqrt(cost), 5);
    expect((await train(dataset, options)).reports[0]!.validationCost).toBeUndefined();
    const own = fit(model, dataset, {
      ...options,
      cost: quadraticCost,
      optimizer: sgd(model.parameters(), { learningRate: 0.1 }),
    });
    expectTypeOf(await own).toEqualTypeOf<Report<"cost" | "error"> | undefined>();
  });
});

describe("between the gradient and the step", () => {
  test("gradients can be clipped, also where steps are compiled", async () => {
    const beforeStep: FitOptions["beforeStep"] = (parameters) => {
      clipGradNorm(parameters, 1e-3);
    };
    manualSeed(5);
    const before = dense(2, 1).weight.arraySync();
    const model = dense(2, 1);
    model.weight.assign(tensor(before));
    const optimizer = sgd(model.parameters(), { learningRate: 1 });
    const options = { cost: quadraticCost, optimizer, epochs: 1, batchSize: 5, beforeStep };
    for await (const { step } of fit(model, dataset, options)) expect(step).toBe(1);
    const moved = [
      ...model.weight.arraySync().map(([w], i) => w! - before[i]![0]!),
      ...model.bias!.arraySync(),
    ];
    // The norm of the step is that of the gradient; float32 has 7 digits, of weights near 1.
    expect(Math.hypot(...moved)).toBeCloseTo(1e-3, 6);
  });
});

describe("a step whose cost is NaN", () => {
  const nan = Number.NaN;
  /** Batches, some of which have a NaN. */
  const stream = (...firsts: number[]) =>
    firsts.map((first, i) => ({
      inputs: [
        [first, i],
        [2, -i],
        [i, 1],
      ],
      targets: [[1], [i], [0]],
    }));
  const made = () => {
    manualSeed(3);
    const model = sequential(dense(2, 3), batchNorm(3), dropout(0.5), dense(3, 1));
    return { model, optimizer: adam(model.parameters(), { learningRate: 0.1 }) };
  };
  const stateOf = ({ model, optimizer }: ReturnType<typeof made>) => ({
    bits: Buffer.concat([toSafetensors(model), toSafetensors(optimizer.state())]).toString("hex"),
    random: random.state(),
    gradients: model.parameters().map(({ grad }) => grad?.arraySync()),
  });

  test.each([true, false])("is not taken: all is as before it, compiled: %s", async (compiled) => {
    const [failing, untroubled] = [made(), made()];
    const options = { cost: quadraticCost, epochs: 1, compiled };
    manualSeed(3);
    const { optimizer } = untroubled;
    await fit(untroubled.model, stream(1, 2), { ...options, optimizer });
    const before = stateOf(untroubled);
    manualSeed(3);
    await expect(
      fit(failing.model, stream(1, 2, nan, 4), { ...options, optimizer: failing.optimizer }),
    ).rejects.toThrow(
      /^fit: the cost became NaN at step 3 \(epoch 1\), which was not taken: the data have NaN/,
    );
    expect(stateOf(failing)).toEqual(before);
    for (const { model, optimizer: own } of [failing, untroubled]) {
      random.restore(before.random);
      await fit(model, stream(5, 6), { ...options, optimizer: own });
    }
    expect(stateOf(failing)).toEqual(stateOf(untroubled));
  });

  test("says what may help: a smaller rate only where a step may have been too long", async () => {
    const run = async (values: readonly number[], learningRate: number) => {
      const { model } = made();
      const optimizer = sgd(model.parameters(), { learningRate });
      const cost = (outputs: Tensor, targets: Tensor) =>
        quadraticCost(outputs, targets).add(outputs.sub(outputs).sum());
      return fit(model, stream(...values), { cost, optimizer, epochs: 1 }).then(
        () => "",
        (error: unknown) => String(error).split("\n")[0]!,
      );
    };
    expect(await run([1, 1, 1], 1e30)).toMatch(
      /fit: the cost became NaN at step [23] \(epoch 1\), .* smaller learning rate/,
    );
    const { model } = made();
    const optimizer = sgd(model.parameters(), { learningRate: 0.1 });
    const masked = (outputs: Tensor) => outputs.mul(0).log().mul(0).sum();
    await expect(fit(model, stream(1), { cost: masked, optimizer, epochs: 1 })).rejects.toThrow(
      "fit: the cost became NaN at step 1 (epoch 1), which was not taken: " +
        "the model or the cost makes it of the data and the first parameters",
    );
  });
});

describe("the event loop turns", () => {
  // Both with no wait but for the host's turn: nothing here says how fast the machine is.
  test.each([true, false])("so that a timer ends training, compiled: %s", async (compiled) => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort());
    const epochs = 1e9;
    await train(dataset, { batchSize: 5, epochs, compiled, signal: controller.signal });
    clearTimeout(timer);
    expect(controller.signal.aborted).toBe(true);
  });

  test.each([true, false])("while a step is computed, compiled: %s", async (compiled) => {
    const inputs = random.normal([256, 512], { seed: 1 }).realize();
    const targets = inputs.slice(1, 0, 256).tanh().realize();
    let turns = 0;
    let isOver = false;
    const turn = () => {
      turns++;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    const model = sequential(dense(512, 512), dense(512, 256));
    const optimizer = sgd(model.parameters(), { learningRate: 0.01 });
    const options = { cost: quadraticCost, optimizer, epochs: 5, batchSize: 256, compiled };
    const last = await fit(model, { inputs, targets }, options);
    isOver = true;
    expect(last?.step).toBe(5);
    // One turn a step if each blocked; a worker takes milliseconds, a turn some microseconds.
    expect(turns).toBeGreaterThan(50);
  });

  const inputs = zeros([256, 1024]).add(0.125).realize();
  const targets = zeros([256, 1024]).realize();
  const large = () => dense(1024, 1024, { initializer: (shape) => zeros(shape) });

  test("and another training of the same model takes steps of its own", async () => {
    const trained = async (isTogether: boolean): Promise<readonly Float32Array[]> => {
      const model = large();
      const trainings = [0.5, 0.25].map((learningRate) => () => {
        const optimizer = sgd(model.parameters(), { learningRate });
        // Its gradient is the same everywhere.
        const cost = (outputs: Tensor) => outputs.mean();
        return fit(
          model,
          { inputs, targets },
          { cost, optimizer, epochs: 1, batchSize: 256, compiled },
        );
      });
      if (isTogether) await Promise.all(trainings.map((train) => train()));
      else for (const train of trainings) await train();
      return model.parameters().map((p) => p.dataSync("float32"));
    };
    let compiled = true;
    const wanted = await trained(false);
    expect(await trained(true)).toEqual(wanted);
    compiled = false;
    expect(await trained(true)).toEqual(wanted);
  });

  test.each([true, false])(
    "and what is drawn meanwhile stays drawn, compiled: %s",
    async (compiled) => {
      const model = large();
      const optimizer = sgd(model.parameters(), { learningRate: 0.5 });
      const cost = (outputs: Tensor) => outputs.mean().mul(Number.NaN);
      const options = { cost, optimizer, epochs: 1, batchSize: 256, compiled };
      manualSeed(1);
      let draws = 0;
      let next: NodeJS.Immediate | undefined;
      const draw = () => {
        random.uniform([]);
        draws++;
        next = setImmediate(draw);
      };
      next = setImmediate(draw);
      const trained = (async () => fit(model, { inputs, targets }, options))();
      await expect(trained).rejects.toThrow("the cost became NaN");
      clearImmediate(next);
      expect(draws).toBeGreaterThan(1);
      expect(random.state()).toEqual({ seed: 1, draws });
    },
  );

  test("while a model is measured, and hears of no other measurement", async () => {
    const layer = dropout(0.5);
    const inputs = zeros([20_000, 4]).add(1);
    let turns = 0;
    const count = () => turns++;
    const error = (outputs: Tensor, targets: Tensor) => {
      const since = performance.now();
      // A metric that takes longer than events may be kept waiting.
      while (performance.now() - since < 25);
      setTimeout(count);
      return quadraticCost(outputs, targets);
    };
    const few = { inputs: inputs.slice(0, 0, 10), targets: inputs.slice(0, 0, 10) };
    const many = { inputs: inputs.slice(0, 0, 3000), targets: inputs.slice(0, 0, 3000) };
    const both = await Promise.all([
      measure(layer, few, { error }),
      measure(layer, many, { error }),
    ]);
    expect(both).toEqual([{ error: 0 }, { error: 0 }]);
    expect(turns).toBeGreaterThan(0);
    expect(layer.training).toBe(true);
  });
});

describe("a model in training", () => {
  test("is measured as it will be used, and trains on", async () => {
    const [dropped, frozen] = [dropout(0.5), dropout(0.5)];
    frozen.evaluate();
    const model = sequential(dropped, frozen);
    const constant = { inputs: tensor([[1, 1, 1, 1]]), targets: tensor([[1, 1, 1, 1]]) };
    expect(await measure(model, constant, { cost: quadraticCost })).toEqual({ cost: 0 });
    expect([dropped.training, frozen.training]).toEqual([true, false]);
  });
});

describe("what cannot be learnt is refused, and where it is said", () => {
  const failing = async function* () {
    yield inTwos[0]!;
    throw new RangeError("the disk is gone");
  };
  const once = (function* () {
    yield* inTwos;
  })();
  const labels = (...values: number[]) => ({
    inputs: tensor(rows.slice(0, values.length)),
    labels: tensor(values, { dtype: "int32" }),
  });

  test.each<[string, TrainingData, Partial<FitOptions>, string]>([
    ["a stream that throws", failing, {}, "fit: the data of epoch 1 threw: the disk is gone"],
    ["no batches", [], {}, "fit: epoch 1 has no batches"],
    [
      "a generator for two epochs",
      once,
      {},
      "fit: epoch 2 has no batches; a generator gives its batches once: give a function of them",
    ],
    [
      "no examples",
      { inputs: dataset.inputs.slice(0, 0, 0), targets: dataset.targets.slice(0, 0, 0) },
      { batchSize: 2 },
      "fit: the dataset has no examples",
    ],
    [
      "a batch whose parts differ",
      [{ inputs: rows, targets: [[1]] }],
      {},
      'fit: "inputs" has 5 examples, "targets" has 1',
    ],
    ["no size of batches", dataset, {}, "fit: batchSize is undefined, expected a positive integer"],
    [
      "a size of batches for batches",
      inTwos,
      { batchSize: 2 },
      "fit: batchSize is given, but the data come in batches; leave it out",
    ],
  ])("%s", async (_, data, options, message) => {
    const error: unknown = await train(data, options).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NablaError);
    expect((error as Error).message).toBe(message);
  });

  test.each<[string, TrainingData, Partial<FitOptions>]>([
    ["a dataset", { labels: dataset.targets, images: dataset.inputs }, { batchSize: 2 }],
    ["a stream", [{ y: wanted, x: rows }] as never, {}],
  ])("what stands the wrong way round: %s", async (_, data, options) => {
    await expect(train(data, options)).rejects.toThrow(
      /^fit: the dataset is \{ (labels|y), (images|x) \}, and the first goes in; write \{ (images|x)/,
    );
  });

  test("data of one training that stand in two orders", async () => {
    const message = "fit: the dataset is { b, a }, and the first goes in; write { a, b }";
    const [a, b] = [dataset.inputs, dataset.targets];
    const validation = { b, a };
    await expect(train({ a, b }, { batchSize: 2, validation })).rejects.toThrow(message);
    const stream = [
      { a, b },
      { b, a },
    ];
    await expect(train(stream)).rejects.toThrow(message);
  });

  // What a compiler would have refused, but the first.
  const loose = { epochs: 1, batchSize: 2 };
  const arrays = { X: rows, y: wanted } as unknown as TrainingData;
  test.each<[string, TrainingData, object, string]>([
    [
      "the optimizer of another model",
      dataset,
      { ...loose, optimizer: sgd(dense(2, 1).parameters(), { learningRate: 1 }) },
      "the cost depends on none of the optimiser's parameters; was it made for another model?",
    ],
    ["arrays", arrays, loose, '"X" is an array, expected a tensor: tensor(X) makes one'],
    [
      "two without names",
      [dataset.inputs, dataset.targets] as unknown as TrainingData,
      loose,
      "got a list for data; name what is in it: { inputs: X, targets: y }",
    ],
    ["no data", undefined as never, loose, "got undefined for data, expected { inputs, targets }"],
    [
      "no optimizer",
      dataset,
      { ...loose, optimizer: undefined },
      "optimizer is undefined, expected one: sgd(model.parameters(), …)",
    ],
    [
      "no cost",
      dataset,
      { ...loose, cost: "mse" },
      'cost is "mse", expected a function: quadraticCost',
    ],
    [
      "a number for a cost",
      dataset,
      { ...loose, cost: () => 3 },
      "the cost gives 3, expected a tensor of one number",
    ],
    [
      "a cost that is asynchronous",
      dataset,
      { ...loose, cost: async (x: Tensor) => x },
      "the cost gives a promise (await it first), expected a tensor of one number",
    ],
    [
      "data with NaN",
      { inputs: tensor([[1, Number.NaN]]), targets: tensor([[1]]) },
      loose,
      "the cost became NaN at step 1 (epoch 1), which was not taken: the data have NaN or infinities",
    ],
  ])("%s", async (_, data, options, message) => {
    const error = await train(data, options).catch(
      (thrown: Error) => thrown.message.split("\n")[0],
    );
    expect(error).toBe(`fit: ${message}`);
  });

  test("metrics are functions", async () => {
    const metrics = { error: "mae" as never };
    await expect(train(dataset, { batchSize: 2, metrics })).rejects.toThrow(
      'measure: metric "error" is "mae", expected a function',
    );
  });

  test("what a stream threw is the error's cause", async () => {
    await expect(train(failing)).rejects.toMatchObject({
      cause: new RangeError("the disk is gone"),
    });
  });

  test.each<[string, TrainingData, number | undefined]>([
    ["a dataset", labels(0, 1, 3, 2), 2],
    ["a stream", [labels(0, 1), labels(1, 0, 3)], undefined],
  ])("labels of %s that are no classes", async (_, data, batchSize) => {
    const model = dense(2, 3);
    const optimizer = sgd(model.parameters(), { learningRate: 1 });
    const options = { cost: crossEntropy, optimizer, epochs: 1, ...(batchSize && { batchSize }) };
    const read = async () => {
      for await (const report of fit(model, data, options)) expect(report).toBeUndefined();
    };
    await expect(read()).rejects.toThrow(
      "fit: the label of example 2 is 3, expected 0 to 2, for the model has 3 outputs",
    );
  });
});

describe("reports can be watched", () => {
  const report = (cost: number, accuracy?: number) =>
    ({ cost, metrics: accuracy === undefined ? {} : { accuracy } }) as unknown as Report;
  const within = { cost: 0, metrics: undefined } as Report;

  test("training stops after so many epochs that were no better", () => {
    const stop = earlyStopping({ patience: 2, metric: "accuracy" });
    const said = [0.5, 0.7, 0.6, 0.8, 0.8, 0.7].map((accuracy) => stop(report(1, accuracy)));
    expect(said).toEqual([false, false, false, false, false, true]);
    expect(earlyStopping({ patience: 1 })(within)).toBe(false);
  });

  test("the best model is kept, whatever training does to it afterwards", async () => {
    const { model, reports } = await train(inTwos);
    const best = bestModel(model);
    expect(best.see(within)).toBe(false);
    expect(best.see(reports[0]!)).toBe(true);
    const kept = model.weight.arraySync();
    for (let i = 0; i < 3; i++) model.weight.assign(model.weight.mul(2));
    expect(best.see(report(Number.NaN))).toBe(false);
    best.restore();
    expect(model.weight.arraySync()).toEqual(kept);
    expect(best.report).toBe(reports[0]);
    for (let i = 0; i < 3; i++) model.weight.assign(model.weight.mul(2));
    best.restore();
    expect(model.weight.arraySync()).toEqual(kept);
  });

  const nothing = Number.NaN;

  test("NaN is better than nothing: what comes later is kept, and training goes on", () => {
    for (const metric of ["accuracy", undefined]) {
      const best = bestModel(dense(1, 1), metric === undefined ? {} : { metric });
      const stop = earlyStopping({ patience: 2, ...(metric !== undefined && { metric }) });
      const all = [nothing, 0.1, 0.5, nothing, 0.9].map((x) =>
        metric === undefined ? report(-x) : report(1, x),
      );
      expect(() => best.restore()).toThrow("restore: no epoch has ended yet");
      expect(all.slice(0, 1).map((one) => best.see(one))).toEqual([false]);
      expect(() => best.restore()).toThrow("restore: NaN was all that the epochs gave");
      expect(all.slice(1).map((one) => best.see(one))).toEqual([true, true, false, true]);
      expect(best.report).toBe(all.at(-1));
      expect(all.map(stop)).toEqual([false, false, false, false, false]);
    }
    const stop = earlyStopping({ patience: 2 });
    expect([1, 2, 3].map(() => stop(report(nothing)))).toEqual([false, true, true]);
  });

  test("what is watched is the cost on the validation, where there is one", () => {
    const validated = [3, 2, 2.5, 2.6].map(
      (validationCost, i) => ({ cost: 4 - i, validationCost, metrics: {} }) as Report,
    );
    const [stop, best] = [earlyStopping({ patience: 2 }), bestModel(dense(1, 1))];
    expect(validated.map(stop)).toEqual([false, false, false, true]);
    expect(validated.map((one) => best.see(one))).toEqual([true, true, false, false]);
    expect(best.report).toBe(validated[1]);
  });

  test("by a metric that is there", () => {
    expect(() => earlyStopping({ patience: 1, metric: "recall" })(report(1, 0.5))).toThrow(
      'earlyStopping: there is no metric "recall", reports have accuracy',
    );
    expect(() => bestModel(dense(1, 1)).restore()).toThrow("restore: no epoch has ended yet");
    expect(() => earlyStopping({ patience: 0 })).toThrow(
      "earlyStopping: patience is 0, expected a positive integer",
    );
  });
});

test.each(["before", "rate", "value"])(
  "a step that fails after beforeStep has changed parameters changes none, not compiled: %s",
  async (where) => {
    const model = dense(2, 1);
    const fails = (one: string) => {
      if (one === where) throw new NablaError("mine");
    };
    const optimizer = adam(model.parameters(), {
      learningRate: (step) => {
        if (step > 0) fails("rate");
        return 0.1;
      },
    });
    let steps = 0;
    const lost = tensor([7], { dtype: "int32" });
    const options: FitOptions = {
      cost: quadraticCost,
      optimizer,
      epochs: 3,
      batchSize: rows.length,
      compiled: false,
      beforeStep([weight, bias]) {
        weight!.assign(weight!.mul(0.5));
        if (++steps === 1) return;
        fails("before");
        if (where === "value") bias!.assign(bias!.gather(0, lost));
      },
    };
    const state = () => [
      ...model.parameters().map((p) => p.arraySync()),
      ...Object.values(optimizer.state()).map((one) => one.arraySync()),
    ];
    const states: unknown[] = [];
    const train = async () => {
      for await (const _ of fit(model, dataset, options)) states.push(state());
    };
    await expect(train()).rejects.toThrow(where === "value" ? "index 7 is out of range" : "mine");
    expect(states).toHaveLength(1);
    expect(state()).toEqual(states[0]);
  },
);

test("a stream has no metrics without a validation, which is a dataset", async () => {
  const model = dense(1, 1);
  const stream = [{ inputs: [[1]], targets: [[2]] }];
  const optimizer = sgd(model.parameters(), { learningRate: 0.1 });
  const options = { cost: quadraticCost, optimizer, epochs: 1, metrics: { error: quadraticCost } };
  await expect(fit(model, stream, options)).rejects.toThrow("fit: metrics of a stream are");
  const validation = { [Symbol.iterator]: () => stream.values() } as never;
  await expect(fit(model, stream, { ...options, validation })).rejects.toThrow(
    "fit: validation is a stream, expected { inputs, targets }",
  );
});
