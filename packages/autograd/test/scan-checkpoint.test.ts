// Loops whose gradients keep few of the iterations, and compute the others again.
import {
  backend,
  compile,
  explainPlan,
  gradients,
  jvp,
  random,
  scan,
  type Tensor,
  tensor,
  vmap,
  zeros,
} from "@nabla/autograd";
import { expectClose } from "@nabla/autograd/testing";
import { describe, expect, test } from "vitest";
import { evenSegment } from "../src/autodiff/loop-segments.ts";

type Scalar = Tensor<[]>;
const ways = [
  { length: 12, reverse: false, checkpoint: true },
  { length: 13, reverse: false, checkpoint: 5 },
  { length: 13, reverse: true, checkpoint: 5 },
  { length: 2, reverse: false, checkpoint: 1 },
  { length: 2, reverse: true, checkpoint: 40 },
];

describe("scan with checkpoint", () => {
  const w = tensor(0.9, { dtype: "float64" });
  const xs = (length: number) => random.normal([length], { seed: 1, dtype: "float64" });
  const loop = (a: Scalar, of: Tensor<[number]>, options: object) =>
    scan(
      ([s, t]: readonly [Scalar, Scalar], x: Scalar) =>
        [[s.mul(a).add(x).sin(), t.add(s)], s.mul(x)] as never,
      [w.mul(0).add(0.1), w.mul(0)] as const,
      of as never,
      options,
    ) as unknown as readonly [readonly [Scalar, Scalar], Tensor];
  const cost = (a: Scalar, of: Tensor<[number]>, options: object): Scalar => {
    const [[s, t], all] = loop(a, of, options);
    return s.add(t.square()).add(all.cos().sum());
  };

  test.each(ways)("gives the same, and the same derivatives: %o", ({ length, ...options }) => {
    const plain = { reverse: options.reverse };
    const of = xs(length).realize();
    const both = [options, plain].map((one) => {
      const [[s, t], all] = loop(w, of, one);
      const slopes = gradients(cost(w, of, one), [w, of]);
      const second = gradients(
        slopes.map((g) => g.square().sum()).reduce((sum, g) => sum.add(g)),
        [w, of],
      );
      return { values: [s, t, all], slopes: [...slopes, ...second] };
    });
    const [own, other] = both as [(typeof both)[0], (typeof both)[0]];
    own.values.forEach((value, i) => {
      expect(value.dataSync()).toEqual(other.values[i]!.dataSync());
    });
    // Contributions of segments are added up on their own.
    const rounded = { absoluteTolerance: 1e-12, relativeTolerance: 1e-10 };
    own.slopes.forEach((g, i) => expectClose(g, other.slopes[i]!, rounded));
  });

  test("goes through vmap, jvp and compile, with draws that stay the same", () => {
    const f = (a: Scalar) => cost(a, xs(12), { checkpoint: true });
    const slope = (a: Scalar): Scalar => gradients(f(a), [a])[0];
    const many = vmap(slope)(tensor([0.9, 0.5], { dtype: "float64" }) as never);
    expect(many.arraySync()[0]).toBeCloseTo(slope(w).itemSync(), 10);
    expect(jvp(f, [w], [w])[1].itemSync()).toBeCloseTo(0.9 * slope(w).itemSync(), 10);
    expect(compile(slope)(w).itemSync()).toBeCloseTo(slope(w).itemSync(), 10);
    const noisy = compile((start: Tensor<[4]>) => {
      const [end] = scan((s: Tensor<[4]>) => [s.mul(random.normal([4]))], start, undefined, {
        length: 9,
        checkpoint: true,
      });
      // The product of the draws, forwards and backwards.
      return [end.div(start), gradients(end.sum(), [start])[0]] as const;
    });
    const [forwards, backwards] = noisy(tensor([1, 2, 3, 4]));
    expectClose(backwards, forwards, { absoluteTolerance: 1e-6, relativeTolerance: 1e-5 });
  });

  test.skipIf(backend() === "reference")("takes memory with the root of the length", () => {
    const arenaOf = (length: number, checkpoint: boolean): number => {
      const end = (s: Tensor<[100]>) =>
        scan((h: Tensor<[100]>) => [h.sin().cos()], s, undefined, { length, checkpoint })[0].sum();
      const start = zeros([100]).realize();
      const plan = explainPlan(gradients(end(start), [start])[0]);
      const [, size, unit] = /arena ([\d.]+) ([kM]?)B/.exec(plan)!;
      return Number(size) * (unit === "M" ? 1e6 : unit === "k" ? 1000 : 1);
    };
    // Two stacks of 10 and of 40 carries, and some that do not depend on the length.
    const [few, many] = [arenaOf(100, true), arenaOf(1600, true)];
    expect(many / few).toBeLessThan(4);
    expect(arenaOf(1600, false) / many).toBeGreaterThan(10);
  });

  test("takes segments that fit, where there are some", () => {
    expect([1, 100, 1000, 10_000, 13, 97].map(evenSegment)).toEqual([1, 10, 25, 100, 4, 10]);
  });

  test("says what is wrong", () => {
    for (const checkpoint of [0, 1.5, "yes"]) {
      expect(() => cost(w, xs(3), { checkpoint })).toThrow(
        `scan: checkpoint is ${JSON.stringify(checkpoint)}, expected true, false or a number of iterations`,
      );
    }
  });
});
