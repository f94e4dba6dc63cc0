// A step that is taken back, against the same step by an optimiser.
import { manualSeed, parameter, random, type Tensor, tensor } from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import {
  crossEntropy,
  dense,
  exampleCosts,
  type Layer,
  quadraticCost,
  sequential,
  sgd,
  tryStep,
} from "@nabla/nn";
import { expect, test } from "vitest";

manualSeed(1);
const model = sequential(dense(3, 4), (x) => x.sigmoid(), dense(4, 2));
const inputs = random.normal([5, 3], { seed: 1 });
const targets = random.uniform([5, 2], { seed: 2 });
const values = () => model.parameters().map((p) => p.arraySync());
const costs = () => exampleCosts(model, inputs, targets).arraySync();

test("is the step of sgd by the examples, seen by a look at others, and taken back", async () => {
  const start = values();
  const [one, wanted] = [inputs.slice(0, 2, 3), targets.slice(0, 2, 3)];
  const { before, after } = await tryStep(model, one, wanted, { learningRate: 0.1 }, costs);
  expect(values()).toEqual(start);
  expect(before).toEqual(costs());
  expect(after[2]).toBeLessThan(before[2]!);

  quadraticCost(model.forward(one), wanted as never).backward();
  sgd(model.parameters(), { learningRate: 0.1 }).step();
  expectClose(exampleCosts(model, inputs, targets), after);
});

test("goes down another cost when told, and is taken back when looking throws", async () => {
  const classifier = dense(3, 4);
  const labels = tensor([0, 3, 1, 2, 2], { dtype: "int32" });
  const cost = () => crossEntropy(classifier.forward(inputs), labels).itemSync();
  const options = { learningRate: 0.1, cost: crossEntropy };
  const { before, after } = await tryStep(classifier, inputs, labels, options, cost);
  expect(after).toBeLessThan(before);

  const start = classifier.weight.arraySync();
  let calls = 0;
  const look = (): number => {
    if (++calls === 2) throw new RangeError("no more");
    return 0;
  };
  await expect(tryStep(classifier, inputs, labels, options, look)).rejects.toThrow("no more");
  expect(calls).toBe(2);
  expect(classifier.weight.arraySync()).toEqual(start);
});

test("gives back what a forward pass changes, however it ends", async () => {
  const seen = parameter(0, { name: "seen" });
  const counting: Layer = {
    forward: (x: Tensor) => {
      seen.assign(seen.add(x.shape[0]!));
      return model.forward(x);
    },
    parameters: () => model.parameters(),
    namedBuffers: () => [["seen", seen]],
  };
  const look = () => counting.forward(inputs).sum().itemSync();
  const options = { learningRate: 0.1 };
  await tryStep(counting, inputs, targets, options, look);
  expect(seen.itemSync()).toBe(0);
  const failing = () => {
    look();
    throw new RangeError("no more");
  };
  await expect(tryStep(counting, inputs, targets, options, failing)).rejects.toThrow("no more");
  expect(seen.itemSync()).toBe(0);
});
