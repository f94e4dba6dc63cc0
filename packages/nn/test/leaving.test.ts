// Training that is left in the middle: by return, throw or signal, while a step is under way in a worker.
import { manualSeed, random } from "@nabla/autograd";
import {
  adam,
  dense,
  dropout,
  type FitOptions,
  fit,
  quadraticCost,
  relu,
  sequential,
} from "@nabla/nn";
import { describe, expect, test } from "vitest";

// Large enough for a step to take more than a few milliseconds.
const dataset = {
  inputs: random.normal([1024, 200], { seed: 1 }).realize(),
  targets: random.normal([1024, 50], { seed: 2 }).realize(),
};

function started(compiled: boolean, more: Partial<FitOptions> = {}) {
  manualSeed(1);
  const model = sequential(dense(200, 200), relu, dropout(0.3), dense(200, 50));
  const optimizer = adam(model.parameters(), { learningRate: (step) => 0.01 / (1 + step) });
  const options = {
    cost: quadraticCost,
    optimizer,
    epochs: 9,
    batchSize: 256,
    reportEvery: 1,
    compiled,
  };
  const reports = fit(model, dataset, { ...options, ...more });
  const state = async () => [
    await Promise.all(model.parameters().map((p) => p.data())),
    await optimizer.state()["steps"]!.item(),
    random.state().draws,
  ];
  return { reports, state };
}

describe.each([true, false])("left after three steps; compiled: %s", (compiled) => {
  test("it stands as after three steps, however it is left", async () => {
    const whole = started(compiled);
    for await (const { step } of whole.reports) if (step === 3) break;
    const wanted = await whole.state();
    expect(wanted[1]).toBe(3);

    const returned = started(compiled);
    await returned.reports.next();
    // The second step and the third are under way, or wait, when it is told to end.
    const [second, third] = [returned.reports.next(), returned.reports.next()];
    const end = returned.reports.return();
    expect([(await second).value?.step, (await third).value?.step]).toEqual([2, 3]);
    expect(await end).toEqual({ value: undefined, done: true });
    expect(await returned.state()).toEqual(wanted);

    const thrown = started(compiled);
    const loop = async () => {
      for await (const { step } of thrown.reports) if (step === 3) throw new RangeError("enough");
    };
    await expect(loop()).rejects.toThrow("enough");
    expect(await thrown.state()).toEqual(wanted);

    const controller = new AbortController();
    const aborted = started(compiled, { signal: controller.signal });
    for await (const { step } of aborted.reports) if (step === 3) controller.abort();
    expect(await aborted.state()).toEqual(wanted);
  });
});

test("a beforeStep that gives a promise is an error: it would change gradients too late", async () => {
  for (const compiled of [true, false]) {
    const beforeStep = (async () => {
      throw new RangeError("late");
    }) as unknown as () => void;
    const { reports, state } = started(compiled, { beforeStep });
    await expect(reports.next()).rejects.toThrow("fit: beforeStep gives a Promise");
    expect((await state())[1]).toBe(0);
  }
});
