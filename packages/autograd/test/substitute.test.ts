import {
  compile,
  gradients,
  hessian,
  jvp,
  parameter,
  stack,
  substitute,
  type Tensor,
  tensor,
  vmap,
} from "@nabla/autograd";
import { checkGradients } from "@nabla/autograd/testing";
import { describe, expect, test } from "vitest";

describe("a parameter is a leaf", () => {
  const x = tensor([1, 2]);
  const slope = (w: Tensor) => gradients(w.square().sum(), [x])[0].arraySync();

  test("no derivative goes back through what it was assigned, read or unread", () => {
    const w = parameter([0, 0]);
    w.assign(x.mul(2));
    expect(slope(w)).toEqual([0, 0]);
    expect(w.square().sum().itemSync()).toBe(20);
    expect(slope(w)).toEqual([0, 0]);
    expect(w.arraySync()).toEqual([2, 4]);
    expect(slope(w)).toEqual([0, 0]);
  });

  test("nor through what it was made of", () => {
    expect(slope(parameter(x.mul(2)))).toEqual([0, 0]);
    expect(slope(parameter(x.mul(2).realize()))).toEqual([0, 0]);
  });

  test("nor in a compiled function, nor forward", () => {
    const w = parameter([0, 0]);
    const cost = (y: Tensor) => {
      w.assign(y.mul(2));
      return w.square().sum();
    };
    const derivative = (y: Tensor) => gradients(cost(y), [y])[0];
    expect(derivative(x).arraySync()).toEqual([0, 0]);
    expect(compile(derivative)(x).arraySync()).toEqual([0, 0]);
    expect(jvp(cost, [x], [tensor([1, 1])])[1].itemSync()).toBe(0);
  });

  test("while its own gradient is there, whatever it was assigned", () => {
    const w = parameter([0, 0]);
    w.assign(x.mul(2));
    w.square().sum().backward();
    expect(w.grad?.arraySync()).toEqual([4, 8]);
  });

  test("and loops that build on it before it is read keep no turn's graph", () => {
    const [w, v] = [parameter([4]), parameter([8])];
    let [a, b] = [4, 8];
    for (let i = 0; i < 50; i++) {
      const next = w.mul(0.5).add(v);
      const other = v.mul(0.5).add(w.mul(0.25));
      expect(w.itemSync()).toBeCloseTo(a, 4);
      w.assign(next);
      v.assign(other);
      [a, b] = [a * 0.5 + b, b * 0.5 + a * 0.25];
      // The graph of a turn is that of the turn before, and no deeper.
      expect(w.toString().length).toBeLessThan(600);
    }
  });
});

describe("substitute", () => {
  const dtype = "float64";
  const make = () => {
    const w = parameter([1, 2], { dtype, name: "w" });
    const b = parameter(0.5, { dtype, name: "b" });
    const x = tensor([3, 1], { dtype });
    const cost = () => w.mul(x).add(b).tanh().square().sum();
    return { w, b, x, cost };
  };
  const numbers = (...xs: number[]) => tensor(xs, { dtype });

  test("derivatives go to the tensors, and the parameters stay as they are", () => {
    const { w, b, cost } = make();
    const of = (own: Tensor, other: Tensor) => substitute([w, b], [own, other], cost);
    checkGradients(of, [numbers(0.1, -0.2), tensor(0.3, { dtype })], { order: 2 });
    expect([w.arraySync(), b.itemSync(), w.grad]).toEqual([[1, 2], 0.5, null]);
  });

  test("through what they were made of: the cost after a step, by the step's size", () => {
    const { w, b, cost } = make();
    const after = (rate: Tensor) => {
      const steps = gradients(cost(), [w, b]).map((g) => g.mul(rate));
      return substitute([w, b], [w.sub(steps[0]!), b.sub(steps[1]!)], cost);
    };
    checkGradients(after, [tensor(0.1, { dtype })], { order: 2, parameters: [w, b] });
  });

  test("in all that is made of functions: hessian, vmap, compile, of compiled functions", () => {
    const { w, b, cost } = make();
    const of = (own: Tensor) => substitute([w], [own], cost);
    const ofCompiled = (own: Tensor) => substitute([w], [own], compile(cost));
    const at = numbers(0.1, -0.2);
    expect(ofCompiled(at).itemSync()).toBe(of(at).itemSync());
    const expected = hessian(of)(at).arraySync();
    expect(hessian(ofCompiled)(at).arraySync()).toEqual(expected);
    expect(compile(hessian(of))(at).arraySync()).toEqual(expected);
    const other = numbers(0.3, 0.4);
    const each = vmap(of)(stack([at, other])).dataSync();
    expect(each[0]).toBeCloseTo(of(at).itemSync(), 14);
    expect(each[1]).toBeCloseTo(of(other).itemSync(), 14);
    expect(b.itemSync()).toBe(0.5);
  });

  test("a compiled function sees its parameters' own values before and after", () => {
    const { w, b, cost } = make();
    const compiled = compile(cost);
    const own = cost().itemSync();
    const values = () => [compiled, () => substitute([w, b], [w.mul(2), b], compiled), compiled];
    const expected = substitute([w, b], [w.mul(2), b], cost).itemSync();
    expect(values().map((f) => f().itemSync())).toEqual([own, expected, own]);
  });

  test("what the function assigns holds for the rest of it", () => {
    const w = parameter([1], { name: "w" });
    const f = () => {
      w.assign(w.add(1));
      return w.mul(10);
    };
    expect(substitute([w], [tensor([5])], f).arraySync()).toEqual([60]);
    expect(substitute([w], [tensor([5])], compile(f)).arraySync()).toEqual([60]);
    expect(compile(() => substitute([w], [tensor([5])], f))().arraySync()).toEqual([60]);
    expect(w.arraySync()).toEqual([1]);
    const each = vmap((x: Tensor) => substitute([w], [x], f));
    expect(each(tensor([[1], [2]])).arraySync()).toEqual([[20], [30]]);
    // But not after the function that is traced.
    const over = () =>
      substitute([w], [tensor([5])], () => vmap((x: Tensor) => f().add(x))(tensor([[1], [2]])));
    expect(over).toThrow('vmap: the function assigns to parameter "w", which all examples share');
    expect(w.arraySync()).toEqual([1]);
  });

  test("an assignment in an inner one holds for the rest of the outer one", () => {
    const [v, w] = [parameter([1]), parameter([2])];
    const inner = () => substitute([w], [tensor([20])], () => v.assign(v.add(w)).mul(1));
    const outer = () => inner().add(v.mul(100));
    expect(substitute([v], [tensor([3])], outer).arraySync()).toEqual([2323]);
    expect([v, w].map((p) => p.arraySync())).toEqual([[1], [2]]);
  });

  test("a parameter in place of another takes what is assigned there", () => {
    const [v, w, u] = [parameter([1]), parameter([2]), parameter([3])];
    const f = () => w.assign(w.mul(10)).add(v);
    const call = () => substitute([w], [u], f);
    expect(call().arraySync()).toEqual([31]);
    expect(compile(call)().arraySync()).toEqual([301]);
    // Each stands for the other, and one for itself.
    expect(substitute([v, w], [w, v], f).arraySync()).toEqual([12]);
    expect(substitute([w], [w], f).arraySync()).toEqual([30]);
    expect([v, w, u].map((p) => p.arraySync())).toEqual([[10], [20], [300]]);
    // In place of what stands in the place of another.
    expect(substitute([u], [v], call).arraySync()).toEqual([200]);
    expect([v, w, u].map((p) => p.arraySync())).toEqual([[100], [20], [300]]);
  });

  test("inner ones come first, and an error ends all", () => {
    const [v, w] = [parameter([1]), parameter([2])];
    const sum = () => v.add(w);
    const inner = () => substitute([w], [tensor([20])], sum).add(sum());
    expect(substitute([v, w], [tensor([3]), tensor([4])], inner).arraySync()).toEqual([30]);
    const failing = () => {
      throw new Error("no");
    };
    expect(() => substitute([v], [tensor([3])], failing)).toThrow("no");
    expect(sum().arraySync()).toEqual([3]);
  });

  test("what does not fit is an error, and nothing is called", () => {
    const w = parameter([1, 2], { name: "w" });
    const f = () => {
      throw new Error("called");
    };
    expect(() => substitute([w], [tensor([1])], f)).toThrow('substitute: got [1], "w" is [2]');
    expect(() => substitute([w], [numbers(1, 2)], f)).toThrow(
      'substitute: got float64, "w" is float32',
    );
    expect(() => substitute([w], [], f)).toThrow("substitute: got 0 values for 1 parameters");
    expect(() => substitute([w, w], [w, w], f)).toThrow('parameter "w" is given twice');
    // @ts-expect-error: A tensor is no parameter.
    expect(() => substitute([tensor([1, 2])], [w], f)).toThrow("expected a list of parameters");
    expect(() => substitute([w], [w], async () => w.add(1))).toThrow("substitute: f gives");
    const generator = function* () {
      yield w.add(1);
    };
    expect(() => substitute([w], [w], generator)).toThrow("substitute: f gives");
  });
});
