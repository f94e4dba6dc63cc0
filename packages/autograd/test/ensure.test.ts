// Conditions that are part of the graph.
import {
  compile,
  ensure,
  grad,
  gradients,
  parameter,
  print,
  realize,
  scan,
  setBackend,
  type Tensor,
  tensor,
  vmap,
} from "@nabla/autograd";
import { afterEach, describe, expect, test } from "vitest";

afterEach(() => setBackend("wasm"));

const root = (x: Tensor<[]>) => ensure(x.sqrt(), x.greaterEqual(0), "root: x is below 0");
const other = (x: Tensor<[]>) => ensure(x.sqrt(), x.greaterEqual(0), "other: x is below 0");

describe.each(["wasm", "reference"] as const)("a condition, on %s", (name) => {
  test("passes the tensor on while it holds, and throws its own message", () => {
    setBackend(name);
    expect(root(tensor(9)).itemSync()).toBe(3);
    expect(() => root(tensor(-9)).itemSync()).toThrow("root: x is below 0");
    expect(() => other(tensor(-9)).itemSync()).toThrow("other: x is below 0");
    const bits = tensor([[-0, Number.NaN]]);
    expect(ensure(bits, bits.size > 0 ? tensor(true) : tensor(false), "never").arraySync()).toEqual(
      [[-0, Number.NaN]],
    );
  });

  test("is printed by its own name, whatever its message", () => {
    setBackend(name);
    expect(print(root(tensor(9)))).toMatch(/ensure axis=0/);
  });

  test("holds in derivatives, batches, loops and compiled functions", () => {
    setBackend(name);
    expect(grad(root)(tensor(4)).itemSync()).toBe(0.25);
    expect(grad(grad(root))(tensor(1)).itemSync()).toBe(-0.25);
    expect(() => grad(root)(tensor(-4)).itemSync()).toThrow("root: x is below 0");
    const [squares, others] = [tensor([4, 9]), tensor([4, -9])];
    expect(vmap(root)(squares).arraySync()).toEqual([2, 3]);
    expect(() => vmap(root)(others).arraySync()).toThrow("root: x is below 0");
    const total = (xs: Tensor<[2]>) =>
      scan((sum: Tensor<[]>, x: Tensor<[]>) => [sum.add(root(x))] as const, tensor(0), xs)[0];
    expect(total(tensor([4, 9])).itemSync()).toBe(5);
    expect(grad(total)(tensor([4, 1])).arraySync()).toEqual([0.25, 0.5]);
    expect(() => total(tensor([4, -9])).itemSync()).toThrow("root: x is below 0");
    const compiled = compile(root);
    expect(compiled(tensor(16)).itemSync()).toBe(4);
    expect(() => compiled(tensor(-1)).itemSync()).toThrow("root: x is below 0");
    expect(compiled(tensor(25)).itemSync()).toBe(5);
  });
});

test("a run that a condition ends keeps nothing", () => {
  const w = parameter(-4);
  const cost = root(w.mul(1));
  const [g] = gradients(cost, [w]);
  expect(() => realize(w.assign(w.sub(g)))).toThrow("root: x is below 0");
  w.assign(4);
  expect(root(w.mul(1)).itemSync()).toBe(2);
});

test.each([
  [() => ensure(tensor(1), tensor(1), "a"), "ensure: the condition is float32, expected bool"],
  [() => ensure(tensor(1), tensor([true]), "a"), "ensure: the condition is [1], expected []"],
  [() => ensure(tensor(1), tensor(true), ""), 'ensure: the message is "", expected a text'],
])("what is no condition is refused: %s", (call, message) => {
  expect(call).toThrow(message);
});
