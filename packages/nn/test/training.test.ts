import { manualSeed, random, type Tensor, tensor } from "@nabla/autograd";
import { checkGradients, expectClose, tensors } from "@nabla/autograd/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { batches } from "../src/batches.ts";
import { crossEntropy, quadraticCost } from "../src/costs.ts";
import { dense } from "../src/dense.ts";
import { fit } from "../src/fit.ts";
import { measure } from "../src/measure.ts";
import { accuracy } from "../src/metrics.ts";
import { sgd } from "../src/optimizers/sgd.ts";
import type { Report } from "../src/report.ts";
import { sequential } from "../src/sequential.ts";

describe("quadraticCost", () => {
  test("is the mean over examples of the sum of squared differences", () => {
    fc.assert(
      fc.property(tensors({ shape: [3, 4] }), tensors({ shape: [3, 4] }), (a, y) => {
        const [outputs, targets] = [a.arraySync() as number[][], y.arraySync() as number[][]];
        const costs = outputs.map((row, i) =>
          row.reduce((sum, output, j) => sum + (output - targets[i]![j]!) ** 2, 0),
        );
        const mean = costs.reduce((sum, cost) => sum + cost) / 3;
        expectClose(quadraticCost(a, y), mean, { absoluteTolerance: 1e-5 });
      }),
    );
  });

  test("refuses shapes that differ, though they would broadcast", () => {
    expect(() =>
      quadraticCost(random.uniform([32, 10]) as Tensor, random.uniform([32, 1]) as Tensor),
    ).toThrow("quadraticCost: [32, 10] and [32, 1] differ");
  });
});

describe("crossEntropy", () => {
  const naive = (logits: number[][], labels: readonly number[]) =>
    logits.reduce((sum, row, i) => {
      const greatest = Math.max(...row);
      const total = row.reduce((part, z) => part + Math.exp(z - greatest), 0);
      return sum + Math.log(total) + greatest - row[labels[i]!]!;
    }, 0) / logits.length;

  test("is the mean of -log of the label's probability, of labels and of targets", () => {
    fc.assert(
      fc.property(
        tensors({ shape: [3, 4], dtype: "float64" }),
        fc.array(fc.nat(3), { minLength: 3, maxLength: 3 }),
        (z, labels) => {
          const wanted = naive(z.arraySync() as number[][], labels);
          const targets = labels.map((label) => [0, 1, 2, 3].map((i) => (i === label ? 1 : 0)));
          expectClose(crossEntropy(z, tensor(labels, { dtype: "int32" })), wanted, {
            absoluteTolerance: 1e-12,
          });
          expectClose(crossEntropy(z, tensor(targets, { dtype: "float64" })), wanted, {
            absoluteTolerance: 1e-12,
          });
        },
      ),
    );
  });

  test("is stable where exp is not", () => {
    const logits = tensor([
      [10_000, 0],
      [-10_000, 10_000],
    ]);
    expect(crossEntropy(logits, tensor([0, 0], { dtype: "int32" })).itemSync()).toBe(10_000);
  });

  test("has the gradients of differences", () => {
    const labels = tensor([2, 0], { dtype: "int32" });
    fc.assert(
      fc.property(tensors({ shape: [2, 3] }), (z) =>
        checkGradients((x) => crossEntropy(x, labels), [z]),
      ),
      { numRuns: 10 },
    );
  });
});

describe("batches", () => {
  const dataset = (n: number) => ({ x: tensor(Float32Array.from({ length: n }, (_, i) => i)) });

  test("have every example once, whatever the order", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 12 }),
        fc.option(fc.nat()),
        (n, size, seed) => {
          const options = seed === null ? { size } : { size, shuffle: seed };
          const parts = [...batches(dataset(n), options)].map(({ x }) => x.arraySync());
          expect(parts.slice(0, -1).every((part) => part.length === size)).toBe(true);
          expect(parts.flat().toSorted((a, b) => a - b)).toEqual(
            Array.from({ length: n }, (_, i) => i),
          );
          if (seed === null) expect(parts.flat()[0]).toBe(0);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("come in the same order for the same seed, and in another for another", () => {
    const order = (shuffle: number) =>
      [...batches(dataset(50), { size: 7, shuffle })].flatMap(({ x }) => x.arraySync());
    expect(order(1)).toEqual(order(1));
    expect(order(1)).not.toEqual(order(2));
  });

  test("come in the order of a permutation by the same seed or key", () => {
    const seed = 10;
    const order = random.permutation(50, { seed }).arraySync();
    for (const shuffle of [seed, random.key(seed)]) {
      const given = [...batches(dataset(50), { size: 7, shuffle })].flatMap(({ x }) =>
        x.arraySync(),
      );
      expect(given).toEqual(order);
    }
  });

  test("leave out a smaller last one when told", () => {
    expect([...batches(dataset(10), { size: 4, dropLast: true })]).toHaveLength(2);
    expect([...batches(dataset(10), { size: 4 })]).toHaveLength(3);
  });

  test.each([
    [{ x: tensor([1, 2]), y: tensor([1]) }, 2, 'batches: "x" has 2 examples, "y" has 1'],
    [{ x: tensor(1) }, 2, 'batches: "x" is one number, expected a row an example'],
    [{}, 2, "batches: the dataset has no tensors"],
    [{ x: tensor([1]) }, 0, "batches: size is 0, expected a positive integer"],
  ])("%s in %s: %s", (data, size, message) => {
    expect(() => [...batches(data, { size })]).toThrow(message);
  });
});

describe("fit", () => {
  const xor = {
    inputs: tensor([
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ]),
    targets: tensor([[0], [1], [1], [0]]),
  };
  const network = () => {
    manualSeed(2);
    const layers = [dense(2, 8), dense(8, 1)] as const;
    return sequential(
      layers[0],
      (x: Tensor) => x.tanh(),
      layers[1],
      (x: Tensor) => x.sigmoid(),
    );
  };
  const train = async (options: {
    epochs: number;
    compiled?: boolean;
    signal?: AbortSignal;
    reportEvery?: number;
  }) => {
    const model = network();
    const optimizer = sgd(model.parameters(), { learningRate: 1 });
    const reports: Report[] = [];
    const all = fit(model, xor, { cost: quadraticCost, optimizer, batchSize: 3, ...options });
    for await (const report of all) reports.push(report);
    return { model, reports };
  };

  test("learns", async () => {
    const { reports } = await train({ epochs: 400 });
    expect(reports).toHaveLength(400);
    expect(reports.at(-1)!.cost).toBeLessThan(0.05);
  });

  test("reports epochs and steps, in order", async () => {
    const { reports } = await train({ epochs: 2, reportEvery: 1 });
    expect(reports.map(({ epoch, step, metrics }) => [epoch, step, metrics === undefined])).toEqual(
      [
        [1, 1, true],
        [1, 2, false],
        [2, 3, true],
        [2, 4, false],
      ],
    );
    for (const { examplesPerSecond, secondsLeft } of reports) {
      expect(examplesPerSecond).toBeGreaterThan(0);
      expect(secondsLeft).toBeGreaterThanOrEqual(0);
    }
    expect(reports.at(-1)!.secondsLeft).toBe(0);
  });

  test("gives the same bits compiled and not", async () => {
    const [one, other] = [await train({ epochs: 5 }), await train({ epochs: 5, compiled: false })];
    const values = ({ model }: typeof one) => model.parameters().map((p) => p.arraySync());
    expect(values(one)).toEqual(values(other));
    expect(one.reports.map(({ cost }) => cost)).toEqual(other.reports.map(({ cost }) => cost));
  });

  test("ends after the step under way when its signal is aborted", async () => {
    const controller = new AbortController();
    controller.abort();
    expect((await train({ epochs: 3, signal: controller.signal })).reports).toEqual([]);
  });

  test.each([true, false])(
    "says at which step the cost became NaN, and where: %s",
    async (compiled) => {
      const model = network();
      const optimizer = sgd(model.parameters(), { learningRate: 1 });
      const cost = (outputs: Tensor) => outputs.sub(5).log().sum();
      const first = fit(model, xor, { cost, optimizer, epochs: 1, batchSize: 4, compiled }).next();
      const message = await first.then(
        () => "",
        (error: Error) => error.message,
      );
      const [what, ...where] = message.split("\n");
      expect(what).toBe(
        "fit: the cost became NaN at step 1 (epoch 1), which was not taken: " +
          "the model or the cost makes it of the data and the first parameters",
      );
      expect(where[0]).toMatch(/^log: made NaN/);
      expect(where.join()).toContain("training.test.ts");
    },
  );
});

describe("accuracy", () => {
  test("is the share of examples whose greatest output is at the label", async () => {
    const outputs = tensor([
      [0.1, 0.9],
      [0.8, 0.2],
      [0.3, 0.7],
    ]);
    const labels = tensor([1, 0, 0], { dtype: "int32" });
    expect(accuracy(outputs, labels).itemSync()).toBeCloseTo(2 / 3, 6);
    expect(
      accuracy(
        outputs,
        tensor([
          [0, 1],
          [1, 0],
          [1, 0],
        ]),
      ).itemSync(),
    ).toBeCloseTo(2 / 3, 6);
    const dataset = { outputs, labels };
    const measured = await measure(
      sequential((x: Tensor) => x),
      dataset,
      { accuracy },
    );
    expect(measured["accuracy"]).toBeCloseTo(2 / 3, 6);
  });
});
