// Loops in graphs where they are unusual: rules of one's own in a step, and what these capture.
import {
  arange,
  backend,
  checkpoint,
  compile,
  cond,
  customGradient,
  grad,
  gradients,
  manualSeed,
  ones,
  parameter,
  random,
  scan,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "@nabla/autograd";
import { describe, expect, test } from "vitest";
import { KernelCache } from "../src/engine/plan/kernel-cache.ts";
import { planOf } from "../src/engine/plan/plan.ts";
import { graphOf } from "../src/engine/realize.ts";
import { wasmTarget } from "../src/engine/wasm/target.ts";
import { pendingNodes } from "./planned.ts";

type Scalar = Tensor<[]>;
const xs = tensor([1, 2, 3]);

describe("a rule of one's own in a step", () => {
  /** What the rule captures is used by nothing else in the step. */
  const doubled = (captured: () => Scalar) =>
    customGradient(
      (y: Scalar) => y.mul(2),
      (g, [y]) => g.mul(y).mul(captured()),
    );
  // The carries are 1, 3 and 8, and the derivative is their product by that of what is captured.
  const f = (start: Scalar, factor: Scalar): Scalar => {
    const double = doubled(() => factor.square());
    return scan((s: Scalar, x: Scalar) => [double(s).add(x)], start, xs)[0];
  };

  test("may use what the step does not", () => {
    const slope = grad(f);
    expect(f(tensor(1), tensor(2)).itemSync()).toBe(19);
    expect(slope(tensor(1), tensor(2)).itemSync()).toBe(24 * 64);
    expect(compile(slope)(tensor(1), tensor(2)).itemSync()).toBe(24 * 64);
    expect(vmap(slope)(tensor([1, 1]) as never, tensor([1, 2]) as never).arraySync()).toEqual([
      24,
      24 * 64,
    ]);
    const compiled = compile(f);
    expect(grad(compiled)(tensor(1), tensor(2)).itemSync()).toBe(24 * 64);
    expect(grad(compiled)(tensor(1), tensor(1)).itemSync()).toBe(24);
    const byFactor = grad((factor: Scalar) => slope(tensor(1), factor));
    expect(byFactor(tensor(2)).itemSync()).toBe(24 * 6 * 32);
  });

  test("cannot draw, which all iterations would share, but with a key of its own", () => {
    const noisy = (seed?: number) =>
      customGradient(
        (y: Scalar) => y.mul(1),
        (g) => g.mul(random.uniform([], seed === undefined ? {} : { seed })),
      );
    const slopeIn = (y: (x: Scalar) => Scalar) =>
      grad((x: Scalar) => scan((s: Scalar) => [y(s)], x, undefined, { length: 2 })[0]);
    manualSeed(5);
    const after = random.uniform([]).itemSync();
    manualSeed(5);
    for (const slope of [slopeIn(noisy()), compile(slopeIn(noisy()))]) {
      expect(() => slope(tensor(1))).toThrow(/^customGradient: the rule draws, and is called once/);
    }
    // Nothing was drawn.
    expect(random.uniform([]).itemSync()).toBe(after);
    const drawn = random.uniform([], { seed: 3 }).itemSync();
    expect(slopeIn(noisy(3))(tensor(1)).itemSync()).toBeCloseTo(drawn * drawn, 6);
    // Gradients that the step itself takes draw for each iteration.
    const inStep = scan((s: Scalar) => [s, grad(noisy())(s)], tensor(1), undefined, { length: 3 });
    expect(new Set(inStep[1].arraySync()).size).toBe(3);
    // A branch is no loop.
    const inBranch = (x: Scalar) => cond(x.greater(0), noisy(), (y: Scalar) => y, x);
    expect(grad(inBranch)(tensor(1)).itemSync()).toBeLessThan(1);
  });
});

test("a rule in a function of one example draws for each, or not at all", () => {
  const noisy = customGradient(
    (y: Scalar) => y.mul(1),
    (g) => g.mul(random.uniform([])),
  );
  const slopesBy = (options: Parameters<typeof vmap>[1]) =>
    grad((all: Tensor<[3]>) => (vmap(noisy, options)(all as never) as Tensor).sum())(
      xs,
    ).arraySync();
  expect(() => slopesBy({})).toThrow(/^customGradient: the rule draws, and is called once/);
  expect(new Set(slopesBy({ randomness: "same" })).size).toBe(1);
  const ofEach = vmap(grad(noisy))(xs) as Tensor;
  expect(new Set(ofEach.arraySync() as number[]).size).toBe(3);
});

test.each([
  ["ones", () => ones([2])],
  ["a parameter of zeros", () => parameter(zeros([2]))],
  ["a range", () => arange(2).cast("float32")],
] as const)("a step captures %s, and has gradients of it", (_, make) => {
  const w: Tensor = make();
  const [last] = scan((s: Tensor, x: Tensor) => [s.add(w.mul(x))], zeros([2]) as Tensor, xs);
  expect(gradients(last.sum(), [w])[0].arraySync()).toEqual([6, 6]);
});

test("a loop in vmap has gradients through checkpoint", () => {
  const f = (s: Scalar, x: Scalar) => checkpoint((a: Scalar) => a.square().mul(x))(s);
  const last = (start: Scalar) => scan((s: Scalar, x: Scalar) => [f(s, x)], start, xs)[0];
  const slope = grad((starts: Tensor<[2]>) => vmap(last)(starts as never).sum());
  // 3 * (2 * (x^2)^2)^2
  expect(slope(tensor([1, -1])).arraySync()).toEqual([96, -96]);
});

describe.skipIf(backend() === "reference")("a loop that is awaited", () => {
  const w = random.normal([64, 64], { seed: 1 }).mul(0.1).realize();
  const start = random.normal([1, 64], { seed: 2 }).realize();
  const turned = (length: number) =>
    scan((s: Tensor) => [s.matmul(w).tanh()], start, undefined, { length })[0].sum();

  test("lets timers through, with the same bits", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const value = await turned(30_000).item();
    clearInterval(timer);
    expect(turns).toBeGreaterThan(2);
    expect(value).toBe(turned(30_000).itemSync());
  });

  test("is finished by who cannot wait", async () => {
    const [one, other] = [turned(20_000), turned(20_001)];
    const later = one.item();
    await new Promise((resolve) => setTimeout(resolve, 20));
    const now = other.itemSync();
    expect([await later, now]).toEqual([turned(20_000).itemSync(), turned(20_001).itemSync()]);
  });
});

test("loops of other lengths share the plan of their step", () => {
  const cache = new KernelCache();
  const stepOf = (length: number, scale: number) => {
    const end = scan((s: Tensor) => [s.mul(scale).sin()], zeros([2]) as Tensor, undefined, {
      length,
    })[0];
    const nodes = pendingNodes([end]);
    const loop = planOf(graphOf("test", nodes), wasmTarget, { cache }).steps.find(
      ({ kind }) => kind === "loop",
    );
    return loop?.kind === "loop" ? loop.plan : undefined;
  };
  const plan = stepOf(3, 2);
  expect(plan).toBeDefined();
  expect(stepOf(5, 2)).toBe(plan);
  expect(stepOf(5, 3)).not.toBe(plan);
});
