// Steps of optimisers that are compiled apart from the gradients that they take.
import { compile, type Parameter, parameter, type Tensor, tensor } from "@nabla/autograd";
import { describe, expect, test } from "vitest";
import { clipGradNorm, clipGradValue } from "../src/clipping.ts";
import { dense } from "../src/dense.ts";
import { adam } from "../src/optimizers/adam.ts";
import type { Optimizer } from "../src/optimizers/optimizer.ts";
import { rmsProp } from "../src/optimizers/rms-prop.ts";
import { sgd } from "../src/optimizers/sgd.ts";

interface Training {
  readonly name: string;
  readonly optimizerOf: (ps: readonly Parameter[]) => Optimizer;
  readonly before?: (ps: readonly Parameter[]) => unknown;
}
const plain = (ps: readonly Parameter[]) => sgd(ps, { learningRate: 0.1 });
const trainings: readonly Training[] = [
  { name: "sgd", optimizerOf: plain },
  { name: "momentum", optimizerOf: (ps) => sgd(ps, { learningRate: 0.1, momentum: 0.9 }) },
  { name: "adam", optimizerOf: (ps) => adam(ps, { learningRate: 0.1 }) },
  {
    name: "rmsProp with a schedule",
    optimizerOf: (ps) => rmsProp(ps, { learningRate: (step) => 0.1 / (step + 1) }),
  },
  { name: "clipGradNorm", optimizerOf: plain, before: (ps) => clipGradNorm(ps, 0.5) },
  { name: "clipGradValue", optimizerOf: plain, before: (ps) => clipGradValue(ps, 0.5) },
];

describe("a step that is compiled alone takes the gradients of each call", () => {
  test.each(trainings)("$name", ({ optimizerOf, before }) => {
    const train = (wrap: (f: () => void) => () => void): unknown => {
      const [w, b] = [parameter([0.5, -0.5]), parameter([0.25])];
      const optimizer = optimizerOf([w, b]);
      const step = wrap(() => {
        before?.([w, b]);
        optimizer.step();
      });
      for (const x of [1, 10, -3, 2]) {
        // Sometimes one of them has none.
        const cost = w.mul(tensor([x, 1])).sum();
        (x === 10 ? cost : cost.mul(b).sum()).backward();
        step();
        expect([w.grad, b.grad]).toEqual([null, null]);
      }
      return [w.arraySync(), b.arraySync(), optimizer.state()["steps"]!.itemSync()];
    };
    expect(train((f) => compile(f))).toEqual(train((f) => f));
  });
});

test("a body that is compiled learns under a plain head, as one that is not", () => {
  type Wrap = (f: (x: Tensor) => Tensor) => (x: Tensor) => Tensor;
  const train = (wrap: Wrap): unknown => {
    const [body, head] = [dense(1, 1), dense(1, 1)];
    [body, head].forEach((layer, i) => layer.weight.assign([[0.5 + i]]));
    const optimizer = sgd([...body.parameters(), ...head.parameters()], { learningRate: 0.1 });
    const features = wrap((x: Tensor) => body.forward(x));
    for (let i = 0; i < 10; i++) {
      head
        .forward(features(tensor([[1]])))
        .square()
        .sum()
        .backward();
      optimizer.step();
    }
    return [body.weight.arraySync(), body.bias!.arraySync(), head.weight.arraySync()];
  };
  const learnt = train(compile);
  expect(learnt).toEqual(train((f) => f));
  expect(learnt).not.toContainEqual([[0.5]]);
});
