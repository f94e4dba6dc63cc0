// Functions with what they capture as an argument.
import {
  closureConvert,
  compile,
  customGradient,
  grad,
  gradients,
  parameter,
  scan,
  type Tensor,
  tensor,
  zeros,
} from "@nabla/autograd";
import { describe, expect, test } from "vitest";

describe("what a function captures", () => {
  test("is found once, whatever it is made of, and numbers are not", () => {
    const w = parameter([1, 2]);
    const scale = tensor(3).mul(2);
    const rows = tensor([1, 0], { dtype: "int32" });
    const f = (x: Tensor) => x.gather(0, rows).mul(w).mul(scale).add(w.mul(0.5)).mul(2);
    const [converted, captured] = closureConvert(f, zeros([2]));
    // w itself, what was made of it alone, and the scale; no indices, and no 2.
    expect(captured.map(({ shape }) => shape)).toEqual([[2], [], [2]]);
    const x = tensor([5, 7]);
    expect(converted(captured, x).arraySync()).toEqual(f(x).arraySync());
    const [a, b, c] = [tensor([1, 1]), tensor(1), tensor([0, 0])];
    expect(converted([a, b, c], x).arraySync()).toEqual([14, 10]);
  });

  test("gets the gradients of a rule for arguments", () => {
    const w = parameter(3);
    const f = (x: Tensor) => x.mul(w).square();
    const doubled = (x: Tensor) => {
      const [converted, captured] = closureConvert(f, x);
      return customGradient(
        (...given: Tensor[]) => converted(given.slice(1), given[0]!),
        (g, given, y) =>
          gradients(converted(given.slice(1), given[0]!), given, { seed: g.mul(2).add(y.mul(0)) }),
      )(x, ...captured);
    };
    const x = tensor(2);
    const [gx, gw] = gradients(doubled(x), [x, w]);
    expect([gx.itemSync(), gw.itemSync()]).toEqual([72, 48]);
    const [compiled] = [compile((one: Tensor) => gradients(doubled(one), [w])[0])];
    expect(compiled(x).itemSync()).toBe(48);
  });

  test("is found in the steps of loops, too", () => {
    const power = (rate: Tensor<[]>) => (x: Tensor<[]>) =>
      scan((y: Tensor<[]>) => [y.mul(rate)] as const, x, undefined, { length: 3 })[0];
    const [converted, captured] = closureConvert(power(tensor(2)), tensor(0));
    expect(captured).toHaveLength(1);
    const last = (rate: Tensor<[]>) => converted([rate], tensor(5));
    expect(last(tensor(2)).itemSync()).toBe(40);
    expect(grad(last)(tensor(2)).itemSync()).toBe(60);
  });

  test("trees go in and come out", () => {
    const shift = tensor(1);
    const f = ({ a, b }: { a: Tensor; b: readonly Tensor[] }) => [a.add(shift), b[0]!] as const;
    const [converted, captured] = closureConvert(f, { a: zeros([2]), b: [zeros([])] });
    const [x, y] = converted(captured, { a: tensor([1, 2]), b: [tensor(7)] });
    expect([x.arraySync(), y.itemSync()]).toEqual([[2, 3], 7]);
  });
});

test("mistakes read well", () => {
  const w = parameter(3);
  const [converted, captured] = closureConvert((x: Tensor) => x.mul(w), zeros([2]));
  expect(() => converted([], zeros([2]))).toThrow(
    "closureConvert: what is captured has the form [], expected [tensor]",
  );
  expect(() => converted(captured, zeros([3]) as never)).toThrow(
    "closureConvert: an argument: [3]",
  );
  expect(() => closureConvert((x: Tensor) => tensor(x.itemSync()), zeros([]))).toThrow(
    "itemSync: this value is not known",
  );
});
