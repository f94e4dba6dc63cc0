// Whole trainings beside each other, on a problem with a known gradient.
import {
  gradients,
  manualSeed,
  type Parameter,
  parameter,
  random,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import { describe, expect, test } from "vitest";
import { quadraticCost } from "../src/costs.ts";
import { dense } from "../src/dense.ts";
import { dataStudy } from "../src/explain/data-study.ts";
import { type DescentPoint, descentStudy } from "../src/explain/descent-study.ts";
import type { Layer } from "../src/layer.ts";
import type { Optimizer } from "../src/optimizers/optimizer.ts";
import { sgd } from "../src/optimizers/sgd.ts";

/** More than are measured at a time. */
const examples = 1500;
const inputs = random.normal([examples, 3], { seed: 1 });
const noise = random.normal([examples, 2], { seed: 2 });
const targets = inputs
  .matmul(
    tensor([
      [1, 0],
      [0, 2],
      [-1, 1],
    ]),
  )
  .add(noise.mul(0.1)); // prettier-ignore
const dataset = { inputs, targets };
const optimizer = (parameters: readonly Parameter[]): Optimizer =>
  sgd(parameters, { learningRate: 0.05 });
const all = async <T>(points: AsyncIterable<T>) => {
  const found: T[] = [];
  for await (const point of points) found.push(point);
  return found;
};

describe("descentStudy", () => {
  const model = dense(3, 2);
  const start = model.weight.arraySync();
  const study = (options: { batchSizes: number[]; steps?: number; signal?: AbortSignal }) =>
    all(descentStudy(model, dataset, { optimizer, ...options }));
  const costNow = () => quadraticCost(model.forward(inputs), targets);

  test("takes the steps that sgd takes, from the same start, and leaves the model as it was", async () => {
    const points = await study({ batchSizes: [10, examples], steps: 9 });
    const steps = [0, 1, 2, 3, 4, 5, 7, 9];
    expect(points.map(({ batchSize, step }) => [batchSize, step])).toEqual([
      ...steps.map((step) => [10, step]),
      ...steps.map((step) => [examples, step]),
    ]);
    expect(model.weight.arraySync()).toEqual(start);
    const [own] = [optimizer(model.parameters())];
    const costs = steps.map(() => 0);
    for (let step = 0; step <= 9; step++) {
      const cost = costNow();
      if (steps.includes(step)) costs[steps.indexOf(step)] = cost.itemSync();
      cost.backward();
      own.step();
    }
    points.slice(steps.length).forEach(({ cost }, i) => expect(cost).toBeCloseTo(costs[i]!, 4));
    expect(points[0]!.cost).toBe(points[steps.length]!.cost);
    model.weight.assign(tensor(start));
    model.bias!.assign([0, 0]);
  });

  test("the angle is the one between the gradients, nothing for the whole set", async () => {
    const points = await study({ batchSizes: [1, 100, examples], steps: 20 });
    const mean = (size: number) => {
      const of = points.filter(({ batchSize }) => batchSize === size);
      return of.reduce((sum, { angle }) => sum + angle, 0) / of.length;
    };
    expect(mean(1)).toBeGreaterThan(2 * mean(100));
    // Added up in another order, in float32.
    expect(mean(examples)).toBeLessThan(0.01);
    const [first] = points as [DescentPoint];
    const row = random.permutation(examples, { seed: random.foldIn(0, 1) }).dataSync()[0]!;
    const one = quadraticCost(
      model.forward(inputs.slice(0, row, row + 1)) as Tensor<[1, 2]>,
      targets.slice(0, row, row + 1),
    );
    const [a, b] = [costNow(), one].map((cost) =>
      gradients(cost, model.parameters()).flatMap((g) => [...g.dataSync()]),
    ) as [number[], number[]];
    const dot = (x: number[], y: number[]) => x.reduce((sum, xi, i) => sum + xi * y[i]!, 0);
    const degrees = (Math.acos(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))) * 180) / Math.PI;
    expect(first.angle).toBeCloseTo(degrees, 3);
  });

  test("measures how far the steps have led, along the path and in a straight line", async () => {
    const points = await study({ batchSizes: [10, examples], steps: 5 });
    const values = () => model.parameters().flatMap((p) => [...p.dataSync()]);
    const length = (a: number[], b: number[]) => Math.hypot(...a.map((x, i) => x - b[i]!));
    const [own, first] = [optimizer(model.parameters()), values()];
    let [walked, before] = [0, first];
    for (const point of points.slice(6)) {
      expect(point.walked).toBeCloseTo(walked, 5);
      expect(point.gained).toBeCloseTo(length(before, first), 5);
      costNow().backward();
      own.step();
      walked += length(values(), before);
      before = values();
    }
    const ratios = [points[5]!, points[11]!].map((point) => point.walked / point.gained);
    expect(ratios[0]!).toBeGreaterThan(ratios[1]!);
    expect(ratios[1]!).toBeGreaterThanOrEqual(1);
    model.weight.assign(tensor(start));
    model.bias!.assign([0, 0]);
  });

  test("ends when it has looked at so many examples, and when it is told", async () => {
    const points = await all(
      descentStudy(model, dataset, { optimizer, batchSizes: [100, 600], examples: 250 }),
    );
    expect(points.map((point) => [point.batchSize, point.step, point.examples])).toEqual([
      [100, 0, 0],
      [100, 1, 100],
      [100, 2, 200],
      [100, 3, 300],
      [600, 0, 0],
      [600, 1, 600],
    ]);
    expect(points[0]).toMatchObject({ seconds: 0, walked: 0, gained: 0 });
    expect(await study({ batchSizes: [10], signal: AbortSignal.abort() })).toEqual([]);
    expect(model.weight.arraySync()).toEqual(start);
  });

  test("an abort that comes with an event is heard", async () => {
    const controller = new AbortController();
    const points = descentStudy(model, dataset, {
      optimizer,
      batchSizes: [100],
      steps: Number.POSITIVE_INFINITY,
      signal: controller.signal,
    });
    for await (const { step } of points) if (step === 0) setTimeout(() => controller.abort());
    expect(controller.signal.aborted).toBe(true);
    expect(model.weight.arraySync()).toEqual(start);
  });

  test("what training measures on its way is as before, too", async () => {
    const seen = parameter(0, { name: "seen" });
    const counting: Layer = {
      forward: (x: Tensor) => {
        seen.assign(seen.add(x.shape[0]!));
        return model.forward(x).add(seen.mul(0));
      },
      parameters: () => model.parameters(),
      namedBuffers: () => [["seen", seen]],
    };
    const points = await all(
      descentStudy(counting, dataset, { optimizer, batchSizes: [100], steps: 2 }),
    );
    expect(points).toHaveLength(3);
    expect(seen.itemSync()).toBe(0);
  });

  test("whoever stops listening gets the model back as it was", async () => {
    for await (const { step } of descentStudy(model, dataset, { optimizer, batchSizes: [10] })) {
      if (step === 2) break;
    }
    expect(model.weight.arraySync()).toEqual(start);
  });

  test("ends a descent that has gone over the edge", async () => {
    const steep = (parameters: readonly Parameter[]) => sgd(parameters, { learningRate: 1e30 });
    const points = await all(
      descentStudy(model, dataset, { optimizer: steep, batchSizes: [100], steps: 50 }),
    );
    expect(points.at(-1)!.cost).toBeNaN();
    expect(points.length).toBeLessThan(10);
    expect(model.weight.arraySync()).toEqual(start);
  });

  test("refuses batches that cannot be", async () => {
    const message = "descentStudy: batch size is 1501, expected an integer from 1 to 1500";
    await expect(study({ batchSizes: [1501] })).rejects.toThrow(message);
  });
});

describe("dataStudy", () => {
  const labelled = (n: number, seed: number) => {
    const points = random.normal([n, 20], { seed });
    const isRight = points.slice(1, 0, 4).sum(1).greater(0).cast("float32");
    return {
      inputs: points,
      targets: isRight
        .expandDims(1)
        .mul(tensor([1, -1]))
        .add(tensor([0, 1])),
    };
  };
  const [train, other] = [labelled(600, 3), labelled(400, 4)];
  const model = () => {
    manualSeed(5);
    return dense(20, 2);
  };
  const options = { optimizer, steps: 60, batchSize: 20 };

  test("more examples help on others, and few are learnt by heart", async () => {
    const points = await all(
      dataStudy(model, { train, test: other }, { ...options, sizes: [10, 600] }),
    );
    expect(points.map(({ examples: n, steps }) => [n, steps])).toEqual([
      [10, 60],
      [600, 60],
    ]);
    const [few, many] = points;
    expect(few!.train).toBeGreaterThan(few!.test);
    expect(many!.test).toBeGreaterThan(few!.test + 0.05);
  });

  test("the same seed gives the same", async () => {
    const run = () =>
      all(dataStudy(model, { train, test: other }, { ...options, steps: 5, sizes: [30] }));
    expect(await run()).toEqual(await run());
  });

  test.each([
    [{ sizes: [601] }, "dataStudy: size is 601, expected an integer from 1 to 600"],
    [{ sizes: [6], steps: 0 }, "dataStudy: steps is 0, expected a positive integer"],
  ])("refuses %o", async (wrong, message) => {
    const run = all(dataStudy(model, { train, test: other }, { ...options, ...wrong }));
    await expect(run).rejects.toThrow(message);
  });
});
