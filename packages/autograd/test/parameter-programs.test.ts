// What parameters hold, after any program of copies, updates, failures and compiled functions.
import {
  compile,
  customGradient,
  findNaN,
  gather,
  grad,
  gradients,
  keep,
  parameter,
  random,
  realize,
  type Tensor,
  tensor,
} from "@nabla/autograd";
import fc from "fast-check";
import { expect, test } from "vitest";
import { checkParameterProgram, parameterPrograms } from "./parameter-programs.ts";

test("programs of parameters give what plain arrays give", () => {
  fc.assert(fc.property(parameterPrograms, checkParameterProgram), { numRuns: 150 });
}, 60_000);

test("a copy keeps its value when the parameter that it is of goes on", () => {
  const online = parameter([1]);
  const target = parameter([0]);
  const step = () => online.assign(online.add(1)).realize();
  step();
  target.assign(online);
  const copy = parameter(online);
  step();
  step();
  expect([target.arraySync(), copy.arraySync(), online.arraySync()]).toEqual([[2], [2], [4]]);
});

test("what is assigned in a compiled function is assigned, whatever it is", () => {
  const [a, b, c, d] = [parameter([1]), parameter([0]), parameter([3]), parameter([3])];
  const step = compile(() => {
    b.assign(a);
    c.assign([0]);
    d.assign(tensor([7]));
    c.assign(c.add(b));
    return b.mul(10);
  });
  expect(step().arraySync()).toEqual([10]);
  a.assign([5]);
  expect(step().arraySync()).toEqual([50]);
  expect([b, c, d].map((p) => p.arraySync())).toEqual([[5], [5], [7]]);
});

test("a graph built on a parameter before a function is traced means the value of then", () => {
  const w = parameter([1]);
  const twice = w.mul(2);
  const f = compile((x: Tensor) => x.add(twice).add(w.mul(100)));
  expect(f(tensor([0])).arraySync()).toEqual([102]);
  w.assign([10]);
  expect(f(tensor([0])).arraySync()).toEqual([1002]);
  w.assign([20]);
  w.assign([30]);
  expect(() => f(tensor([0]))).toThrow("later updates have overwritten");
});

test("a value that was built on is differentiated, when the parameter has another one", () => {
  const w = parameter([3]);
  const cost = w.square().sum();
  w.assign([5]);
  expect(gradients(cost, [w])[0].arraySync()).toEqual([6]);
});

test("a parameter that is made in a traced function is no input of it", () => {
  const f = compile((x: Tensor) => {
    const counter = parameter([1]);
    counter.assign(counter.add(x));
    return counter.mul(2);
  });
  expect([f(tensor([1])), f(tensor([1]))].map((y) => y.arraySync())).toEqual([[4], [4]]);
});

test("a parameter cannot be read while a function is traced", () => {
  const w = parameter([1]);
  expect(() => compile(() => w.mul(w.dataSync()[0]!))()).toThrow(
    "dataSync: this value is not known",
  );
  const kept = compile(() => w.snapshot());
  kept();
  w.assign([2]);
  expect(kept().arraySync()).toEqual([2]);
});

test("loops that never read go on, and averages keep up with what they are of", () => {
  const [w, b, average] = [parameter([1]), parameter([0]), parameter([0])];
  for (let i = 0; i < 1500; i++) {
    const cost = w.mul(2).add(b).sub(3).square().sum();
    const [gw, gb] = gradients(cost, [w, b]);
    w.assign(w.sub(gw.mul(0.01)));
    b.assign(b.sub(gb.mul(0.01)));
    average.assign(average.mul(0.9).add(w.mul(0.1)));
  }
  const end = w.itemSync() * 2 + b.itemSync();
  expect(end).toBeCloseTo(3, 5);
  expect(average.itemSync()).toBeCloseTo(w.itemSync(), 5);
  // One that is read only after two updates of what it is made of.
  average.assign(average.mul(0).add(w));
  const then = w.itemSync();
  for (let i = 0; i < 2; i++) w.assign(w.add(1)).realize();
  expect(average.itemSync()).toBe(then);
});

const bad = () => gather(tensor([1, 2]), 0, tensor([9], { dtype: "int32" }));

test("an update that fails is not made, the next one is, and errors are about their own", () => {
  const w = parameter([1]);
  w.assign(w.add(bad()));
  expect(() => w.arraySync()).toThrow("index 9 is out of range");
  expect(w.arraySync()).toEqual([1]);
  w.assign(w.add(1));
  expect(w.arraySync()).toEqual([2]);
});

test("an update that is made of one that fails throws where it is assigned", () => {
  const w = parameter([1]);
  w.assign(w.add(bad()));
  expect(() => w.assign(w.add(1))).toThrow("index 9 is out of range");
  expect(w.assign(w.add(1)).arraySync()).toEqual([2]);
});

test("an update that fails is an error of whoever reads it, though others were computed before", async () => {
  const wrong = () => gather(tensor([1, 2]), 0, tensor([7], { dtype: "int32" }));
  const p = parameter([1]);
  const q = parameter([2]);
  const read = compile(() => p.mul(q));
  expect(read().arraySync()).toEqual([2]);
  p.assign(wrong());
  q.assign([3]);
  expect(() => read()).toThrow("index 7 is out of range");
  expect(read().arraySync()).toEqual([3]);
  p.assign(wrong());
  await expect(read.async()).rejects.toThrow("index 7 is out of range");
  expect(read().arraySync()).toEqual([3]);
  // Computed for the sake of q, whose old value would be overwritten.
  p.assign(wrong().mul(q));
  for (let turn = 0; turn < 2; turn++) q.assign(q.add(1)).realize();
  expect(() => p.dataSync()).toThrow("index 7 is out of range");
  expect([p.arraySync(), q.arraySync()]).toEqual([[1], [5]]);
  const add = compile(() => q.assign(q.add(1)).mul(1));
  p.assign(wrong().mul(q));
  const twice = p.mul(2);
  for (let turn = 0; turn < 2; turn++) await add.async();
  expect(() => findNaN(twice)).toThrow("index 7 is out of range");
  expect(() => twice.dataSync()).toThrow("index 7 is out of range");
  expect([p.arraySync(), q.arraySync()]).toEqual([[1], [7]]);
});

test("an update that fails, and that nobody reads, is forgotten with the next one", async () => {
  const p = parameter([1]);
  const set = compile((i: Tensor) => p.assign(gather(tensor([4, 5]), 0, i)).mul(1));
  const at = (i: number) => tensor([i], { dtype: "int32" });
  const fail = () => p.assign(gather(tensor([1, 2]), 0, at(7)));
  set(at(0));
  fail();
  set(at(1));
  expect(p.arraySync()).toEqual([5]);
  fail();
  await set.async(at(0));
  expect(p.arraySync()).toEqual([4]);
  fail();
  expect(() => set(at(9))).toThrow("index 9 is out of range");
  await expect(set.async(at(9))).rejects.toThrow("index 9 is out of range");
  expect(() => p.dataSync()).toThrow("index 7 is out of range");
  expect(p.arraySync()).toEqual([4]);
});

test("reading what fails for another reason leaves an update in place", () => {
  const w = parameter([1]);
  w.assign(w.add(1));
  expect(() => w.add(bad()).arraySync()).toThrow("index 9 is out of range");
  expect(w.arraySync()).toEqual([2]);
});

test("an update that nobody reads is computed, though others beside it fail", () => {
  const [a, b, c] = [parameter([1]), parameter([1]), parameter([1])];
  a.assign(a.add(1));
  b.assign(b.add(bad()));
  for (let i = 0; i < 4; i++) c.assign(c.add(1));
  expect([a, c].map((w) => w.arraySync())).toEqual([[2], [5]]);
  expect(() => b.dataSync()).toThrow("index 9 is out of range");
  expect(b.arraySync()).toEqual([1]);
});

test("a gradient whose cost cannot be computed is not part of the next one", () => {
  for (const isRead of [true, false]) {
    const w = parameter([1]);
    w.mul(2).sum().backward();
    const cost = w.add(bad()).sum();
    cost.backward();
    expect(() => cost.itemSync()).toThrow("index 9 is out of range");
    if (isRead) expect(w.grad?.arraySync()).toEqual([2]);
    w.mul(3).sum().backward();
    expect(w.grad?.arraySync()).toEqual([5]);
  }
});

test("a gradient whose cost can be computed stays, though a run of that failed for something else", () => {
  const w = parameter([1]);
  for (const total of [2, 4]) {
    const cost = w.mul(2).sum();
    cost.backward();
    expect(() => realize(cost, bad())).toThrow("index 9 is out of range");
    expect(w.grad?.arraySync()).toEqual([total]);
  }
});

test("a gradient that one which failed is part of is dropped whole", () => {
  const w = parameter([1]);
  w.add(bad()).sum().backward();
  w.mul(2).sum().backward();
  expect(() => w.grad?.arraySync()).toThrow("index 9 is out of range");
  expect(w.grad).toBeNull();
});

test("what is kept along with a tensor is computed by the run that computes that, or by none", () => {
  const seen = parameter([0]);
  const moved = (x: Tensor<[1]>) => {
    const y = x.mul(2);
    keep(y, seen.assign(seen.add(y)));
    return y;
  };
  const fine = moved(tensor([1])).add(1);
  expect(seen.toString()).toContain("add");
  fine.realize();
  expect(seen.toString()).not.toContain("add");
  const y = moved(tensor([5]));
  expect(() => y.add(bad()).realize()).toThrow("index 9 is out of range");
  expect(seen.arraySync()).toEqual([2]);
  // What was dropped is needed by nobody, whatever becomes of the values that it was made of.
  for (let i = 0; i < 3; i++) seen.assign(seen.add(1)).realize();
  expect([y.arraySync(), seen.arraySync()]).toEqual([[10], [5]]);
});

test("a compiled call that fails has drawn nothing, and overwrites no value without a word", () => {
  const p = parameter([1]);
  const step = compile((i: Tensor) => {
    p.assign(p.add(random.uniform([1])).add(100));
    return gather(tensor([1, 2]), 0, i);
  });
  const index = (i: number) => tensor([i], { dtype: "int32" });
  p.assign(p.add(1)).realize();
  const old = p.mul(10);
  p.assign(p.add(1)).realize();
  const before = random.state();
  for (let i = 0; i < 2; i++) expect(() => step(index(9))).toThrow("index 9 is out of range");
  expect(random.state()).toEqual(before);
  expect(p.arraySync()).toEqual([3]);
  // Its place is the one that the call wrote to before it failed.
  let value: unknown;
  try {
    value = old.arraySync();
  } catch (error) {
    value = (error as Error).message.includes("have overwritten") ? [20] : error;
  }
  expect(value).toEqual([20]);
  step(index(0));
  expect(random.state().draws).toBe(before.draws + 1);
});

test("a rule that uses a parameter of a traced function has its value of the call", () => {
  const w = parameter([2]);
  const f = compile((x: Tensor) => {
    const slope = w.mul(10);
    return customGradient(
      (y: Tensor) => y.mul(1),
      (g) => g.mul(slope),
    )(x).sum();
  });
  expect(grad(f)(tensor([1])).arraySync()).toEqual([20]);
  w.assign([3]);
  expect(grad(f)(tensor([1])).arraySync()).toEqual([30]);
});

test("an older value that a compiled function captures is read before its place is written to", () => {
  const p = parameter([1]);
  p.assign(p.add(1)).realize();
  const older = p.mul(10);
  const itself = p.stopGradient();
  p.assign(p.add(1)).realize();
  const step = compile(() => {
    p.assign(p.add(100));
    return [older.add(p), itself] as const;
  });
  expect(step().map((x) => x.arraySync())).toEqual([[123], [2]]);
  expect(p.arraySync()).toEqual([103]);
});
