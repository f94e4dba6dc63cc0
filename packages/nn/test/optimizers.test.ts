import { compile, type Parameter, parameter, type Tensor, tensor, zeros } from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import { describe, expect, test } from "vitest";
import { adaDelta } from "../src/optimizers/ada-delta.ts";
import { adafactor } from "../src/optimizers/adafactor.ts";
import { type AdamOptions, adam } from "../src/optimizers/adam.ts";
import { adamW } from "../src/optimizers/adam-w.ts";
import { lion } from "../src/optimizers/lion.ts";
import type { Optimizer } from "../src/optimizers/optimizer.ts";
import { rmsProp } from "../src/optimizers/rms-prop.ts";
import { sgd } from "../src/optimizers/sgd.ts";

describe("adam", () => {
  test.each([
    [() => adam([]), "adam: got no parameters, nothing can be learnt"],
    [
      () => adam([parameter([1])], { learningRate: 0 }),
      "adam: learningRate is 0, expected a positive number or a schedule",
    ],
    [() => adam([parameter([1])], { beta2: 1 }), "adam: beta2 is 1, expected 0 up to 1"],
  ])("refuses what makes no sense: %#", (make, message) => expect(make).toThrow(message));
});

describe.each<[string, (parameters: readonly Parameter[], options: AdamOptions) => Optimizer]>([
  ["adam", adam],
  ["adamW", (parameters, options) => adamW(parameters, { ...options, weightDecay: 0 })],
])("%s", (_, make) => {
  const options = { learningRate: 0.1 };

  test("corrects each parameter's means by its own steps: one that comes late begins at 1", () => {
    const [a, b, alone] = [parameter([0]), parameter([0]), parameter([0])];
    const [both, own] = [make([a, b], options), make([alone], options)];
    const stepA = () => {
      a.sum().backward();
      both.step();
    };
    const stepB = compile(() => {
      b.sum().backward();
      both.step();
    });
    for (let i = 0; i < 4; i++) stepA();
    for (let i = 0; i < 3; i++) {
      stepB();
      stepA();
      alone.sum().backward();
      own.step();
      expect(b.arraySync()).toEqual(alone.arraySync());
    }
    // PyTorch's first step of b is -0.1, to 8 digits.
    expect(both.state()["ownSteps"]!.arraySync()).toEqual([7, 3]);
    expect(both.state()["steps"]!.itemSync()).toBe(10);
  });

  // Its means are those of one gradient of 1 after a state of zeros, so all that is left is the corrections.
  test("corrects means to float32's digits, at the first step and at the two billionth", () => {
    for (const [beta1, beta2] of [
      [0.9, 0.999],
      [0.5, 0.999999],
    ] as const) {
      for (const t of [1, 2, 10, 1e3, 1e6, 2 ** 24 + 1, 2 ** 31 - 1]) {
        const w = parameter([0]);
        const optimizer = make([w], { ...options, learningRate: 1, beta1, beta2, epsilon: 1e-30 });
        const steps = tensor(t - 1, { dtype: "int32" });
        const zero = tensor([0]);
        const kept = { "0.mean": zero, "0.meanSquare": zero };
        optimizer.load({ steps, ownSteps: steps.reshape([1]), ...kept });
        w.grad = tensor([1]);
        optimizer.step();
        const [missing1, missing2] = [beta1, beta2].map((beta) => -Math.expm1(t * Math.log(beta)));
        const expected = -((1 - beta1) / missing1!) / Math.sqrt((1 - beta2) / missing2!);
        expectClose(w, [expected], { relativeTolerance: 6 * 2 ** -24 });
      }
    }
  });

  test("goes on from a state of before each parameter's steps were counted", () => {
    const [a, b] = [parameter([1, 2]), parameter([1, 2])];
    const [one, other] = [make([a], options), make([b], options)];
    const step = (w: Parameter, optimizer: Optimizer) => {
      w.square().sum().backward();
      optimizer.step();
    };
    for (let i = 0; i < 3; i++) step(a, one);
    b.assign(a.snapshot());
    const { ownSteps: _own, ...old } = one.state();
    other.load(old);
    step(a, one);
    step(b, other);
    expect(b.arraySync()).toEqual(a.arraySync());
  });

  test("moves what has no elements", () => {
    const empty = parameter(zeros([0, 3]));
    const optimizer = make([empty], options);
    empty.sum().backward();
    optimizer.step();
    expect(empty.shape).toEqual([0, 3]);
  });
});

describe("sgd", () => {
  test("goes against the gradient", () => {
    const w = parameter([3, -1]);
    const optimizer = sgd([w], { learningRate: 0.25 });
    w.square().sum().backward();
    optimizer.step();
    expect(w.arraySync()).toEqual([1.5, -0.5]);
    expect(w.grad).toBeNull();
  });

  test("adds up the gradients of several costs, and computes the costs with the step", () => {
    const w = parameter([2]);
    const optimizer = sgd([w], { learningRate: 0.5 });
    const [a, b] = [w.square().sum(), w.mul(3).sum()];
    a.backward();
    b.backward();
    optimizer.step();
    expect([a.itemSync(), b.itemSync()]).toEqual([4, 6]);
    expect(w.arraySync()).toEqual([2 - 0.5 * (4 + 3)]);
  });

  test.each([
    [() => sgd([], { learningRate: 1 }), "sgd: got no parameters, nothing can be learnt"],
    [
      () => sgd([parameter([1])], { learningRate: -1 }),
      "sgd: learningRate is -1, expected a positive number or a schedule",
    ],
    [
      () => sgd([parameter([1])], { learningRate: 1, momentum: 1 }),
      "sgd: momentum is 1, expected 0 up to 1",
    ],
    [
      () => sgd([parameter([1])], { learningRate: 1, nesterov: true }),
      "sgd: nesterov is true, and momentum is 0; expected a momentum, as 0.9",
    ],
    [
      () => sgd([parameter([1])], { learningRate: 1 }).step(),
      "step: none of the optimiser's parameters has a gradient; " +
        "call backward() on a cost that depends on them first",
    ],
  ])("refuses what makes no sense: %#", (make, message) => expect(make).toThrow(message));
});

describe("parameter groups", () => {
  test("say what is special about some parameters", () => {
    const [weight, bias] = [parameter([1, 1]), parameter([1])];
    const groups = [{ parameters: [weight] }, { parameters: [bias], weightDecay: 0 }];
    const optimizer = sgd(groups, { learningRate: 0.5, weightDecay: 0.25 });
    weight.sum().add(bias.sum()).backward();
    optimizer.step();
    expect(weight.arraySync()).toEqual([0.375, 0.375]);
    expect(bias.arraySync()).toEqual([0.5]);
    expect(optimizer.parameters.map(({ shape }) => shape)).toEqual([[2], [1]]);
  });

  test.each([
    [(w: Tensor) => [{ parameters: [w] }, w], "expected either"],
    [(w: Tensor) => [w, w], 'parameter "w" is there twice'],
    [(w: Tensor) => [{ parameters: [w], momentum: 2 }], "momentum is 2, expected 0 up to 1"],
  ])("that make no sense are refused: %#", (groups, message) => {
    const w = parameter([1], { name: "w" });
    expect(() => sgd(groups(w) as never, { learningRate: 1 })).toThrow(message);
  });
});

describe("learning rates", () => {
  const costOf = (w: ReturnType<typeof parameter>) => w.sum();
  test("may follow a schedule of the steps taken, also where steps are compiled once", () => {
    const rates = [1, 0.5, 0.25, 0];
    let traces = 0;
    for (const isCompiled of [false, true]) {
      const w = parameter([0]);
      const optimizer = sgd([w], { learningRate: (step) => rates[step]! });
      const step = () => {
        if (isCompiled) traces++;
        costOf(w).backward();
        optimizer.step();
      };
      const take = isCompiled ? compile(step) : step;
      const seen = rates.map(() => {
        take();
        return w.arraySync()[0];
      });
      expect(seen).toEqual([-1, -1.5, -1.75, -1.75]);
    }
    expect(traces).toBe(1);
  });

  test("that are no numbers are refused, with the step", () => {
    const w = parameter([0]);
    const optimizer = adam([w], { learningRate: (step) => 1 - step });
    const step = () => {
      costOf(w).backward();
      optimizer.step();
    };
    step();
    step();
    expect(step).toThrow("adam: the schedule gives -1 at step 2, expected a number of 0 or more");
  });
});

describe("a state", () => {
  const optimizers: readonly (readonly [string, (w: ReturnType<typeof parameter>) => Optimizer])[] =
    [
      ["sgd", (w) => sgd([w], { learningRate: (step) => 0.1 / (1 + step), momentum: 0.9 })],
      ["adam", (w) => adam([w], { learningRate: 0.1 })],
      ["rmsProp", (w) => rmsProp([w], { momentum: 0.5 })],
      ["adaDelta", (w) => adaDelta([w])],
      ["lion", (w) => lion([w], { learningRate: (step) => 0.1 / (1 + step), weightDecay: 0.1 })],
    ];
  const step = (w: ReturnType<typeof parameter>, optimizer: Optimizer) => {
    w.square().square().sum().backward();
    optimizer.step();
  };

  test.each(optimizers)("of %s lets another go on with the same bits", (_, make) => {
    const w = parameter([1, -0.3]);
    const optimizer = make(w);
    for (let i = 0; i < 3; i++) step(w, optimizer);
    const saved = { w: w.snapshot(), state: optimizer.state() };
    for (let i = 0; i < 3; i++) step(w, optimizer);
    const v = parameter(saved.w);
    const other = make(v);
    other.load(saved.state);
    const go = compile(() => step(v, other));
    for (let i = 0; i < 3; i++) go();
    expect(v.arraySync()).toEqual(w.arraySync());
    expect(other.state()["steps"]!.itemSync()).toBe(6);
  });

  test("has the number of steps, and what is kept of each parameter by its position", () => {
    const optimizer = sgd([parameter([1]), parameter([[2]])], { learningRate: 1, momentum: 0.5 });
    const shapes = Object.entries(optimizer.state()).map(([name, { shape }]) => [name, shape]);
    expect(Object.fromEntries(shapes)).toEqual({
      steps: [],
      "0.velocity": [1],
      "1.velocity": [1, 1],
    });
  });

  test("that does not fit changes nothing", () => {
    const optimizer = sgd([parameter([1, 2])], { learningRate: 1, momentum: 0.5 });
    const steps = tensor(3, { dtype: "float64" });
    const velocity = tensor([1, 1]);
    expect(() => optimizer.load({ steps })).toThrow(
      'load: "0.velocity" is in the optimiser, not in the state',
    );
    expect(() => optimizer.load({ steps, "0.velocity": velocity, "1.velocity": velocity })).toThrow(
      'load: "1.velocity" is in the state, not in the optimiser',
    );
    expect(() => optimizer.load({ steps, "0.velocity": tensor([1]) })).toThrow(
      'load: "0.velocity" is [1] in the state, [2] in the optimiser',
    );
    const lost = velocity.gather(0, tensor([0, 5], { dtype: "int32" }));
    expect(() => optimizer.load({ steps, "0.velocity": lost })).toThrow("index 5 is out of range");
    for (const wrong of [1.5, -1, 2 ** 31, Number.NaN]) {
      const state = { steps: tensor(wrong, { dtype: "float64" }), "0.velocity": velocity };
      expect(() => optimizer.load(state)).toThrow(
        `load: "steps" has ${wrong}, expected integers from 0, which int32 holds`,
      );
    }
    expect(optimizer.state()["steps"]!.itemSync()).toBe(0);
  });
});

test.each([
  [1e18, [[2.6929783821105957, -3.1941776275634766]]],
  [1e30, [[3, -3]]],
])("adafactor goes as far for gradients of %d as for small ones, or nowhere", (size, expected) => {
  const w = parameter([
    [3, -3],
    [1, 2],
  ]);
  const optimizer = adafactor([w], { learningRate: 0.1 });
  w.mul(
    tensor([
      [size, size],
      [size, 2 * size],
    ]),
  )
    .sum()
    .backward();
  optimizer.step();
  expect(w.slice(0, 0, 1).arraySync()).toEqual([expected[0]!.map((x) => expect.closeTo(x, 5))]);
});
