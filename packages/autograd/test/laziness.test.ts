// What is computed when, how often, and how deep a graph may be.
import {
  backend as backendName,
  compile,
  concat,
  external,
  GradientError,
  gradients,
  guard,
  manualSeed,
  memory,
  NablaError,
  parameter,
  random,
  realize,
  type Tensor,
  tensor,
  vmap,
  where,
  zeros,
} from "@nabla/autograd";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import * as backend from "../src/engine/backends.ts";
import { pastLimits, setPastLimits } from "../src/tensor/pasts.ts";

/** Counts the runs of graphs from now on. */
function countRuns(): () => number {
  const current = backend.currentBackend();
  const prepare = vi.spyOn(current, "prepare");
  return () => prepare.mock.calls.length;
}
const limits = pastLimits();
/** A 64th of the bytes. */
const small = { bytes: limits.bytes / 64, bytesBelow: limits.bytesBelow / 64 };
afterEach(() => {
  vi.restoreAllMocks();
  setPastLimits(limits);
});

describe("a value is computed once", () => {
  test("however often it is read", () => {
    const runs = countRuns();
    const x = tensor([1, 2]).exp();
    expect(runs()).toBe(0);
    x.dataSync();
    x.dataSync();
    x.sum().itemSync();
    expect(runs()).toBe(2);
  });

  test("with others, where one run computes several", () => {
    const runs = countRuns();
    const x = tensor([1, 2]).exp();
    const [a, b] = [x.sum(), x.max()];
    realize(a, b);
    a.itemSync();
    b.itemSync();
    expect(runs()).toBe(1);
  });

  test("where it is a parameter's, though only what is made of that is read", () => {
    const w = parameter(random.uniform([2], { seed: 1 }).add(1));
    w.mul(2).dataSync();
    expect(w.toString()).not.toContain("%");
    w.assign(w.add(1));
    w.mul(3).dataSync();
    expect(w.toString()).not.toContain("%");
    expect([...w.dataSync()]).toEqual([
      ...random.uniform([2], { seed: 1 }).add(1).add(1).dataSync(),
    ]);
  });

  test("or a few times, where a gradient is read part by part", () => {
    const w = parameter([1, 2, 3, 4]);
    w.square().sum().backward();
    const parts = [0, 1, 2, 3].map((i) => w.grad!.slice(0, i, i + 1).itemSync());
    expect(parts).toEqual([2, 4, 6, 8]);
    expect(w.grad!.toString()).not.toContain("%");
  });

  test("with the other gradients of a deep graph", () => {
    const inputs = Array.from({ length: 20 }, (_, i) => tensor([i, 2 * i]));
    let x = inputs.map((input, i) => input.mul(i)).reduce((sum, input) => sum.add(input));
    for (let i = 0; i < 900; i++) x = x.neg();
    const cost = x.square().sum();
    const runs = countRuns();
    const found = gradients(cost, inputs);
    expect(runs()).toBe(1);
    // 2 i times the sum of the squares below 20.
    found.forEach((g, i) => {
      expect(g.arraySync()).toEqual([2 * i * 2470, 4 * i * 2470]);
    });
    expect(runs()).toBe(1);
  });

  test("and the cost with the gradients that were made from it", () => {
    const runs = countRuns();
    const w = parameter([1, 2]);
    const cost = w.square().sum();
    cost.backward();
    w.assign(w.sub(w.grad!.mul(0.5)));
    realize(w);
    expect(runs()).toBe(1);
    expect(cost.itemSync()).toBe(5);
    expect(w.arraySync()).toEqual([0, 0]);
    expect(runs()).toBe(1);
  });
});

describe("values of parameters that have been updated", () => {
  const step = (w: ReturnType<typeof parameter>) => realize(w.assign(w.add(1)));

  test("outputs that are read after a step are those of before it", () => {
    const w = parameter([1, 2]);
    const outputs = w.mul(10);
    step(w);
    expect(outputs.arraySync()).toEqual([10, 20]);
    expect(w.arraySync()).toEqual([2, 3]);
  });

  test("outputs of two steps ago throw, and never give a wrong number", () => {
    const w = parameter([1, 2], { name: "weight" });
    const outputs = w.mul(10);
    step(w);
    step(w);
    expect(() => outputs.arraySync()).toThrow(
      new NablaError(
        'arraySync: the graph was built on a value of parameter "weight" that two later updates ' +
          "have overwritten; read the result before the step, or build it on parameter.snapshot()",
      ),
    );
    expect(w.arraySync()).toEqual([3, 4]);
  });

  test("a snapshot stays", () => {
    const w = parameter([1, 2]);
    const before = w.snapshot();
    for (let i = 0; i < 5; i++) step(w);
    expect(before.arraySync()).toEqual([1, 2]);
  });

  test("what was read before stays, too", () => {
    const w = parameter([1, 2]);
    const outputs = w.mul(10).realize();
    for (let i = 0; i < 5; i++) step(w);
    expect(outputs.arraySync()).toEqual([10, 20]);
  });
});

test("a number that was read is still a number of its graph: other graphs of that form differ", () => {
  const zero = tensor(1)
    .sum()
    .mul(0)
    .add(tensor([], { shape: [0] }).sum());
  const read = zeros([]);
  read.itemSync();
  expect(read.add(0.5).itemSync()).toBe(0.5);
  expect(tensor(2).add(0.5).itemSync()).toBe(2.5);
  expect(zero.add(0.5).itemSync()).toBe(0.5);
});

test("reading a parameter's value does not take it out of the graphs built on it", () => {
  const w = parameter(random.normal([2], { seed: 1 }), { name: "w" });
  const cost = w.square().sum();
  const values = w.arraySync();
  const [ofAll] = gradients(cost.add(w.sum()), [w]);
  expect(gradients(cost, [w])[0].arraySync()).toEqual(values.map((x) => 2 * x));
  expect(ofAll.arraySync()).toEqual(values.map((x) => Math.fround(2 * x + 1)));
});

describe("long graphs", () => {
  // A back end is asked for a thousand levels at a time; a stack holds some ten thousand calls.
  const turns = 20_000;

  test(`${turns} turns without reading neither overflow the stack nor keep all that was`, () => {
    let x: Tensor = tensor(0, { dtype: "float64" });
    for (let i = 0; i < turns; i++) x = x.mul(0.5).add(1);
    expect(x.itemSync()).toBe(2);
  });

  test(`the gradient of a chain of ${turns} operations`, () => {
    const x = tensor(1, { dtype: "float64" });
    let y: Tensor = x;
    for (let i = 0; i < turns; i++) y = y.add(x);
    expect(gradients(y, [x])[0].itemSync()).toBe(turns + 1);
  });

  // The derivative of y is r (1 - 2 y) times that of the turn before, plus y (1 - y) for r.
  const logistic = (r: number, count: number): readonly [slope: number, curvature: number] => {
    let [y, dy, d2y] = [0.3, 0, 0];
    for (let i = 0; i < count; i++) {
      const [slope, bend] = [r * (1 - 2 * y), -2 * r];
      const mixed = 1 - 2 * y;
      [y, dy, d2y] = [
        r * y * (1 - y),
        y * (1 - y) + slope * dy,
        2 * mixed * dy + bend * dy * dy + slope * d2y,
      ];
    }
    return [dy, d2y];
  };

  test("gradients that are computed in pieces are those of the whole, to second order", () => {
    const count = 3000;
    const r = tensor(2.5, { dtype: "float64" });
    let y: Tensor = tensor(0.3, { dtype: "float64" });
    for (let i = 0; i < count; i++) y = y.mul(r).mul(y.neg().add(1));
    const runs = countRuns();
    const [slope] = gradients(y, [r]);
    expect(slope.itemSync()).toBeCloseTo(logistic(2.5, count)[0], 12);
    expect(runs()).toBeGreaterThan(1);
    expect(gradients(slope, [r])[0].itemSync()).toBeCloseTo(logistic(2.5, count)[1], 10);
  });

  test("what is masked stays 0 from piece to piece, times infinite derivatives", () => {
    const x = tensor([0, 4], { dtype: "float64" });
    // Infinite at 0, where nothing of it is chosen.
    let y: Tensor = x.sqrt();
    for (let i = 0; i < 6000; i++) y = y.mul(0.5).add(y.mul(0.5));
    const cost = where(x.greater(0), y, 0).sum();
    const runs = countRuns();
    expect(gradients(cost, [x])[0].arraySync()).toEqual([0, 0.25]);
    expect(runs()).toBeGreaterThan(1);
  });
});

// Who computes the values does not matter, and they are large.
describe.runIf(backendName() === "wasm")("what was realized", () => {
  test("a state that is realized keeps no more of its past than is promised", () => {
    const size = 2 ** 20;
    let state: Tensor = zeros([size]).realize();
    const turn = () => {
      state = state.mul(0.5).add(1).realize();
    };
    // 70 turns of 4 MiB; 256 MiB are kept, and something is garbage.
    for (let i = 0; i < 70; i++) turn();
    const before = memory().javascript;
    for (let i = 0; i < 100; i++) turn();
    expect(state.slice(0, 0, 1).itemSync()).toBe(2);
    expect(memory().javascript - before).toBeLessThan(100 * 4 * size * 0.75);
  });

  test("derivatives go through what was realized, to where the past ends", () => {
    setPastLimits(small);
    const [w, first] = [parameter([2]), tensor(new Float32Array(2 ** 16).fill(1))];
    const states: Tensor[] = [first];
    const go = (turns: number): Tensor => {
      for (let i = 0; i < turns; i++) states.push(states.at(-1)!.mul(w).realize());
      return states.at(-1)!.slice(0, 0, 1).sum();
    };
    const cost = go(4);
    const slopes = gradients(cost, [first, states[1]!, states[3]!, w]).map((g) => g.slice(0, 0, 1));
    expect(slopes.map((g) => g.arraySync())).toEqual([[16], [8], [2], [32]]);
    const late = go(20);
    expect(() => late.backward()).toThrow(GradientError);
    expect(() => gradients(late, [first])).toThrow(GradientError);
    expect(
      gradients(late, [states.at(-1)!])[0]
        .slice(0, 0, 2)
        .arraySync(),
    ).toEqual([1, 0]);
  });

  test("what several values come from is part of the past once", () => {
    setPastLimits({ nodes: 12_000 });
    const rate = parameter(0.5);
    let states: Tensor[] = [1, 2, 3, 4].map((x) => tensor(x).mul(rate));
    for (let i = 0; i < 600; i++) {
      states = states.map((x, j) => x.add(states[(j + 1) % 4]!).mul(0.5));
    }
    expect(gradients(states[0]!, [rate])[0].itemSync()).toBeCloseTo(2.5, 4);
  });
});

describe("a tensor stays the same to its gradients", () => {
  const given = tensor([3, 5]);
  const tensors: Record<string, () => Tensor> = {
    stopGradient: () => given.mul(2).stopGradient(),
    "a cast of a comparison": () => given.greater(4).cast("float32"),
    "what is computed": () => given.mul(2),
    "what is computed of much": () =>
      concat([given, zeros([2 ** 16])])
        .mul(2)
        .slice(0, 0, 2),
  };
  const readings = fc.array(fc.constantFrom("read", "use", "realize"), {
    minLength: 1,
    maxLength: 6,
  });
  test.each(Object.entries(tensors))("%s, used before and after it is read", (_, make) => {
    setPastLimits(small);
    fc.assert(
      fc.property(readings, (steps) => {
        const x = make();
        let [cost, uses]: [Tensor, number] = [tensor(0), 0];
        for (const step of steps) {
          if (step === "read") x.arraySync();
          else if (step === "realize") x.realize();
          else {
            cost = cost.add(x.sum().mul(3));
            uses++;
          }
        }
        expect(gradients(cost, [x])[0].arraySync()).toEqual([3 * uses, 3 * uses]);
      }),
      { numRuns: 10 },
    );
  });
});

test("an array that was given may change: the tensor does not", () => {
  const values = new Float32Array([1, 2]);
  const x = tensor(values);
  const y = x.mul(2);
  values.fill(0);
  expect(y.arraySync()).toEqual([2, 4]);
  x.dataSync("float32").fill(0);
  expect(tensor([1, 2]).add(0).arraySync()).toEqual([1, 2]);
});

test("the array of a dtype is of its type, and no other is given", async () => {
  const whole: Int32Array = tensor([1, 2], { dtype: "int32" }).dataSync("int32");
  expect(whole).toEqual(Int32Array.of(1, 2));
  const wide: Float64Array = await tensor([1], { dtype: "float64" }).data("float64");
  expect(wide).toEqual(Float64Array.of(1));
  expect(() => tensor([1]).dataSync("int32")).toThrow(
    'dataSync: the tensor is float32, expected "int32": cast(dtype) converts',
  );
});

describe("compiled functions", () => {
  test("draw in the program's order, used or not, in whatever order they are used", () => {
    const f = (x: Tensor<[2]>) => {
      const [first, , third] = [random.uniform([2]), random.normal([2]), random.uniform([2])];
      return x.add(third.mul(10)).add(first);
    };
    const called = (g: typeof f): number[][] => {
      manualSeed(5);
      const calls = Array.from({ length: 3 }, () => g(tensor([1, 2])).arraySync());
      return [...calls, random.uniform([2]).arraySync()];
    };
    expect(called(compile(f))).toEqual(called(f));
  });

  test("give what uncompiled ones give: parameters and random draws advance alike", () => {
    const run = (isCompiled: boolean) => {
      manualSeed(4);
      const w = parameter([1, 2]);
      const f = (x: Tensor) => {
        const cost = w
          .sub(x)
          .mul(random.uniform([2]))
          .square()
          .sum();
        const [g] = gradients(cost, [w]);
        w.assign(w.sub(g.mul(0.1)));
        return cost;
      };
      const g = isCompiled ? compile(f) : f;
      return [0, 1, 2, 3].map((i) => g(tensor([i, 0])).itemSync());
    };
    expect(run(true)).toEqual(run(false));
  });

  test("trace once for each signature", () => {
    let traces = 0;
    const f = compile((x: Tensor) => {
      traces++;
      return x.mul(2);
    });
    f(tensor([1]));
    f(tensor([2]));
    expect(traces).toBe(1);
    expect(f(tensor([1, 2])).arraySync()).toEqual([2, 4]);
    expect(traces).toBe(2);
  });

  test("ask for external numbers at each call, through vmap as well, and trace once", () => {
    let [rate, traces] = [1, 0];
    const f = compile((x: Tensor) => {
      traces++;
      const scaled = vmap((row: Tensor) => row.mul(external(() => rate)))(x);
      return scaled.add(external(() => -rate, { dtype: "int32" }));
    });
    expect(f(tensor([1, 2])).arraySync()).toEqual([0, 1]);
    rate = 10;
    expect(f(tensor([1, 2])).arraySync()).toEqual([0, 10]);
    expect(traces).toBe(1);
  });

  test("cannot read a value while they are traced", () => {
    const f = compile((x: Tensor) => (x.sum().itemSync() > 0 ? x : x.neg()));
    expect(() => f(tensor([1]))).toThrow(
      "itemSync: this value is not known while compile(), vmap(), scan() or the like traces the function; " +
        "return the tensor and read it outside, or choose by where()",
    );
  });

  test("leave gradients as uncompiled ones do", () => {
    const w = parameter([3]);
    const f = compile(() => w.square().sum().backward());
    f();
    f();
    expect(w.grad?.arraySync()).toEqual([12]);
  });
});

test("a first update that fails leaves the first value, though nothing had computed that yet", () => {
  const w = parameter(random.uniform([2], { seed: 1 }));
  const refuse = () => {
    throw new RangeError("refused");
  };
  for (let i = 0; i < 2; i++) {
    expect(() => w.assign(guard(w.mul(2), refuse).add(i)).realize()).toThrow("refused");
    expect(w.arraySync()).toEqual(random.uniform([2], { seed: 1 }).arraySync());
  }
  expect(w.assign(w.mul(2)).arraySync()).toEqual(
    random.uniform([2], { seed: 1 }).mul(2).arraySync(),
  );
});

test("a contribution whose cost is refused leaves the gradient that was there before", () => {
  const w = parameter([2, 3]);
  w.square().sum().backward();
  const refuse = () => {
    throw new RangeError("refused");
  };
  for (let i = 0; i < 2; i++) {
    guard(w.mul(5), refuse).sum().backward();
    expect(() => w.grad!.arraySync()).toThrow("refused");
    expect(w.grad!.arraySync()).toEqual([4, 6]);
  }
});

test("what a guard has refused is refused again, whoever asks for it next", () => {
  const w = parameter([1, 4]);
  const total = guard(w.mul(2).sum(), (x) => {
    if (x.itemSync() > 5) throw new RangeError("too much");
  });
  const made = total.mul(3);
  for (const read of [total, made, total.add(1)]) {
    expect(() => read.itemSync()).toThrow(new RangeError("too much"));
  }
  expect(w.sum().itemSync()).toBe(5);
});

test("a guard of what differs from example to example is an error, and no guard that is lost", () => {
  const refuse = () => {
    throw new RangeError("refused");
  };
  const x = tensor([1, 2]);
  expect(() => vmap((one: Tensor) => guard(one.mul(2), refuse))(x)).toThrow(
    "vmap: the function guards a value that differs from example to example; " +
      "return it, and guard what vmap gives",
  );
  const same = guard(tensor(3).mul(2), refuse);
  expect(() => vmap((one: Tensor) => one.mul(same))(x).arraySync()).toThrow("refused");
});

test("updates that nobody reads wait in no more than some thousands", () => {
  const all = Array.from({ length: 5000 }, (_, i) => {
    const w = parameter([i]);
    return w.assign(w.add(1));
  });
  const waiting = all.filter((w) => w.toString().includes("%"));
  expect(waiting.length).toBeLessThanOrEqual(4096);
  expect([all[0], all.at(-1)].map((w) => w!.arraySync())).toEqual([[1], [5000]]);
});
