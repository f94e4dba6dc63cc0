// Functions from functions to functions: each against what it is defined by. Of functions drawn at
// random: random-functions.test.ts.
import {
  backend,
  checkpoint,
  compile,
  customGradient,
  explainPlan,
  GradientError,
  grad,
  gradients,
  hessian,
  jacobian,
  jvp,
  manualSeed,
  parameter,
  random,
  stack,
  type Tensor,
  tensor,
  toJSON,
  vjp,
  vmap,
} from "@nabla/autograd";
import { checkGradients, expectClose } from "@nabla/autograd/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { differentiable } from "./differentiable.ts";

const float64 = { dtype: "float64" } as const;
const close = { relativeTolerance: 1e-9, absoluteTolerance: 1e-9 };

describe("vmap is what a loop over the examples gives", () => {
  test.each(differentiable)("$name", ({ f, inputs }) => {
    fc.assert(
      fc.property(inputs, (xs) => {
        // Of one shape, since what is drawn beside the inputs belongs to the last draw.
        const examples = [xs, xs.map((x) => x.flip().realize()), xs];
        const all = xs.map((_, i) => stack(examples.map((example) => example[i]!)));
        const looped = stack(examples.map((example) => f(...example)));
        const one: (...xs: Tensor[]) => Tensor = (...ys) => f(...ys);
        expectClose(vmap(one)(...all), looped, close);
        const first = f(...xs.map((x, i) => (i === 0 ? x.flip() : x)));
        if (xs.length < 2) return;
        const inAxes = [0, ...xs.slice(1).map(() => null)];
        const some = vmap(one, { inAxes })(all[0]!, ...xs.slice(1));
        expectClose(some.at(1 as never), first, close);
      }),
      { numRuns: backend() === "reference" ? 3 : 1 },
    );
  });

  test("nested, over other axes, with results on another axis", () => {
    const [a, b] = [random.normal([3, 4], { seed: 1 }), random.normal([5, 4], { seed: 2 })];
    const dot = (x: Tensor, y: Tensor) => x.mul(y).sum();
    const inner = (x: Tensor) => vmap(dot, { inAxes: [null, 0] })(x, b) as Tensor;
    expectClose(vmap(inner)(a), a.matmul(b.transpose() as never), {
      absoluteTolerance: 1e-5,
    });
    const columns = vmap((x: Tensor) => x.mul(2), { inAxes: 1, outAxes: -1 })(a);
    expect(columns.arraySync()).toEqual(a.mul(2).arraySync());
  });

  test("trees of examples", () => {
    const f = ({ x, rest: [y] }: { x: Tensor; rest: Tensor[] }) => ({
      sum: x.add(y!),
      twice: [y!.mul(2)],
    });
    const mapped = vmap(f, { inAxes: [{ x: 0, rest: [null] }] });
    const { sum, twice } = mapped({ x: tensor([1, 2]), rest: [tensor([10, 20])] });
    expect(sum.arraySync()).toEqual([
      [11, 21],
      [12, 22],
    ]);
    expect(twice[0]!.arraySync()).toEqual([
      [20, 40],
      [20, 40],
    ]);
  });

  test("indices that differ from example to example, checked in each", () => {
    const table = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const at = tensor(
      [
        [0, -1],
        [1, 1],
      ],
      { dtype: "int32" },
    );
    const f = (x: Tensor, i: Tensor) => x.gather(0, i as never);
    expect(vmap(f)(table, at).arraySync()).toEqual([
      [1, 3],
      [5, 5],
    ]);
    const outside = tensor(
      [
        [0, 3],
        [1, 1],
      ],
      { dtype: "int32" },
    );
    expect(() => vmap(f)(table, outside).arraySync()).toThrow("gather: index");
    const added = (x: Tensor, i: Tensor) => x.scatterAdd(0, i, tensor([10, 20]));
    expect(vmap(added)(table, at).arraySync()).toEqual([
      [11, 2, 23],
      [4, 35, 6],
    ]);
  });

  test("random draws differ from example to example, unless they are to be the same", () => {
    const x = tensor([0, 0, 0]);
    const noisy = (one: Tensor) => one.add(random.uniform([]));
    expect(new Set(vmap(noisy)(x).dataSync()).size).toBe(3);
    const same = vmap(noisy, { randomness: "same" })(x);
    expect(new Set(same.dataSync()).size).toBe(1);
    const seeded = vmap((one: Tensor) => one.add(random.uniform([], { seed: 3 })))(x);
    expect(new Set(seeded.dataSync()).size).toBe(1);
    const compiled = compile((all: Tensor) => vmap(noisy)(all));
    expect(new Set([...compiled(x).dataSync(), ...compiled(x).dataSync()]).size).toBe(6);
  });

  test("draws in a gradient are those of its value, per example or shared", () => {
    const dropped = (one: Tensor) =>
      one
        .mul(random.bernoulli([4], 0.5))
        .square()
        .sum();
    manualSeed(5);
    const x = random.uniform([3, 4], { low: 1, high: 2, seed: 1, ...float64 });
    for (const randomness of ["different", "same"] as const) {
      const slopes = vmap(grad(dropped), { randomness })(x);
      // 2 x where an element was kept, else 0.
      const kept = slopes.div(x).mul(0.5);
      expectClose(kept, kept.round(), close);
      const patterns = new Set((kept.round().arraySync() as number[][]).map(String));
      if (randomness === "same") expect(patterns.size).toBe(1);
      else expect(patterns.size).toBeGreaterThan(1);
    }
  });

  test("differentiates, with respect to what is captured, too", () => {
    const w = parameter([2, 3]);
    const x = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    (vmap((one: Tensor) => one.mul(w).sum())(x) as Tensor).sum().backward();
    expect(w.grad?.arraySync()).toEqual([9, 12]);
  });

  test("its errors say what is wrong", () => {
    const f = (x: Tensor, y: Tensor) => x.add(y);
    expect(() => vmap(f)(tensor([1, 2]), tensor([1, 2, 3]))).toThrow(
      "vmap: 2 examples in one argument, 3 in another of [3]",
    );
    expect(() => vmap(f)(tensor(1), tensor([1]))).toThrow(
      "vmap: axis 0 of examples is out of range for an argument of []",
    );
    expect(() => vmap(f, { inAxes: [0] })(tensor([1]), tensor([1]))).toThrow(
      "vmap: inAxes has 1 entries for 2 arguments",
    );
    expect(() => vmap((x: Tensor) => x.mul(x.sum().itemSync()))(tensor([1, 2]))).toThrow(
      "itemSync: this value is not known while compile(), vmap(), scan() or the like traces the function",
    );
    const w = parameter([1]);
    expect(() =>
      vmap((x: Tensor) => {
        w.assign(x);
        return x;
      })(tensor([[1]])),
    ).toThrow("vmap: the function assigns");
    expect(w.arraySync()).toEqual([1]);
  });
});

describe("jvp and vjp", () => {
  test("take trees of several outputs", () => {
    const f = ({ a, b }: { a: Tensor; b: Tensor }) => [a.mul(b), b.square()];
    const point = { a: tensor([1, 2]), b: tensor([3, 4]) };
    const [, pullback] = vjp(f, point);
    const [shares] = pullback([tensor([1, 1]), tensor([1, 0])]);
    expect(shares.a.arraySync()).toEqual([3, 4]);
    expect(shares.b.arraySync()).toEqual([1 + 6, 2]);
    const [, [first, second]] = jvp(f, [point], [{ a: tensor([1, 0]), b: tensor([0, 1]) }]);
    expect(first!.arraySync()).toEqual([3, 2]);
    expect(second!.arraySync()).toEqual([0, 8]);
  });

  test("errors say where forms and shapes differ", () => {
    const f = (x: Tensor) => x.mul(2);
    expect(() => jvp(f, [tensor([1, 2])], [tensor([1])])).toThrow("jvp: the list of tangents");
    expect(() => jvp(f, [tensor([1, 2])], [[tensor([1])]] as never)).toThrow(
      "jvp: the list of tangents has the form [[tensor]], expected [tensor]",
    );
    expect(() => vjp(f, tensor([1, 2]))[1](tensor([1, 2, 3]))).toThrow("vjp: the seed");
  });
});

describe("jacobian and hessian", () => {
  test("of functions with a closed form, wide and tall", () => {
    const a = random.normal([2, 5], { seed: 1, ...float64 });
    const linear = (x: Tensor) => a.matmul(x as never);
    expectClose(jacobian(linear)(random.normal([5], { seed: 2, ...float64 })), a, close);
    const tall = (x: Tensor) => a.transpose().matmul(x as never);
    expectClose(jacobian(tall)(random.normal([2], { seed: 2, ...float64 })), a.transpose(), close);
    // f(x) = x^T B x / 2 has the Hessian (B + B^T) / 2.
    const b = random.normal([4, 4], { seed: 3, ...float64 });
    const quadratic = (x: Tensor) => x.matmul(b.matmul(x as never) as never).mul(0.5);
    const expected = b.add(b.transpose() as never).mul(0.5);
    expectClose(hessian(quadratic)(random.normal([4], { seed: 4, ...float64 })), expected, close);
  });

  test("of trees are trees of trees", () => {
    const f = ({ a, b }: { a: Tensor; b: Tensor }) => a.square().sum().mul(b);
    const point = { a: tensor([1, 2]), b: tensor(3) };
    const h = hessian(f)(point);
    expect(h.a.a.arraySync()).toEqual([
      [6, 0],
      [0, 6],
    ]);
    expect(h.a.b.arraySync()).toEqual([2, 4]);
    expect(h.b.a.arraySync()).toEqual([2, 4]);
    expect(h.b.b.arraySync()).toBe(0);
  });

  test("transformations go together", () => {
    const f = (x: Tensor) => x.sin().mul(x).sum();
    const xs = random.normal([3, 2], { seed: 5, ...float64 });
    const looped = stack([0, 1, 2].map((i) => hessian(f)(xs.at(i as never))));
    expectClose(vmap(hessian(f))(xs), looped, close);
    const total = (all: Tensor) => (vmap(f)(all) as Tensor).sum();
    expectClose(grad(total)(xs), vmap(grad(f))(xs), close);
    expectClose(jacobian(grad(f))(xs.at(0 as never)), looped.at(0 as never), close);
  });
});

describe("customGradient", () => {
  test("gives the rule's gradients, to any order, compiled, batched", () => {
    // The logistic function by its own rule, which is differentiated in turn.
    const logistic = customGradient(
      (x: Tensor) => x.neg().exp().add(1).reciprocal(),
      (g, _, y) => g.mul(y.mul(y.neg().add(1))),
    );
    const x = random.normal([4], { seed: 1, ...float64 });
    checkGradients((one) => logistic(one), [x], { order: 2 });
    const cost = (one: Tensor) => logistic(one).square().sum();
    expectClose(grad(cost)(x), grad((one: Tensor) => one.sigmoid().square().sum())(x), close);
    expectClose(compile(grad(cost))(x), grad(cost)(x), close);
    const xs = random.normal([3, 4], { seed: 2, ...float64 });
    const looped = stack([0, 1, 2].map((i) => grad(cost)(xs.at(i as never))));
    expectClose(vmap(grad(cost))(xs), looped, close);
    expectClose(grad((all: Tensor) => (vmap(cost)(all) as Tensor).sum())(xs), looped, close);
  });

  test("takes no parameter but as an argument: a captured one would learn nothing", () => {
    const w = parameter([2, 3], { name: "w" });
    const capturing = (value: Tensor) =>
      customGradient(
        (x: Tensor) => x.mul(value),
        (g) => g.mul(value),
      );
    const x = tensor([1, 2]);
    const message =
      'customGradient: f captures parameter "w", which would get no gradient: ' +
      "make it an argument, or capture its stopGradient()";
    for (const captured of [w, w.square().add(1)]) {
      expect(() => capturing(captured)(x)).toThrow(new GradientError(message));
    }
    const frozen = (one: Tensor) => capturing(w.stopGradient())(one).sum();
    expect(grad(frozen)(x).arraySync()).toEqual([2, 3]);
    const given = customGradient(
      (a: Tensor, b: Tensor) => a.mul(b),
      (g, [a, b]) => [g.mul(b), g.mul(a)],
    );
    given(x, w).sum().backward();
    expect(w.grad?.arraySync()).toEqual([1, 2]);
  });

  test("is asked once for all inputs, and may leave some out", () => {
    let asked = 0;
    const product = customGradient(
      (a: Tensor, b: Tensor) => a.mul(b),
      (g, [, b]) => {
        asked++;
        return [g.mul(b), null];
      },
    );
    const [a, b] = [tensor(2), tensor(5)];
    const [da, db] = gradients(product(a, b), [a, b]);
    expect([da.itemSync(), db.itemSync(), asked]).toEqual([5, 0, 1]);
  });

  test("says what is wrong with a rule", () => {
    const x = tensor([1, 2]);
    const few = customGradient(
      (a: Tensor) => a.mul(2),
      () => [],
    );
    expect(() => gradients(few(x).sum(), [x])).toThrow(
      "customGradient: the rule gives 0 gradients, expected one for each of 1 inputs",
    );
    const misshapen = customGradient(
      (a: Tensor) => a.mul(2),
      (g) => g.sum(),
    );
    expect(() => gradients(misshapen(x).sum(), [x])).toThrow(
      "customGradient: the rule gives [] for input 0, expected its shape [2]",
    );
  });
});

describe("checkpoint", () => {
  const chain = (x: Tensor) => {
    let y = x;
    // Each product is stored, since it is used twice.
    for (let i = 0; i < 8; i++)
      y = y
        .matmul(y as never)
        .tanh()
        .add(y);
    return y;
  };

  test("changes neither values nor gradients", () => {
    const x = random.normal([3, 3], { seed: 1, ...float64 });
    expectClose(checkpoint(chain)(x), chain(x), close);
    expectClose(
      grad((a: Tensor) => checkpoint(chain)(a).sum())(x),
      grad((a: Tensor) => chain(a).sum())(x),
      close,
    );
    checkGradients((a) => checkpoint((b: Tensor) => b.sin().mul(b).exp())(a), [x], {
      order: 2,
    });
  });

  test("passes gradients on to what the function captures", () => {
    const w = parameter([2, 3]);
    const outside = w.mul(2);
    const f = checkpoint((x: Tensor) => x.mul(outside).mul(w).sin());
    const [found] = gradients(f(tensor([0.1, 0.2])).sum(), [w]);
    const [expected] = gradients(tensor([0.1, 0.2]).mul(w.mul(2)).mul(w).sin().sum(), [w]);
    expectClose(found, expected, { absoluteTolerance: 1e-6 });
  });

  test("passes them on where the function and what it captures share a number", () => {
    const w = parameter([4]);
    const outside = w.add(1);
    const f = (x: Tensor) => x.add(1).mul(outside).sum();
    expect(gradients(checkpoint(f)(tensor([2])), [w])[0].arraySync()).toEqual([3]);
  });

  test("has gradients in vmap", () => {
    const w = tensor([3, 5]);
    const f = checkpoint((x: Tensor) => x.mul(w).square().sum());
    const costs = vmap(f as (x: Tensor<[2]>) => Tensor<[]>);
    const slope = grad((x: Tensor<[2, 2]>) => costs(x).sum());
    expect(
      slope(
        tensor([
          [1, 2],
          [3, 4],
        ]),
      ).arraySync(),
    ).toEqual([
      [18, 100],
      [54, 200],
    ]);
  });

  test.skipIf(backend() === "reference")("takes less memory", () => {
    const arenaOf = (f: (x: Tensor) => Tensor): number => {
      const block = (x: Tensor) => f(f(f(f(x))));
      const x = random.normal([64, 64], { seed: 1 }).realize();
      const text = explainPlan(grad((a: Tensor) => block(a).sum())(x));
      const [, size, unit] = /arena ([\d.]+) (\w+)/.exec(text)!;
      return Number(size) * { B: 1, kB: 1e3, MB: 1e6 }[unit as "B"];
    };
    const [plain, saved] = [arenaOf(chain), arenaOf(checkpoint(chain))];
    expect(saved).toBeLessThan(0.6 * plain);
  });
});

test("a graph as JSON has all nodes, inputs first, and numbers that JSON has not as text", () => {
  const x = parameter([1, 2], { name: "w" });
  const y = x
    .mul(-0)
    .pad([[1, 0]], Number.NaN)
    .sum(0);
  const { nodes, outputs } = JSON.parse(JSON.stringify(toJSON(y))) as ReturnType<typeof toJSON>;
  expect(outputs).toEqual([nodes.length - 1]);
  nodes.forEach(({ inputs }, i) => inputs.forEach((input) => expect(input).toBeLessThan(i)));
  expect(nodes.find(({ operation }) => operation === "literal")?.attributes).toEqual({
    value: "-0",
  });
  expect(nodes.find(({ operation }) => operation === "pad")?.attributes.value).toBe("NaN");
  expect(nodes[0]).toMatchObject({
    operation: "parameter",
    shape: [2],
    attributes: { label: "w" },
  });
});
