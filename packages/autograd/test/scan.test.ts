// Loops in graphs: the same numbers as the loop that unrolls, and the same derivatives.
import {
  backend,
  checkpoint,
  compile,
  explainPlan,
  grad,
  gradients,
  hessian,
  jvp,
  parameter,
  random,
  scan,
  type Tensor,
  tensor,
  vmap,
  where,
} from "@nabla/autograd";
import { checkGradients, expectClose } from "@nabla/autograd/testing";
import { describe, expect, test } from "vitest";
import { plannedValues } from "./planned.ts";

const number = (x: Tensor): Tensor<[]> => x as Tensor<[]>;
/** A part along the first axis. */
const part = (x: Tensor, i: number): Tensor => x.slice(0, i, i + 1).squeeze(0);

describe("scan", () => {
  const recurrence = (a: Tensor<[]>, xs: Tensor<[number]>) =>
    scan((s: Tensor<[]>, x: Tensor<[]>) => [s.mul(a).add(x), s.mul(2)], tensor(0), xs);
  const xs = tensor([1, 2, 3, 4]);
  const last = (a: Tensor<[]>) => recurrence(a, xs)[0];

  test("goes through grad, hessian, jvp, vmap and compile, nested in any order", () => {
    expect(last(tensor(2)).itemSync()).toBe(26);
    expect(recurrence(tensor(2), xs)[1].arraySync()).toEqual([0, 2, 8, 22]);
    // s = 4 + 3 a + 2 a^2 + a^3
    expect(grad(last)(tensor(2)).itemSync()).toBe(3 + 8 + 12);
    expect(hessian(last)(tensor(2)).arraySync()).toBe(4 + 12);
    expect(jvp(last, [tensor(2)], [tensor(10)])[1].itemSync()).toBe(230);
    const many = tensor([2, 1, 0]);
    expect(vmap(last)(many).arraySync()).toEqual([26, 10, 4]);
    expect(vmap(grad(last))(many).arraySync()).toEqual([23, 10, 3]);
    expect(grad((a: Tensor) => vmap(last)(a as never).sum())(many).arraySync()).toEqual([
      23, 10, 3,
    ]);
    const compiled = compile(grad(last));
    expect([compiled(tensor(2)).itemSync(), compiled(tensor(1)).itemSync()]).toEqual([23, 10]);
    expect(grad((a: Tensor<[]>) => checkpoint(last)(a))(tensor(2)).itemSync()).toBe(23);
  });

  test("goes through vmap whether carry, sequences or what is captured differ", () => {
    const rows = tensor([
      [1, 2, 3],
      [4, 5, 6],
    ]);
    const sums = (first: Tensor, of: Tensor, factor: Tensor) =>
      scan((s: Tensor, x: Tensor) => [s.add(x.mul(factor)), s], first, of) as unknown as [
        Tensor,
        Tensor,
      ];
    for (const axes of [
      [0, null, null],
      [null, 0, null],
      [null, null, 0],
      [0, 0, 0],
    ] as const) {
      const args = [tensor([10, 20]), rows, tensor([2, 3])] as const;
      const given = axes.map((axis, i) => {
        const one = args[i] as Tensor;
        return axis === 0 ? one : part(one, 0);
      }) as unknown as [Tensor, Tensor, Tensor];
      const mapped = vmap(sums, { inAxes: [...axes] }) as unknown as typeof sums;
      const [ends, all] = mapped(...given);
      for (const i of [0, 1]) {
        const own = axes.map((axis, j) => (axis === 0 ? part(given[j]!, i) : given[j]!)) as [
          Tensor,
          Tensor,
          Tensor,
        ];
        const [end, outputs] = sums(...own);
        expect((ends.arraySync() as number[])[i]).toBe(end.itemSync());
        expect((all.arraySync() as number[][])[i]).toEqual(outputs.arraySync());
      }
    }
  });

  test("nests, and captures what the outer loop carries", () => {
    // Each row's total times the running total.
    const rows = tensor([
      [1, 2],
      [3, 4],
      [5, 6],
    ]);
    const f = (all: Tensor<[3, 2]>) =>
      scan(
        (total: Tensor<[]>, row: Tensor<[2]>) => {
          const [sum] = scan(
            (s: Tensor<[]>, x: Tensor<[]>) => [s.add(x.mul(total))],
            tensor(0),
            row,
          );
          return [total.add(sum)];
        },
        tensor(1),
        all,
      )[0];
    // 1 * (1 + 3) * (1 + 7) * (1 + 11)
    expect(f(rows).itemSync()).toBe(384);
    expect(grad(f)(rows).arraySync()).toEqual([
      [96, 96],
      [48, 48],
      [32, 32],
    ]);
  });

  test("takes trees, and none", () => {
    const { state, xs: sequences } = {
      state: { total: tensor(0), count: tensor(0, { dtype: "int32" }) },
      xs: { a: xs, isEven: tensor([false, true, false, true]) },
    };
    const [end, seen] = scan(
      ({ total, count }: typeof state, { a, isEven }: { a: Tensor<[]>; isEven: Tensor<[]> }) => {
        const next = number(where(isEven, total.add(a), total));
        const counted = number(count.add(isEven.cast("int32")));
        return [{ total: next, count: counted }, [next, counted] as const] as const;
      },
      state,
      sequences as never,
    ) as unknown as [typeof state, [Tensor, Tensor]];
    expect([end.total.itemSync(), end.count.itemSync()]).toEqual([6, 2]);
    expect(seen[0].arraySync()).toEqual([0, 2, 2, 6]);
    expect(seen[1].arraySync()).toEqual([0, 1, 1, 2]);
    const [doubled, none] = scan((s: Tensor<[]>) => [s.mul(2)], tensor(1), undefined, {
      length: 10,
    });
    expect([doubled.itemSync(), none]).toEqual([1024, undefined]);
    const [same, empty] = scan(
      (s: Tensor<[]>, x: Tensor<[2]>) => [s, x],
      tensor(1),
      tensor(new Float32Array(), { shape: [0, 2] }) as never,
    ) as [Tensor, Tensor];
    expect([same.itemSync(), empty.shape]).toEqual([1, [0, 2]]);
  });

  test("swaps carries, and gives what it was given", () => {
    const [[a, b], [x, c]] = scan(
      ([p, q]: readonly [Tensor<[]>, Tensor<[]>], y: Tensor<[]>) =>
        [
          [q, p],
          [y, q],
        ] as const,
      [tensor(1), tensor(2)] as const,
      xs,
    );
    expect([a.itemSync(), b.itemSync()]).toEqual([1, 2]);
    expect(x.arraySync()).toEqual([1, 2, 3, 4]);
    expect(c.arraySync()).toEqual([2, 1, 2, 1]);
  });

  test("shares numbers with the graph around it", () => {
    const [end, all] = scan((s: Tensor<[]>, x: Tensor<[]>) => [s.mul(2).add(x), s], tensor(1), xs);
    const both = [end.mul(2).sum(), all.mul(2).sum(), all.sub(2).sum()];
    const text = compile(() => both.reduce((sum, one) => sum.add(one)))().itemSync();
    // 1, 3, 8, 19, 42
    expect(text).toBe(84 + 62 + 23);
  });

  test("draws anew in each iteration, and in each call", () => {
    const draws = compile(() => {
      const [, all] = scan(
        (s: Tensor<[]>) => [s, random.uniform([2])] as const,
        tensor(0),
        undefined,
        {
          length: 4,
        },
      );
      return all;
    });
    const [one, two] = [draws(), draws()].map((x) => [...x.dataSync()]);
    expect(new Set([...one!, ...two!]).size).toBe(16);
  });

  test("has gradients of parameters that it captures", () => {
    const w = parameter([0.5, -0.3], { dtype: "float64" });
    const f = (x: Tensor) =>
      scan(
        (s: Tensor, e: Tensor) => [s.mul(w).add(e).tanh()],
        x,
        tensor(
          [
            [1, 2],
            [0.5, 1],
            [2, 1],
          ],
          { dtype: "float64" },
        ) as never,
      )[0].sum();
    const start = tensor([0.2, 0.1], { dtype: "float64" });
    checkGradients(f, [start], { order: 2 });
    const cost = f(start);
    cost.backward();
    expectClose(w.grad!, gradients(f(start), [w])[0]);
  });

  test.skipIf(backend() === "reference")("has a plan that does not grow with the length", () => {
    const planOf = (length: number) => {
      const of = random.normal([length, 8], { seed: 1 }).realize();
      const f = (s: Tensor) => scan((h: Tensor, x: Tensor) => [h.add(x).tanh(), h], s, of)[0].sum();
      return explainPlan(grad(f)(random.normal([8], { seed: 2 }).realize()));
    };
    const [short, long] = [planOf(10), planOf(1000)];
    expect(long.split("\n").length).toBe(short.split("\n").length);
    expect(long).toContain("scan, 1000 times");
  });

  test("says which index is out of range in an iteration", () => {
    const table = tensor([1, 2, 3]);
    const picks = tensor([0, 2, 7, 1], { dtype: "int32" });
    const [sum] = scan(
      (s: Tensor, i: Tensor) => [s.add(table.gather(0, i))],
      tensor(0) as Tensor,
      picks,
    );
    expect(() => sum.itemSync()).toThrow(/gather: index 7 is out of range/);
  });

  test("says what is wrong", () => {
    const s = tensor([1, 2]) as Tensor;
    expect(() => scan((x: Tensor) => [x.sum()], s, undefined, { length: 2 })).toThrow(
      "scan: carry becomes [], expected [2], as it was first",
    );
    expect(() => scan((x: Tensor) => [x.cast("float64")], s, undefined, { length: 2 })).toThrow(
      "scan: carry becomes float64, expected float32, as it was first; cast one",
    );
    expect(() => scan((x: Tensor) => [x], s)).toThrow("needs the number of iterations");
    expect(() => scan((x: Tensor) => [x], s, [xs, tensor([1, 2])] as never)).toThrow(
      "scan: a sequence of [2] has 2 elements, expected 4",
    );
    expect(() => scan((x: Tensor) => [x], s, xs, { length: 3 })).toThrow(
      "has 4 elements, expected 3",
    );
    expect(() => scan((x: Tensor) => x as never, s, xs)).toThrow(
      "expected [carry, output], or [carry]",
    );
    expect(() => scan((x: Tensor) => [[x]] as never, s, xs)).toThrow(
      "has the form [tensor], expected tensor",
    );
    expect(() => scan((x: Tensor) => [x.mul(x.sum().itemSync())], s, xs)).toThrow("not known");
    const p = parameter([1, 2]);
    expect(() =>
      scan(
        (x: Tensor) => {
          p.assign(x);
          return [x];
        },
        s,
        xs,
      ),
    ).toThrow("scan: the step assigns to a parameter");
    expect(p.arraySync()).toEqual([1, 2]);
  });

  test("gives the same by the plan in plain JavaScript", () => {
    const [value, all] = recurrence(tensor(2), xs);
    const slope = grad(last)(tensor(2));
    const values = plannedValues([value, all, slope]);
    expect(values.map((one) => [...one])).toEqual([[26], [0, 2, 8, 22], [23]]);
  });
});
