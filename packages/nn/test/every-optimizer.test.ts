// What holds of every optimiser: a new one is checked without a change here, but for where its
// steps come from.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compile, type Parameter, parameter, tensor, zeros } from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import type { Optimizer } from "@nabla/nn";
import { describe, expect, test } from "vitest";
import { formulas } from "./optimizer-formulas.ts";
import { functions, publicIn } from "./public-names.ts";

/** What stands in the folder and is no optimiser. */
const others = new Set(["everyNth", "lookahead", "optimizerBy", "weightsDecay"]);
const optimizers = publicIn("optimizers").filter((name) => !others.has(name));

const bowl = (w: Parameter) => w.square().square().sum().add(w.square().sum());

function stepOf(w: Parameter, optimizer: Optimizer): () => void {
  return () => {
    bowl(w).backward();
    optimizer.step();
  };
}

describe.each(optimizers)("%s", (name) => {
  const make = (parameters: unknown, options = {}): Optimizer =>
    functions[name]!(parameters, { learningRate: 0.02, ...options });
  const started = () => parameter([1, -0.3], { dtype: "float64" });

  test("goes downhill", () => {
    const w = started();
    const step = stepOf(w, make([w]));
    const before = bowl(w).itemSync();
    for (let i = 0; i < 20; i++) step();
    const after = bowl(w).itemSync();
    expect(after < before, `${after} after twenty steps, ${before} before`).toBe(true);
  });

  test("takes the same steps compiled, and from a state, to the last bit", () => {
    const [w, v] = [started(), started()];
    const [one, other] = [make([w]), make([v])];
    const [plain, compiled] = [stepOf(w, one), compile(stepOf(v, other))];
    for (let i = 0; i < 4; i++) {
      plain();
      compiled();
      expect(v.arraySync()).toEqual(w.arraySync());
    }
    const u = parameter(w.snapshot());
    const resumed = make([u]);
    resumed.load(one.state());
    const step = stepOf(u, resumed);
    for (let i = 0; i < 3; i++) {
      plain();
      step();
      expect(u.arraySync()).toEqual(w.arraySync());
    }
  });

  test.each([[[0, 3]], [[3, 0]]])("steps past a parameter of shape %j", (shape) => {
    const [w, empty] = [started(), parameter(zeros(shape, { dtype: "float64" }))];
    const optimizer = make([w, empty]);
    bowl(w).add(empty.square().sum()).backward();
    optimizer.step();
    expect(w.arraySync()).not.toEqual([1, -0.3]);
    expect(empty.shape).toEqual(shape);
  });

  test("is as before where a value that was assigned before its step cannot be computed", () => {
    const [w, v] = [started(), started()];
    const optimizer = make([w, v]);
    const cost = () => w.mul(v).square().sum();
    for (let i = 0; i < 2; i++) {
      cost().backward();
      optimizer.step();
    }
    const state = () => [
      w.arraySync(),
      v.arraySync(),
      Object.entries(optimizer.state()).map(([key, value]) => [key, value.arraySync()]),
    ];
    const lost = () => started().gather(0, tensor([0, 5], { dtype: "int32" }));
    for (const [one, other] of [
      [w, v],
      [v, w],
    ] as const) {
      // What was assigned beside it is part of what is as before.
      other.assign(other.mul(1.5));
      const before = state();
      other.assign(other.mul(2));
      one.assign(lost());
      cost().backward();
      expect(() => optimizer.step()).toThrow("gather: index 5 is out of range for axis 0 of [2]");
      other.assign(other.mul(0.5));
      expect(state()).toEqual(before);
    }
  });

  test("takes a gradient of another dtype as one of the parameter's", () => {
    const [w, v] = [started(), started()];
    const [one, other] = [make([w]), make([v])];
    w.grad = tensor([0.5, -2]);
    v.grad = tensor([0.5, -2], { dtype: "float64" });
    one.step();
    other.step();
    expect(w.arraySync()).toEqual(v.arraySync());
    const narrow = parameter([1, -0.3]);
    const last = make([narrow]);
    narrow.grad = tensor([0.5, -2], { dtype: "float64" });
    last.step();
    expectClose(narrow, w, { relativeTolerance: 1e-6 });
  });

  test("takes groups, each with a learning rate, and schedules", () => {
    const [w, v, u] = [started(), started(), started()];
    const groups = [{ parameters: [w] }, { parameters: [v], learningRate: () => 0.01 }];
    const steps = [make(groups), make([u], { learningRate: 0.01 })];
    [w, v, u].map(bowl).forEach((cost) => cost.backward());
    for (const one of steps) one.step();
    expect(v.arraySync()).toEqual(u.arraySync());
    expect(w.arraySync()).not.toEqual(u.arraySync());
  });

  test("refuses what makes no sense, by its name", () => {
    const w = started();
    for (const [learningRate, is] of [
      [-1, "-1"],
      [Number.NaN, "NaN"],
      ["fast", '"fast"'],
    ]) {
      expect(() => make([w], { learningRate })).toThrow(`${name}: learningRate is ${is}`);
    }
    expect(() => make([])).toThrow(`${name}: got no parameters`);
    expect(() => make([w, w])).toThrow(`${name}: parameter`);
    expect(() => make(w)).toThrow(`${name}: expects a list of parameters`);
  });
});

test.each(Object.entries(formulas))("%s takes the steps of its formula", (name, formula) => {
  const w = parameter([1, -0.3, 2], { dtype: "float64" });
  const step = stepOf(w, functions[name]!([w], formula.options));
  const expected = [1, -0.3, 2].map((x) => ({ x, next: formula.steps() }));
  for (let t = 1; t <= 6; t++) {
    step();
    for (const one of expected) one.x = one.next(one.x, 4 * one.x ** 3 + 2 * one.x, t);
    const values = expected.map(({ x }) => x);
    expectClose(w, values, { relativeTolerance: 1e-12, absoluteTolerance: 1e-12 });
  }
});

test("the steps of every optimiser come from elsewhere, too", () => {
  const path = join(import.meta.dirname, "fixtures", "optimizers.json");
  const written = JSON.parse(readFileSync(path, "utf8")) as { optimizers: { name: string }[] };
  const known = new Set([...written.optimizers.map(({ name }) => name), ...Object.keys(formulas)]);
  const alone = optimizers.filter((name) => !known.has(name));
  const where = "packages/nn/test/optimizer-formulas.ts, or in scripts/fixtures/optimizers.py";
  expect(alone, `want their steps in ${where}`).toEqual([]);
});
