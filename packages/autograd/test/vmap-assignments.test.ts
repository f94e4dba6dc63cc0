// What a function assigns to a parameter among its arguments is assigned for all examples at once.
import {
  compile,
  gradients,
  Parameter,
  parameter,
  substitute,
  type Tensor,
  tensor,
  vmap,
} from "@nabla/autograd";
import { describe, expect, test } from "vitest";

const make = () =>
  parameter(
    [
      [1, 2],
      [3, 4],
      [5, 6],
    ],
    { name: "w" },
  );
const factors = tensor([1, 10, 100]);

/** Gives the sum before it is multiplied. */
function grow(p: Tensor, x: Tensor): Tensor {
  const sum = p.sum();
  (p as Parameter).assign(p.mul(x));
  return sum;
}

describe("a parameter among the arguments", () => {
  test.each([false, true])("is assigned as a loop would, compiled: %s", (isCompiled) => {
    const w = make();
    const all = vmap(grow);
    const f = isCompiled ? compile((x: Tensor) => all(w, x)) : (x: Tensor) => all(w, x);
    expect(f(factors).arraySync()).toEqual([3, 7, 11]);
    expect(f(factors).arraySync()).toEqual([3, 70, 1100]);
    expect(w.arraySync()).toEqual([
      [1, 2],
      [300, 400],
      [50000, 60000],
    ]);
  });

  test("is read as it was assigned, along any axis, and given what all share", () => {
    const w = make();
    const f = vmap((p: Tensor) => (p as Parameter).assign([7, 8, 9]).mul(2), { inAxes: [1] });
    expect(f(w).shape).toEqual([2, 3]);
    expect(w.arraySync()).toEqual([
      [7, 7],
      [8, 8],
      [9, 9],
    ]);
  });

  test("is a parameter of an example's shape, and gets the gradients", () => {
    const w = make();
    const f = vmap((p: Tensor) => {
      expect([p instanceof Parameter, p.shape]).toEqual([true, [2]]);
      return p.square().sum();
    });
    f(w).sum().backward();
    expect(w.grad?.arraySync()).toEqual(w.mul(2).arraySync());
    expect(gradients(f(w).sum(), [w])[0].arraySync()).toEqual(w.mul(2).arraySync());
  });

  test("is assigned from within another vmap, and in the place of another", () => {
    const w = make();
    const v = parameter([0, 0]);
    const inner = vmap((one: Tensor) => (one as Parameter).assign(one.mul(-1)));
    vmap((p: Tensor) => inner(p))(w);
    const outer = vmap((p: Tensor) => substitute([v], [p], () => v.assign(v.add(1)).sum()));
    expect(outer(w).arraySync()).toEqual([-1, -5, -9]);
    expect(w.arraySync()).toEqual([
      [0, -1],
      [-2, -3],
      [-4, -5],
    ]);
    expect(v.arraySync()).toEqual([0, 0]);
  });
});

describe("what would be lost is an error, and nothing is assigned", () => {
  test("an assignment to what all examples share", () => {
    const [w, shared] = [make(), parameter([0, 0], { name: "shared" })];
    const f = (p: Tensor) => {
      (p as Parameter).assign(p.mul(2));
      return shared.assign(p);
    };
    const message = 'vmap: the function assigns to parameter "shared", which all examples share';
    expect(() => vmap(f)(w)).toThrow(message);
    expect(() => vmap((p: Tensor) => f(p))(w)).toThrow(message);
    const notMapped = vmap((p: Tensor, q: Tensor) => (q as Parameter).assign(p), {
      inAxes: [0, null],
    });
    expect(() => notMapped(w, shared)).toThrow(message);
    expect([w.arraySync(), shared.arraySync()]).toEqual([make().arraySync(), [0, 0]]);
  });

  test("backward, two values for one parameter, and an assignment of an error's", () => {
    const w = make();
    const v = parameter([1, 2]);
    const f = vmap((p: Tensor) => {
      p.mul(v).sum().backward();
      return p;
    });
    expect(() => f(w)).toThrow("vmap: the function calls backward(); return what grad() gives");
    const both = vmap((p: Tensor, q: Tensor) => {
      (p as Parameter).assign(q.mul(2));
      return (q as Parameter).assign(p.mul(2));
    });
    expect(() => both(w, w)).toThrow(
      'vmap: parameter "w" is two arguments, and the function assigns to both',
    );
    const failing = vmap((p: Tensor): Tensor => {
      (p as Parameter).assign(p.mul(2));
      throw new Error("no");
    });
    expect(() => failing(w)).toThrow("no");
    expect(w.arraySync()).toEqual(make().arraySync());
  });
});
