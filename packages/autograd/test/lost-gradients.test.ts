// Parameters as arguments of compiled functions, and arguments that were computed from parameters.
import {
  compile,
  gradients,
  type Parameter,
  parameter,
  type Tensor,
  takeGradients,
  tensor,
} from "@nabla/autograd";
import { describe, expect, test } from "vitest";

const step = (parameters: readonly Parameter[]) => {
  const taken = takeGradients(parameters);
  parameters.forEach((p, i) => {
    if (taken[i]) p.assign(p.sub(taken[i]));
  });
};

describe("a parameter that is an argument is itself", () => {
  test("it is assigned to, and each one's own value and gradient are used", async () => {
    const [a, b] = [parameter([1], { name: "a" }), parameter([5], { name: "b" })];
    const names: string[] = [];
    const move = compile(({ p }: { readonly p: Parameter<[1]> }, by: Tensor<[1]>) => {
      names.push(p.name);
      const before = p.mul(10);
      p.assign(p.add(by));
      return [before, p] as const;
    });
    const values = [];
    for (const p of [a, b, a, b]) values.push(move({ p }, tensor([2])).map((x) => x.itemSync()));
    values.push((await move.async({ p: a }, tensor([2]))).map((x) => x.itemSync()));
    expect(values).toEqual([
      [10, 3],
      [50, 7],
      [30, 5],
      [70, 9],
      [50, 7],
    ]);
    expect(names).toEqual(["a", "b"]);
    expect([a, b].map((p) => p.itemSync())).toEqual([7, 9]);
  });

  test("gradients go to it, within the function and through it", () => {
    const [w, u] = [parameter([2]), parameter([3])];
    const learn = compile((p: Parameter<[1]>) => {
      p.mul(u).sum().backward();
      return gradients(p.square().sum(), [w])[0];
    });
    expect(learn(w).arraySync()).toEqual([4]);
    expect([w.grad, u.grad].map((g) => g?.arraySync())).toEqual([[3], [2]]);
    const double = compile((p: Parameter<[1]>) => p.grad!.mul(2));
    expect(double(w).arraySync()).toEqual([6]);
    const square = compile((p: Tensor<[1]>) => p.square().sum());
    expect(gradients(square(w), [w])[0].arraySync()).toEqual([4]);
  });

  test("it has the value that the function gave to it, as without compile", () => {
    const w = parameter([1]);
    const f = (p: Tensor<[1]>) => {
      w.assign([5]);
      return p.mul(2);
    };
    expect([f(w), compile(f)(w)].map((y) => y.arraySync())).toEqual([[10], [10]]);
  });
});

test("a tensor that is given twice is one", () => {
  const slope = compile(
    (a: Tensor<[1]>, { b }: { readonly b: Tensor<[1]> }) => gradients(a.mul(b).sum(), [a])[0],
  );
  const [x, y] = [tensor([3]), tensor([3])];
  const slopes = [slope(x, { b: x }), slope(x, { b: y }), slope(y, { b: y })];
  expect(slopes.map((g) => g.arraySync())).toEqual([[6], [3], [6]]);
});

describe("gradients that would go on from an argument to a parameter", () => {
  const message = (operation: string) =>
    `${operation}: in a compiled function, argument 1 was computed from parameter "body", to which ` +
    `no gradient goes from there; call ${operation}() outside, or give the argument's stopGradient()`;
  const model = () => {
    const [body, head] = [parameter([2], { name: "body" }), parameter([3], { name: "head" })];
    const learn = (held: readonly Parameter[]) =>
      compile((_: Tensor, x: Tensor<[1]>) => {
        x.mul(head).sum().backward();
        step(held);
      });
    return { body, head, learn };
  };
  const other = tensor([0]);

  test("are an error where an optimiser holds it, and nothing has changed", () => {
    const { body, head, learn } = model();
    const together = learn([body, head]);
    for (const x of [body.mul(10), body.mul(10).realize()]) {
      expect(() => together(other, x)).toThrow(message("backward"));
    }
    expect([body, head].map((p) => [p.arraySync(), p.grad])).toEqual([
      [[2], null],
      [[3], null],
    ]);
    together(other, body.mul(10).stopGradient());
    expect([body, head].map((p) => p.arraySync())).toEqual([[2], [-17]]);
  });

  test("are an error where nothing takes them, or the function asks for them", () => {
    const { body, head, learn } = model();
    expect(() => learn([])(other, body.mul(10))).toThrow(message("backward"));
    const slope = compile((_: Tensor, x: Tensor<[1]>) => gradients(x.mul(head).sum(), [body])[0]);
    expect(() => slope(other, body.mul(10))).toThrow(message("gradients"));
    const ofHead = compile((_: Tensor, x: Tensor<[1]>) => gradients(x.mul(head).sum(), [head])[0]);
    expect(ofHead(other, body.mul(10)).arraySync()).toEqual([20]);
  });

  test("are an error in a later call, too", () => {
    const { body, head, learn } = model();
    const together = learn([body, head]);
    together(other, tensor([1]));
    expect(() => together(other, body.mul(10))).toThrow(message("backward"));
    expect([body, head].map((p) => p.arraySync())).toEqual([[2], [2]]);
  });

  test("are none from what an earlier compiled call has given", () => {
    const { body, head, learn } = model();
    const ten = compile(() => body.mul(10));
    learn([body, head])(other, ten());
    expect([body, head].map((p) => p.arraySync())).toEqual([[2], [-17]]);
  });

  test("are none where an optimiser leaves them over, or the argument passes nothing on", () => {
    const { body, head, learn } = model();
    learn([head])(other, body.mul(10));
    expect([body, head].map((p) => p.arraySync())).toEqual([[2], [-17]]);
    learn([body, head])(other, body.greater(0).cast("float32"));
    expect(head.arraySync()).toEqual([-18]);
  });
});
