// Models of several inputs or outputs are no layers: they need names and parameters only.
import { manualSeed, ones, type Tensor } from "@nabla/autograd";
import { expect, test } from "vitest";
import { dense } from "../src/dense.ts";
import { loadCheckpoint, saveCheckpoint } from "../src/files/checkpoint.ts";
import { loadSafetensors, toSafetensors } from "../src/files/safetensors.ts";
import { batchNorm } from "../src/layers/batch-norm.ts";
import { dropout } from "../src/layers/dropout.ts";
import { adam } from "../src/optimizers/adam.ts";
import { madeOf } from "../src/parts.ts";
import type { Report } from "../src/report.ts";
import { sequential } from "../src/sequential.ts";
import { summary } from "../src/summary.ts";
import { bestModel } from "../src/watching.ts";

/** Two inputs, two outputs; one part is itself of several inputs. */
function twoTowers() {
  const pair = {
    left: dense(2, 3),
    right: sequential(dense(1, 3), batchNorm(3), dropout(0.5)),
  };
  const towers = {
    ...madeOf(pair),
    forward: (a: Tensor<[number, 2]>, b: Tensor<[number, 1]>) =>
      [pair.left.forward(a), pair.right.forward(b)] as const,
  };
  const parts = { towers, head: dense(3, 1) };
  return {
    ...madeOf(parts),
    forward(a: Tensor<[number, 2]>, b: Tensor<[number, 1]>) {
      const [left, right] = towers.forward(a, b);
      return { left, output: parts.head.forward(left.add(right)) };
    },
    pair,
  };
}

test("can be saved, loaded, kept at its best and go on from a checkpoint", async () => {
  manualSeed(4);
  const [one, other] = [twoTowers(), twoTowers()];
  const optimizer = adam(one.parameters());
  const step = () => {
    const { left, output } = one.forward(ones([4, 2]), ones([4, 1]));
    output.square().mean().add(left.square().mean()).backward();
    optimizer.step();
  };
  step();
  const best = bestModel(one);
  expect(best.see({ cost: 1, metrics: {} } as Report)).toBe(true);
  const kept = toSafetensors(one);
  step();
  expect(toSafetensors(one)).not.toEqual(kept);
  best.restore();
  expect(toSafetensors(one)).toEqual(kept);
  loadSafetensors(other, kept);
  expect(toSafetensors(other)).toEqual(kept);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const third = twoTowers();
  await Promise.all([
    saveCheckpoint(writable, { model: one, optimizer }),
    loadCheckpoint(readable, { model: third, optimizer: adam(third.parameters()) }),
  ]);
  expect(toSafetensors(third)).toEqual(kept);
});

test("switches between training and evaluation with all of its parts", () => {
  const model = twoTowers();
  model.evaluate();
  const [, normalised, dropped] = model.pair.right.layers;
  expect([normalised.training, dropped.training]).toEqual([false, false]);
  expect(model.namedBuffers().map(([name]) => name)).toEqual([
    "towers.right.1.running_mean",
    "towers.right.1.running_var",
  ]);
});

test("is listed by its parts, without shapes", () => {
  expect(summary(twoTowers())).toBe(
    `
part             parameters
towers.left               9
towers.right.0            6
towers.right.1            6
head                      4
total                    25`.trim(),
  );
  const nothing = { ...twoTowers(), forward: undefined };
  expect(() => summary(nothing, [1, 2])).toThrow(
    "summary: the model has no forward of one tensor; leave out inputShape to list its parts",
  );
});
