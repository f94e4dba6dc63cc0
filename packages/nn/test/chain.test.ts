// Chains against the optimisers that they are, and optimisers around others against plain numbers.
import { compile, ones, type Parameter, parameter, type Tensor, tensor } from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import * as nn from "@nabla/nn";
import {
  adam,
  adamW,
  addMomentum,
  chain,
  clipByNorm,
  clipByValue,
  clipGradNorm,
  clipGradValue,
  decayWeights,
  everyNth,
  freeze,
  lookahead,
  type Optimizer,
  rmsProp,
  scaleByAdam,
  scaleByRms,
  scaleByTrustRatio,
  sgd,
  type Transform,
  takeSigns,
  unfreeze,
} from "@nabla/nn";
import { describe, expect, test } from "vitest";

type Make = (parameters: readonly Parameter[]) => Optimizer;
const bowl = (parameters: readonly Parameter[]): Tensor =>
  parameters
    .map((p) => p.square().square().sum().add(p.square().sum()))
    .reduce((sum, one) => sum.add(one));
const starts = () => [
  parameter([[1, -0.3]], { dtype: "float64" }),
  parameter([2], { dtype: "float64" }),
];

type Between = (parameters: readonly Parameter[]) => void;
const none: Between = () => undefined;

/** What two parameters are after each of some steps. */
function walk(
  make: Make,
  { isCompiled = false, steps = 6, between = none } = {},
): readonly (readonly number[])[] {
  const parameters = starts();
  const optimizer = make(parameters);
  const step = () => {
    bowl(parameters).backward();
    between(parameters);
    optimizer.step();
  };
  const take = isCompiled ? compile(step) : step;
  return Array.from({ length: steps }, () => {
    take();
    return parameters.flatMap((p) => Array.from(p.dataSync()));
  });
}

const rate = { learningRate: 0.05 };
const chained =
  (...transforms: readonly Transform[]): Make =>
  (parameters) =>
    chain(...transforms)(parameters, rate);

describe("a chain takes the steps of", () => {
  const moments = { beta1: 0.8, beta2: 0.95, epsilon: 1e-3 };
  const clipNorm = (parameters: readonly Parameter[]) => void clipGradNorm(parameters, 0.5);
  const clipValue = (parameters: readonly Parameter[]) => clipGradValue(parameters, 0.5);
  const cases: readonly (readonly [name: string, own: Make, known: Make, between: Between])[] = [
    ["sgd", chained(), (p) => sgd(p, rate), none],
    [
      "sgd with momentum and a penalty",
      chained(decayWeights(0.1), addMomentum(0.9, { nesterov: true })),
      (p) => sgd(p, { ...rate, momentum: 0.9, nesterov: true, weightDecay: 0.1 }),
      none,
    ],
    ["adam", chained(scaleByAdam(moments)), (p) => adam(p, { ...rate, ...moments }), none],
    [
      "adamW with amsGrad",
      chained(scaleByAdam({ amsGrad: true }), decayWeights(0.1)),
      (p) => adamW(p, { ...rate, amsGrad: true, weightDecay: 0.1 }),
      none,
    ],
    [
      "rmsProp",
      chained(scaleByRms({ decay: 0.9 }), addMomentum(0.5)),
      (p) => rmsProp(p, { ...rate, decay: 0.9, momentum: 0.5 }),
      none,
    ],
    ["sgd by a clipped norm", chained(clipByNorm(0.5)), (p) => sgd(p, rate), clipNorm],
    ["sgd by clipped values", chained(clipByValue(0.5)), (p) => sgd(p, rate), clipValue],
  ];
  test.each(cases)("%s", (_, own, known, between) => {
    const expected = walk(known, { between });
    for (const isCompiled of [false, true]) {
      const values = walk(own, { isCompiled });
      values.forEach((value, i) =>
        expectClose(tensor(value, { dtype: "float64" }), expected[i]!, {
          relativeTolerance: 1e-13,
        }),
      );
    }
  });
});

describe("chain", () => {
  test("keeps apart what two of a kind keep, and goes on from states, with groups and schedules", () => {
    const make: Make = ([a, b]) =>
      chain(
        addMomentum(0.5),
        scaleByAdam(),
        addMomentum(0.9),
      )([{ parameters: [a!] }, { parameters: [b!], learningRate: 0.01 }], {
        learningRate: (step) => 0.1 / (1 + step),
      });
    const whole = starts();
    const optimizer = make(whole);
    const step = (parameters: readonly Parameter[], own: Optimizer) => {
      bowl(parameters).backward();
      own.step();
    };
    for (let i = 0; i < 3; i++) step(whole, optimizer);
    expect(Object.keys(optimizer.state()).toSorted()).toEqual([
      "0.0.velocity",
      "0.1.mean",
      "0.1.meanSquare",
      "0.2.velocity",
      "1.0.velocity",
      "1.1.mean",
      "1.1.meanSquare",
      "1.2.velocity",
      "ownSteps",
      "steps",
    ]);
    const resumed = whole.map((p) => parameter(p.snapshot()));
    const other = make(resumed);
    other.load(optimizer.state());
    const go = compile(() => step(resumed, other));
    for (let i = 0; i < 3; i++) {
      step(whole, optimizer);
      go();
      resumed.forEach((p, i) => expect(p.arraySync()).toEqual(whole[i]!.arraySync()));
    }
  });

  test("makes directions as long as their parameters, and takes signs", () => {
    const [w, zero] = [parameter([3, 4]), parameter([0, 0])];
    const optimizer = chain(scaleByTrustRatio(), takeSigns())([w, zero], { learningRate: 1 });
    const scaled = chain(scaleByTrustRatio())([w, zero], { learningRate: 1 });
    w.mul(tensor([8, -6]))
      .sum()
      .add(zero.sum())
      .backward();
    scaled.step();
    expectClose(w, [3 - 4, 4 + 3], { relativeTolerance: 1e-6 });
    expect(zero.arraySync()).toEqual([-1, -1]);
    w.mul(tensor([8, -6]))
      .sum()
      .backward();
    optimizer.step();
    expectClose(w, [-2, 8], { relativeTolerance: 1e-6 });
  });

  test("makes directions of the least gradients as long as their parameters", () => {
    // 5 / 1e-40 is no number of float32.
    const w = parameter([3, 4]);
    const optimizer = chain(scaleByTrustRatio())([w], { learningRate: 1 });
    w.mul(tensor([1e-40, 0]))
      .sum()
      .backward();
    optimizer.step();
    expectClose(w, [-2, 4], { relativeTolerance: 1e-4 });
  });

  test("takes transforms of one's own, which keep what they like", () => {
    const halving: Transform = {
      name: "halving",
      keeps: (p) => ({ factor: ones([], { dtype: p.dtype }) }),
      each(direction, { kept }) {
        const factor = kept["factor"]!;
        const before = factor.mul(1);
        factor.assign(factor.mul(0.5));
        return direction.mul(before);
      },
    };
    const w = parameter([0]);
    const optimizer = chain(halving)([w], { learningRate: 1 });
    for (let i = 0; i < 3; i++) {
      w.sum().backward();
      optimizer.step();
    }
    expect(w.arraySync()).toEqual([-1.75]);
  });

  const w = () => [parameter([1, 2], { name: "w" })];
  const step = (transform: object) => () => {
    const [p] = w();
    const optimizer = chain(transform as Transform)([p!], rate);
    p!.sum().backward();
    optimizer.step();
  };
  test.each([
    [{ name: "none" }, "chain: none has neither `each` nor `all`, expected one of them"],
    [{}, "chain: transform 0: name is undefined, expected a string"],
    [{ name: "nothing", each: () => undefined }, 'chain: nothing gives undefined for "w"'],
    [{ name: "sums", each: (d: Tensor) => d.sum() }, 'chain: sums gives [] for "w", expected [2]'],
    [{ name: "few", all: () => [] }, "chain: few gives an array, expected a list of 1 tensors"],
  ])("refuses what is no transform: %#", (transform, message) => {
    expect(step(transform)).toThrow(message);
  });
});

const around: readonly (readonly [string, (optimizer: Optimizer) => Optimizer])[] = [
  ["everyNth", (optimizer) => everyNth(optimizer, 3)],
  ["lookahead", (optimizer) => lookahead(optimizer, { steps: 3, part: 0.25 })],
  ["both", (optimizer) => lookahead(everyNth(optimizer, 2), { steps: 2 })],
];

describe.each(around)("%s", (name, wrap) => {
  const make: Make = (parameters) =>
    wrap(adam(parameters, { learningRate: (step) => 0.1 / (1 + step) }));

  test("takes the same steps compiled, and from a state, to the last bit", () => {
    const whole = walk(make, { steps: 8 });
    expect(walk(make, { steps: 8, isCompiled: true })).toEqual(whole);
    const parameters = starts();
    const optimizer = make(parameters);
    const step = (own: readonly Parameter[], by: Optimizer) => {
      bowl(own).backward();
      by.step();
    };
    for (let i = 0; i < 4; i++) step(parameters, optimizer);
    const resumed = parameters.map((p) => parameter(p.snapshot()));
    const other = make(resumed);
    other.load(optimizer.state());
    for (let i = 0; i < 4; i++) step(resumed, other);
    expect(resumed.flatMap((p) => Array.from(p.dataSync()))).toEqual(whole.at(-1));
  });

  test("tells the learning rate, and wants an optimiser of nn's", async () => {
    expect(await make(starts()).learningRate!()).toBe(0.1);
    if (name === "both") return;
    const own = { parameters: [], step() {} } as unknown as Optimizer;
    expect(() => wrap(own)).toThrow(`${name}: optimizer is an object, expected one that @nabla/nn`);
    expect(() => wrap(wrap(make(starts())))).toThrow(`${name}: the optimiser is one of ${name}`);
  });

  test("changes nothing where a step cannot be computed", () => {
    const parameters: readonly Parameter[] = starts();
    const optimizer = make(parameters);
    bowl(parameters).backward();
    optimizer.step();
    const state = () => [
      ...parameters.map((p) => p.arraySync()),
      ...Object.entries(optimizer.state()).map(([key, value]) => [key, value.arraySync()]),
    ];
    const before = state();
    bowl(parameters).backward();
    parameters[0]!.grad = parameters[0]!.gather(0, tensor([5], { dtype: "int32" }));
    expect(() => optimizer.step()).toThrow("gather: index 5 is out of range");
    expect(state()).toEqual(before);
  });
});

test("everyNth takes the steps of the mean gradient, and counts only these", () => {
  const slopes = [0.25, 0.5, 1, 2, -1, 4];
  const expected = parameter([1], { dtype: "float64" });
  const known = adam([expected], { learningRate: (step) => 0.1 / (1 + step) });
  for (const slope of [1.75 / 3, 5 / 3]) {
    expected.mul(slope).sum().backward();
    known.step();
  }
  const w = parameter([1], { dtype: "float64" });
  const optimizer = everyNth(adam([w], { learningRate: (step) => 0.1 / (1 + step) }), 3);
  slopes.forEach((slope, i) => {
    const before = w.arraySync();
    w.mul(slope).sum().backward();
    optimizer.step();
    if (i % 3 < 2) expect(w.arraySync()).toEqual(before);
  });
  expectClose(w, expected, { relativeTolerance: 1e-15 });
  expect(optimizer.state()["steps"]!.itemSync()).toBe(2);
});

test("everyNth says which parameter has no gradient", () => {
  const [w, v] = [parameter([1], { name: "w" }), parameter([1], { name: "v" })];
  const optimizer = everyNth(sgd([w, v], rate), 2);
  w.sum().backward();
  expect(() => optimizer.step()).toThrow('everyNth: parameter "v" has no gradient');
  // Frozen parameters want none, and stay.
  freeze([v]);
  for (let i = 0; i < 2; i++) {
    w.sum().backward();
    optimizer.step();
  }
  expectClose(w, [0.95], { relativeTolerance: 1e-6 });
  expect(v.arraySync()).toEqual([1]);
  freeze([w]);
  expect(() => optimizer.step()).toThrow("step: all parameters of the optimiser are frozen");
});

test("lookahead goes back a part of the way, from wherever its steps begin", () => {
  const w = parameter([5], { dtype: "float64" });
  const optimizer = lookahead(sgd([w], { learningRate: 0.1 }), { steps: 2, part: 0.25 });
  // Weights that were loaded in between.
  w.assign(tensor([2], { dtype: "float64" }));
  let [slow, fast] = [2, 2];
  for (let t = 1; t <= 6; t++) {
    fast -= 0.1 * (4 * fast ** 3 + 2 * fast) * 0.1;
    if (t % 2 === 0) fast = slow += 0.25 * (fast - slow);
    bowl([w]).mul(0.1).backward();
    optimizer.step();
    expect(w.dataSync()[0]).toBeCloseTo(fast, 13);
  }
});

test("a state of more gradients or steps ends at once", () => {
  const made = (n: number) => {
    const w = parameter([0]);
    const inner = everyNth(sgd([w], { learningRate: 1 }), n);
    return { w, optimizer: lookahead(inner, { steps: n, part: 0.5 }) };
  };
  const step = ({ w, optimizer }: ReturnType<typeof made>, slope: number) => {
    w.mul(slope).sum().backward();
    optimizer.step();
  };
  const [more, fewer] = [made(5), made(2)];
  for (const slope of [1, 2, 3]) step(more, slope);
  fewer.optimizer.load(more.optimizer.state());
  step(fewer, 6);
  // Half of the way, which is against the mean of four.
  expect(fewer.w.arraySync()).toEqual([-1.5]);
});

test("lookahead leaves frozen parameters, and infinities, where they are", () => {
  const [w, v, mask] = [parameter([0]), parameter([0]), parameter([Number.NEGATIVE_INFINITY])];
  const optimizer = lookahead(sgd([w, v, mask], { learningRate: 1 }), { steps: 3, part: 0.5 });
  const step = () => {
    w.sum().add(v.sum()).backward();
    optimizer.step();
  };
  step();
  freeze([v]);
  step();
  unfreeze([v]);
  step();
  expect([w, v, mask].map((p) => p.arraySync())).toEqual([
    [-1.5],
    [-1.5], // half of the way from -1, where it was frozen
    [Number.NEGATIVE_INFINITY],
  ]);
  freeze([v]);
  for (let i = 0; i < 3; i++) step();
  expect([w.arraySync(), v.arraySync()]).toEqual([[-3], [-1.5]]);
});

test.each([
  [() => everyNth(sgd(starts(), rate), 0), "everyNth: n is 0, expected a positive integer"],
  [() => lookahead(sgd(starts(), rate), { part: 2 }), "lookahead: part is 2, expected more than 0"],
  [() => nn.clipByNorm(0), "clipByNorm: the bound is 0, expected a positive number"],
  [() => scaleByAdam({ beta1: 1 }), "scaleByAdam: beta1 is 1, expected 0 up to 1"],
])("refuses options out of range: %#", (make, message) => expect(make).toThrow(message));
