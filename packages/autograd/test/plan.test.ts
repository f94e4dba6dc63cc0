// What each pass of a plan does, seen in the kernels that come out, and that it keeps the results that
// it must keep. That results agree with any pass off is engine.test.ts.
import {
  concat,
  gradients,
  memory,
  oneHot,
  parameter,
  random,
  stack,
  type Tensor,
  tensor,
  zeros,
} from "@nabla/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Buffer } from "../src/engine/kernel/language.ts";
import { isDivisible, sharedLoop } from "../src/engine/kernel/parallel.ts";
import { arenaBytesOf, layOut } from "../src/engine/plan/arena.ts";
import { explain } from "../src/engine/plan/explain.ts";
import type { PassName } from "../src/engine/plan/plan.ts";
import { wasmTarget } from "../src/engine/wasm/target.ts";
import type { Node } from "../src/graph/node.ts";
import { after } from "../src/ops/after.ts";
import { nodeOf, tensorOf } from "../src/tensor/tensor.ts";
import { planFor, plannedValues } from "./planned.ts";

/** The statements of the kernels, without the header of costs. */
function kernelsOf(tensors: readonly Tensor[], off: readonly PassName[] = []): string {
  const [, ...lines] = explain(planFor(tensors, off)).split("\n");
  return lines.map((line) => line.replace(/: [^:]*FLOP.*/, "")).join("\n");
}

const x = (...shape: number[]) => random.uniform(shape).realize() as Tensor;

describe("mergeCommon", () => {
  const twice = (a: Tensor) => [a.exp().sum().add(a.exp().sum())];

  test("computes equal operations on equal inputs once", () => {
    const a = x(40);
    expect(planFor(twice(a)).steps).toHaveLength(1);
    expect(kernelsOf(twice(a)).match(/exp/g)).toHaveLength(1);
    expect(kernelsOf(twice(a), ["mergeCommon"]).match(/exp/g)).toHaveLength(2);
  });

  test("keeps inputs apart of which nothing is left but their values", () => {
    const [a, b] = [tensor([2, 3]), tensor([5, 7])];
    expect(a.mul(1).sub(b.mul(1)).arraySync()).toEqual([-3, -4]);
    expect(a.neg().neg().mul(b.div(1)).arraySync()).toEqual([10, 21]);
  });

  test("keeps 0 and -0 apart", () => {
    const a = tensor([-0]);
    expect(Object.is(a.add(0).div(1).itemSync(), 0)).toBe(true);
    expect([1 / a.mul(0).itemSync(), 1 / a.mul(-0).itemSync()]).toEqual([-Infinity, Infinity]);
  });
});

describe("foldConstants", () => {
  const folded = (a: Tensor) => [a.mul(tensor([2, 2]).sum().mul(0).add(zeros([]).add(3).mul(2)))];

  test("computes what is made of literals while planning, rounded as when it runs", () => {
    const third = zeros([]).add(1).div(3);
    expect(kernelsOf([x(3).mul(third)])).toContain(", 0.33333334)");
    expect(kernelsOf(folded(x(2)))).toContain("6");
    expect(kernelsOf(folded(x(2)), ["foldConstants"])).not.toContain("6)");
  });
});

describe("simplify", () => {
  test("leaves out what changes no bit", () => {
    const a = x(2, 3);
    for (const same of [a.mul(1), a.div(1), a.sub(0), a.neg().neg(), a.transpose().transpose()]) {
      expect(planFor([same]).results).toEqual([{ kind: "input", position: 0 }]);
      expect(planFor([same], ["simplify"]).results).toEqual([
        { kind: "buffer", buffer: expect.anything() as object },
      ]);
    }
  });

  test("keeps what NaN, infinities and the sign of zero need", () => {
    const a = tensor([NaN, Infinity, -0]);
    expect(a.mul(0).arraySync()).toEqual([NaN, NaN, -0]);
    expect(a.add(0).arraySync()).toEqual([NaN, Infinity, 0]);
    expect(a.sub(a).arraySync()).toEqual([NaN, NaN, 0]);
    expect(a.div(a).arraySync()).toEqual([NaN, NaN, NaN]);
  });
});

describe("fuse", () => {
  test("writes a chain of elementwise operations and movements as one loop", () => {
    const chain = x(5, 4).transpose().mul(2).add(1).sigmoid().slice(0, 1, 3).reshape([10]);
    expect(planFor([chain]).steps).toHaveLength(1);
    expect(planFor([chain], ["fuse"]).steps).toHaveLength(4);
  });

  test("computes in one loop what one node reads at its own place", () => {
    const a = x(40);
    const [t, s] = [a.tanh(), a.sigmoid()];
    const both = t.mul(s).add(t.sub(s));
    expect(planFor([both]).steps).toHaveLength(1);
    // Here all of s is needed before any of the result.
    expect(planFor([both.mul(s.sum())]).steps.length).toBeGreaterThan(1);
    expect(
      planFor([t.mul(s).add(t.sub(s.reshape([2, 20]).transpose().reshape([40])))]).steps,
    ).toHaveLength(2);
  });

  test("draws elementwise operations into a sum, and out of it", () => {
    const sum = x(100, 8).square().sum(0).div(100).sqrt();
    expect(kernelsOf([sum])).toBe(
      [
        "1. sum + sqrt",
        "  for j < 8",
        "    t0 = add over r0 < 100: mul(b0[8*r0 + j], b0[8*r0 + j])",
        "    b2[j] = sqrt(div(t0, 100))",
      ].join("\n"),
    );
  });

  test("draws bias and activation, and the update by a gradient, into products", () => {
    const [a, w, b] = [x(6, 5), parameter(x(5, 3)), parameter(x(3))];
    const y = a.matmul(w).add(b).relu();
    const cost = y.square().sum();
    const [g] = gradients(cost, [w]);
    const text = kernelsOf([cost, w.sub(g.mul(0.1))]);
    expect(text.match(/multiply/g)).toHaveLength(2);
    expect(text).toMatch(
      /multiply t0 over i < 5, j < 3, p < 6: b0\[5\*p \+ i\] \* .*\n.* = sub\(b1\[3\*i \+ j\], mul\(t0, /,
    );
  });

  test("reads gathered bytes, cast and scaled, inside a product", () => {
    const images = tensor(new Uint8Array(40), { shape: [10, 4] });
    const rows = tensor([3, 1], { dtype: "int32" });
    const y = images
      .gather(0, rows)
      .cast("float32")
      .div(255)
      .matmul(zeros([4, 3]).add(x(3)));
    expect(kernelsOf([y])).toMatch(/b\d\[4\*i \+ p\]|b0\[4\*/);
  });

  test("makes one-hot rows by comparing positions, and stores none", () => {
    const labels = tensor([3, 1], { dtype: "int32" });
    const cost = x(2, 5).mul(oneHot(labels, 5)).sum();
    expect(planFor([cost]).steps).toHaveLength(1);
    expect(kernelsOf([cost])).toContain("equal(");
  });
});

describe("loops are split", () => {
  test("where a concatenation, or a pad, goes on to another part", () => {
    const [a, b] = [x(3, 5), x(3, 9)];
    const text = kernelsOf([
      concat([a, b], 1).add(
        b.pad([
          [0, 0],
          [2, 3],
        ]),
      ),
    ]);
    expect(text.match(/for j < \d+/g)).toEqual([
      "for j < 2",
      "for j < 3",
      "for j < 6",
      "for j < 3",
    ]);
    expect(text).not.toContain("?");
  });

  test("neither into many, nor where the condition is another loop's", () => {
    const parts = Array.from({ length: 4 }, (_, i) => x(3, i + 2));
    const twelve = [0, 1, 2].reduce(
      (sum: Tensor, i) =>
        sum.add(
          concat(parts, 1).pad([
            [0, 0],
            [i, 2 - i],
          ]),
        ),
      x(3, 16),
    );
    expect(kernelsOf([twelve]).match(/for j < \d+/g)).toEqual(["for j < 16"]);
    expect(kernelsOf([concat([x(2, 8), x(1, 8)], 0)]).match(/for . < \d+/g)).toEqual([
      "for i < 3",
      "for j < 8",
    ]);
  });
});

test("a plan keeps no values of the graph that it was made of", () => {
  const steps = planFor([x(4, 4).sort(0), x(40).exp().sum()]).steps;
  const hosts = steps.flatMap((step) => (step.kind === "host" ? [step] : []));
  expect(hosts).toHaveLength(1);
  for (const { node } of hosts) {
    expect(node.inputs.map(({ cell }) => cell.value)).toEqual([undefined]);
  }
});

describe("after", () => {
  test("puts a kernel behind another whose result it does not read", () => {
    const [a, b] = [x(40), x(30)];
    const total = b.square().sum();
    const waiting = (node: Node) => after(node, nodeOf("test", total));
    const sum = (f: (node: Node) => Node) =>
      tensorOf(f(nodeOf("test", a)))
        .exp()
        .sum();
    const sizes = (tensors: readonly Tensor[]) => kernelsOf(tensors).match(/r0 < \d+/g);
    expect(sizes([sum((node) => node), total])).toEqual(["r0 < 40", "r0 < 30"]);
    expect(sizes([sum(waiting), total])).toEqual(["r0 < 30", "r0 < 40"]);
    // One load, as without it.
    expect(kernelsOf([sum(waiting), total])).toMatch(/2\. .*\n.* exp\(b\d\[r0\]\)\n.*$/);
  });
});

describe("the arena", () => {
  test("gives the place of what is no longer needed to what comes", () => {
    const chain = (turns: number) => {
      let a = x(64, 64) as Tensor<[64, 64]>;
      for (let i = 0; i < turns; i++) a = a.matmul(a);
      return planFor([a]).layout.bytes;
    };
    expect(chain(12)).toBe(chain(3));
  });

  test("computes in place where each element is read just where it is written", () => {
    const sums = x(1000, 2).sum(1);
    const { layout } = planFor([sums.exp().add(sums.max())]);
    const single = planFor([x(1000).exp()]).layout.bytes;
    expect(layout.bytes).toBeLessThan(2 * single);
  });

  test("a request beyond 4 GiB says so, and leaves everything usable", () => {
    const before = memory();
    const large = random.uniform([32_768, 65_535]).exp();
    expect(() => large.add(large.transpose().reshape([32_768, 65_535])).realize()).toThrow(
      /^memory: \d+ bytes at once do not fit into .* \d+ are in use .*, and \d+ are free$/,
    );
    expect(tensor([1, 2]).exp().sum().itemSync()).toBeCloseTo(10.1073, 4);
    expect(memory().parameters).toBe(before.parameters);
  });
});

describe("layOut", () => {
  test("gives no two buffers that are needed at one time the same bytes, and wastes few", () => {
    const lifetime = fc.tuple(fc.nat(40), fc.nat(1000), fc.nat(60));
    const many = fc.array(lifetime, { maxLength: 30 });
    // Up to four thousand buffers: the smaller ones go in rows.
    fc.assert(
      fc.property(many, fc.constantFrom(1, 130), (drawn, times) => {
        const lives = Array.from({ length: times }, () => drawn)
          .flat()
          .map(([size, first, length], id) => {
            const buffer: Buffer = { id, dtype: "float32", size: 1 + 16 * (size % 5) };
            return { buffers: [buffer], first, last: first + length };
          });
        const { offsets, bytes } = layOut(lives, wasmTarget);
        expect(offsets.size).toBe(lives.length);
        const placed = lives.map(({ buffers: [buffer], first, last }) => {
          const from = offsets.get(buffer!)!;
          return { from, to: from + arenaBytesOf(buffer!, wasmTarget), first, last };
        });
        for (const one of placed.slice(0, 300)) {
          expect(one.to).toBeLessThanOrEqual(bytes);
          const shared = placed.filter(
            (other) =>
              other !== one &&
              Math.max(one.from, other.from) < Math.min(one.to, other.to) &&
              Math.max(one.first, other.first) <= Math.min(one.last, other.last),
          );
          expect(shared).toEqual([]);
        }
        // At no step is more needed than is there.
        const needed = (step: number) =>
          placed
            .filter(({ first, last }) => first <= step && step <= last)
            .reduce((sum, { from, to }) => sum + to - from, 0);
        const most = Math.max(0, ...placed.map(({ first }) => needed(first)));
        expect(bytes).toBeLessThanOrEqual(3 * most);
      }),
      { numRuns: 40 },
    );
  });
});

describe("what is alike", () => {
  const kernelsIn = (tensors: readonly Tensor[]) =>
    new Set(
      planFor(tensors).steps.flatMap((step) => (step.kind === "kernel" ? [step.kernel] : [])),
    );

  test("is one kernel, given other buffers, and where slices begin", () => {
    const step = (state: Tensor, input: Tensor, weights: Tensor): Tensor =>
      state.matmul(weights).add(input).tanh();
    const run = (steps: number): Tensor => {
      const [inputs, weights] = [x(2, steps, 5), x(5, 5)];
      let state = x(2, 5);
      for (let t = 0; t < steps; t++) {
        state = step(state, inputs.slice(1, t, t + 1).reshape([2, 5]), weights);
      }
      return state;
    };
    expect(planFor([run(3)]).steps).toHaveLength(3);
    for (const steps of [3, 30]) expect(kernelsIn([run(steps)]).size).toBe(1);
  });

  test("differs in numbers, shapes, dtypes and in what is kept", () => {
    const a = x(8);
    const all = [
      a.exp(),
      a.add(1).exp(),
      a.add(2).exp(),
      x(9).exp(),
      a.cast("float64").realize().exp(),
    ];
    expect(kernelsIn(all).size).toBe(all.length);
  });

  test("says which index is out of range, wherever it is", () => {
    const table = x(4, 3);
    const indices = (...all: number[]) => tensor(all as never, { dtype: "int32" }).realize();
    const [good, bad] = [indices(0, 3), indices(1, 7)];
    const picked = [good, good, bad].map((rows) => table.gather(0, rows).exp());
    expect(kernelsIn(picked).size).toBe(1);
    expect(() => picked[0]!.add(picked[1]!).add(picked[2]!).dataSync()).toThrow(
      "index 7 is out of range for axis 0 of [4, 3]",
    );
  });

  test("gives the same bits for each slice as for a copy of it, through any movement", () => {
    const moves: Readonly<Record<string, (a: Tensor) => Tensor>> = {
      flat: (a) => a.reshape([-1]),
      column: (a) => a.reshape([-1, 1]),
      transpose: (a) => (a.shape.length > 1 ? a.transpose() : a),
      flip: (a) => a.flip(0),
      pad: (a) => a.pad([[1, 2], ...a.shape.slice(1).map(() => [0, 0] as const)] as never),
      every: (a) => a.slice(0, 0, undefined, 2),
      later: (a) => a.slice(0, 1),
      twice: (a) => concat<Tensor[]>([a, a.neg()], 0),
      square: (a) => a.mul(a),
      spread: (a) => a.expandDims(0).broadcastTo([2, ...a.shape]) as Tensor,
      sum: (a) => a.sum(0),
      running: (a) => a.cumSum(0),
      product: (a) => a.reshape([1, -1]).matmul(a.reshape([-1, 1])),
    };
    const names = Object.keys(moves);
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 5 }),
        fc.nat(2),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        (chain, axis, width, isStacked) => {
          const whole = x(7, 6, 5);
          const sliced = (t: number): Tensor => whole.slice(axis, t, t + width);
          const moved = (a: Tensor): Tensor =>
            chain.reduce((b, name) => (b.shape.length === 0 ? b : moves[name]!(b)), a).add(1);
          const starts = Array.from({ length: whole.shape[axis]! - width + 1 }, (_, t) => t);
          const ofCopies = starts.map((t) => moved(sliced(t).add(0).realize()));
          const results = starts.map((t) => moved(sliced(t)));
          expect(plannedValues(results)).toEqual(ofCopies.flatMap((a) => plannedValues([a])));
          const copies = ofCopies.map((a) => a.dataSync());
          if (isStacked) {
            // More parts than are chosen from in one expression.
            const parts = Array.from({ length: 20 }, (_, i) => moved(sliced(i % starts.length)));
            const all: Tensor = stack(parts);
            const expected = parts.map((_, i) => [...copies[i % starts.length]!]).flat();
            expect([...all.dataSync()]).toEqual(expected);
          }
          // One run computes all of them.
          const [first] = results;
          concat(results.map((a) => a.reshape([-1])) as never, 0).dataSync();
          expect(first!.dataSync()).toEqual(copies[0]);
          expect(results.map((a) => a.dataSync())).toEqual(copies);
        },
      ),
      { numRuns: 25 },
    );
  });
});

describe("scatters", () => {
  const at = tensor([0, 2, 2], { dtype: "int32" });

  test("fill a slice and add to it before they go on to the next one", () => {
    expect(kernelsOf([x(2, 5, 3).scatterAdd(1, at, x(2, 3, 3))])).toBe(
      `1. scatterAdd
  for i < 2
    for j < 5
      for k < 3
        b3[15*i + 3*j + k] = b0[15*i + 3*j + k]
    for j < 3, in order
      for k < 3
        b3[15*i + 3*b1[j] + k] += b2[9*i + 3*j + k]`,
    );
  });

  test("are divided along the axes before their own, and no others", () => {
    const kernelOf = (y: Tensor) => planFor([y]).steps.find((one) => one.kind === "kernel")!.kernel;
    const divided = kernelOf(x(2, 5, 3).scatterAdd(1, at, x(2, 3, 3)));
    expect(isDivisible(divided)).toBe(true);
    expect(sharedLoop(divided.body[0]!, 4)).toMatchObject({
      variable: { name: "i" },
      iterations: 2,
    });
    expect(isDivisible(kernelOf(x(5, 3).scatterAdd(0, at, x(3, 3))))).toBe(false);
  });
});
