// A gradient is used once: by the optimisers whose steps follow the `backward` that made it, or by
// none. Compared with the same training written with `gradients`, which keeps nothing.
import {
  compile,
  gradients,
  type Parameter,
  parameter,
  realize,
  type Tensor,
  takeGradients,
  tensor,
} from "@nabla/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { quadraticCost } from "../src/costs.ts";
import { dense } from "../src/dense.ts";
import { fit } from "../src/fit.ts";
import { sgd } from "../src/optimizers/sgd.ts";
import { sequential } from "../src/sequential.ts";

const learningRate = 0.1;

/** Two parameters, an optimiser for each, and costs that depend on one or on both. */
function pair() {
  const [a, b] = [parameter([1]), parameter([2])];
  return {
    a,
    b,
    optimizers: [sgd([a], { learningRate }), sgd([b], { learningRate })] as const,
    costs: [
      () => a.square().sum(),
      () => b.square().sum(),
      () => a.mul(b).sum(),
      () => a.mul(2).sub(b).square().sum(),
    ] as readonly (() => Tensor)[],
  };
}

describe("training of two parts, each with an optimiser", () => {
  /** A part's step: the cost that it descends, and which part moves. */
  const turns = fc.array(fc.record({ cost: fc.constantFrom(2, 3), part: fc.constantFrom(0, 1) }), {
    minLength: 1,
    maxLength: 8,
  });

  test.each([false, true])(
    "written without zeroGrad is what each step's own cost says, compiled: %s",
    (isCompiled) => {
      fc.assert(
        fc.property(turns, (list) => {
          const { a, b, optimizers, costs } = pair();
          const steps = [2, 3].map((cost) =>
            [0, 1].map((part) => {
              const step = () => {
                costs[cost]!().backward();
                optimizers[part]!.step();
              };
              return isCompiled ? compile(step) : step;
            }),
          );
          const wanted = pair();
          for (const { cost, part } of list) {
            steps[cost - 2]![part]!();
            const moving: Parameter = part === 0 ? wanted.a : wanted.b;
            const [g] = gradients(wanted.costs[cost]!(), [moving]);
            realize(moving.assign(moving.sub(g.mul(learningRate))));
          }
          expect([a, b].map((p) => p.arraySync())).toEqual(
            [wanted.a, wanted.b].map((p) => p.arraySync()),
          );
        }),
        { numRuns: isCompiled ? 10 : 30 },
      );
    },
  );

  test("both take the gradients of one backward, and of several before the first step", () => {
    const { a, b, optimizers, costs } = pair();
    costs[2]!().backward();
    costs[3]!().backward();
    optimizers[0].step();
    expect(a.grad).toBeNull();
    expect(b.grad?.arraySync()).toEqual([1]);
    optimizers[1].step();
    // By a: b + 4 (2 a - b) = 2; by b: a - 2 (2 a - b) = 1.
    expect([a.arraySync()[0], b.arraySync()[0]]).toEqual([
      Math.fround(1 - 0.2),
      Math.fround(2 - 0.1),
    ]);
    expect(() => optimizers[1].step()).toThrow("none of the optimiser's parameters has a gradient");
  });

  test("what is older than the gradients beside it is dropped", () => {
    const [a, b, c] = [parameter([1]), parameter([1]), parameter([1])];
    const [one, other] = [sgd([a], { learningRate }), sgd([b, c], { learningRate })];
    a.add(b).add(c).sum().backward();
    one.step();
    b.mul(3).sum().backward();
    other.step();
    expect([b.arraySync()[0], c.arraySync()[0]]).toEqual([Math.fround(0.7), 1]);
    expect(c.grad).toBeNull();
  });

  test.each(["beforeStep", "learningRate"])(
    "what is left over stays so where a step of fit fails: %s",
    async (where) => {
      const model = sequential(dense(2, 2), dense(2, 1));
      const [w1, b1, w2, b2] = model.parameters();
      const failing = () => {
        throw new Error("mine");
      };
      const one = sgd([w1!, b1!], { learningRate });
      const other = sgd([w2!, b2!], {
        learningRate: where === "learningRate" ? failing : learningRate,
      });
      const data = { inputs: tensor([[1, 2]]), targets: tensor([[3]]) };
      quadraticCost(model.forward(data.inputs), data.targets).backward();
      one.step();
      const left = w2!.grad?.arraySync();
      const training = fit(model, data, {
        cost: quadraticCost,
        optimizer: other,
        epochs: 1,
        batchSize: 1,
        compiled: false,
        ...(where === "beforeStep" && { beforeStep: failing }),
      });
      await expect(training.then(() => undefined)).rejects.toThrow("mine");
      expect(w2!.grad?.arraySync()).toEqual(left);
      // It starts afresh: what is left over is not added to.
      w2!.sum().backward();
      expect(w2!.grad?.arraySync()).toEqual([[1], [1]]);
    },
  );

  test("what is put back is what it was: left over, or to be added to", () => {
    const [a, b] = [parameter([1]), parameter([1])];
    const optimizer = sgd([a], { learningRate });
    const putBack = () => {
      const before = b.grad;
      b.mul(7).sum().backward();
      b.mul(9).sum().backward();
      b.grad = before;
    };
    a.add(b).sum().backward();
    putBack();
    b.mul(2).sum().backward();
    expect(b.grad?.arraySync()).toEqual([3]);
    optimizer.step();
    putBack();
    b.mul(5).sum().backward();
    expect(b.grad?.arraySync()).toEqual([5]);
    // What an optimiser has taken is there to be used again by who sets it.
    const again = b.grad;
    sgd([b], { learningRate }).step();
    b.grad = again;
    b.mul(2).sum().backward();
    expect(b.grad?.arraySync()).toEqual([7]);
  });

  test("another training in between changes nothing", () => {
    const [a, b] = [parameter([1]), parameter([1])];
    const [one, other] = [sgd([a], { learningRate }), sgd([b], { learningRate })];
    a.sum().backward();
    b.mul(5).sum().backward();
    other.step();
    a.mul(2).sum().backward();
    expect(a.grad?.arraySync()).toEqual([3]);
    one.step();
    expect(a.arraySync()).toEqual([Math.fround(0.7)]);
  });
});

describe("frozen parameters", () => {
  test.each([false, true])("pile up nothing, compiled: %s", (isCompiled) => {
    const [frozen, moving] = [parameter([2]), parameter([1])];
    const optimizer = sgd([moving], { learningRate: 1e-3 });
    const step = () => {
      moving.mul(frozen).square().sum().backward();
      optimizer.step();
    };
    const take = isCompiled ? compile(step) : step;
    for (let i = 0; i < 1200; i++) take();
    // 2 m^2 f with m of before the last step; compiled, nobody computes it.
    const before = moving.arraySync()[0]! / (1 - 2e-3 * 4);
    const left = frozen.grad?.arraySync()[0];
    if (isCompiled) expect(left).toBeUndefined();
    else expect(left).toBeCloseTo(2 * before ** 2 * 2, 6);
    moving.mul(frozen).sum().backward();
    expect(frozen.grad?.arraySync()).toEqual(moving.arraySync());
  });

  test("a compiled function without a step leaves its gradients, which add up", () => {
    const [a, b] = [parameter([1]), parameter([1])];
    const back = compile(() => a.mul(3).add(b).sum().backward());
    back();
    back();
    expect([a.grad?.arraySync(), b.grad?.arraySync()]).toEqual([[6], [2]]);
    const optimizer = sgd([a], { learningRate });
    optimizer.step();
    back();
    expect([a.grad?.arraySync(), b.grad?.arraySync()]).toEqual([[3], [1]]);
  });
});

test("an optimiser of one's own takes them by takeGradients", () => {
  const [a, b, c] = [parameter([1]), parameter([2]), parameter([3])];
  a.mul(b).sum().backward();
  const taken = takeGradients([a, c]);
  expect(taken.map((g) => g?.arraySync())).toEqual([[2], undefined]);
  expect(a.grad).toBeNull();
  expect(takeGradients([b])[0]?.arraySync()).toEqual([1]);
  a.grad = parameter([7]).mul(1);
  expect(takeGradients([a])[0]?.arraySync()).toEqual([7]);
});
