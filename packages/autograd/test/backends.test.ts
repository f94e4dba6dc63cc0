// Back ends that others register, by the public entry @nabla/autograd/backend.
import {
  backend,
  compile,
  concat,
  explainPlan,
  external,
  gradients,
  guard,
  memory,
  mustAwait,
  parameter,
  realizeAsync,
  setBackend,
  sort,
  type Tensor,
  tensor,
  threads,
  zerosLike,
} from "@nabla/autograd";
import { MemoryError, register } from "@nabla/autograd/backend";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { edgeCalls } from "./edge-calls.ts";
import { checkBackend } from "./edges.ts";
import { ownBackend } from "./own-device.ts";
import { checkParameterProgram, parameterPrograms } from "./parameter-programs.ts";

afterEach(() => setBackend("wasm"));

describe("a device of one's own", () => {
  test("computes every public call as the reference does", () => {
    for (const call of edgeCalls) {
      for (const args of fc.sample(call.args, { numRuns: 1, seed: 7 })) {
        checkBackend({ call, args }, "own");
      }
    }
  });

  test("trains parameters, compiled and not, with every way to assign", () => {
    setBackend("own");
    fc.assert(fc.property(parameterPrograms, checkParameterProgram), { numRuns: 50 });
  });

  test("is what `backend`, `memory`, `threads` and `explainPlan` tell of", () => {
    setBackend("own");
    expect(backend()).toBe("own");
    expect(threads()).toBe(1);
    const before = memory().parameters;
    const w = parameter(tensor([1, 2, 3]));
    for (let i = 0; i < 3; i++) {
      const [g] = gradients(w.square().sum(), [w]);
      w.assign(w.sub(g)).realize();
    }
    expect(w.arraySync()).toEqual([-1, -2, -3]);
    expect(memory().parameters - before).toBe(2 * (3 * 4 + 8));
    expect(memory().arena).toBe(ownBackend.memory.arena);
    const chain = tensor([1, 2])
      .add(tensor([3, 4]))
      .mul(2);
    expect(explainPlan(chain)).toMatch(/^1 kernel, 4 FLOP, /);
    expect(chain.arraySync()).toEqual([8, 12]);
  });

  test("keeps to its target: no kernel has more buffers", () => {
    setBackend("own");
    const many = Array.from({ length: 40 }, (_, i): Tensor => tensor([i, i + 1]).mul(i));
    const sum = many.reduce((total, x): Tensor => total.add(x));
    const kernels = explainPlan(sum)
      .split(/\n(?=\d+\. )/)
      .slice(1);
    expect(kernels.length).toBeGreaterThan(5);
    for (const kernel of kernels) {
      expect(new Set(kernel.match(/\bb\d+\[/g)).size).toBeLessThanOrEqual(6);
    }
    expect(sum.arraySync()).toEqual([20_540, 21_320]);
  });

  test("says when its memory is full, and goes on", () => {
    const before = ownBackend.setMemoryLimits({ memory: 4096 });
    setBackend("own");
    try {
      const large = tensor(Array.from({ length: 2000 }, (_, i) => i));
      expect(() => large.add(1).sum().itemSync()).toThrow(MemoryError);
      expect(() => large.add(2).arraySync()).toThrow("fit into what my device has, 4096 bytes");
      expect(tensor([1, 2]).add(1).arraySync()).toEqual([2, 3]);
    } finally {
      ownBackend.setMemoryLimits(before);
    }
  });

  test("and another one may use a parameter in turn", () => {
    const w = parameter(tensor([1, 2]));
    const step = compile((x: Tensor) => {
      w.assign(w.mul(x));
      return w.sum();
    });
    let wanted = 3;
    for (const name of ["wasm", "own", "reference", "own", "wasm", "wasm"]) {
      setBackend(name);
      wanted *= 2;
      expect(step(tensor(2)).itemSync()).toBe(wanted);
    }
  });
});

describe("a device that answers later", () => {
  const xs = tensor([1, 2, 3, 4, 5, 6]).reshape([3, 2]).realize();
  const trained = async (name: string) => {
    setBackend(name);
    const w = parameter([[0.5], [-0.5]]);
    const speed = parameter(zerosLike(w));
    const step = compile((rows: Tensor) => {
      const cost = xs.gather(0, rows).matmul(w).sub(1).square().sum();
      const [g] = gradients(cost, [w]);
      speed.assign(speed.mul(0.9).sub(g.mul(0.01)));
      w.assign(w.add(speed));
      return guard(cost, (known) => {
        if (known.itemSync() > 1e6) throw new RangeError("too large");
      });
    });
    const rows = (...list: number[]) => tensor(list, { dtype: "int32" });
    const costs = [];
    for (const i of [0, 1, 2]) costs.push(await (await step.async(rows(i, 0))).item());
    await expect(step.async(rows(7))).rejects.toThrow("index 7 is out of range");
    return [costs, await w.array(), await speed.array(), await xs.matmul(w).exp().data()];
  };

  test("trains parameters by compiled steps that are awaited, with the same bits", async () => {
    expect(await trained("later")).toEqual(await trained("own"));
  });

  test("keeps a value of a parameter that nobody has read yet: snapshots are computed in time", async () => {
    const kept = async (name: string) => {
      setBackend(name);
      const w = parameter([1, 2]);
      const double = compile(() => w.assign(w.mul(2)));
      const snapshots = [w.snapshot()];
      for (let i = 0; i < 4; i++) {
        await double.async();
        snapshots.push(w.snapshot());
      }
      return Promise.all(snapshots.map((x) => x.array()));
    };
    expect(await kept("later")).toEqual(await kept("own"));
  });

  test("reads numbers that are parameters with their run, so that they can be read at once", async () => {
    setBackend("later");
    expect(mustAwait()).toBe(true);
    const count = parameter(0, { dtype: "int32" });
    const step = compile((x: Tensor) => {
      expect(mustAwait()).toBe(false);
      const scale = external(() => 10 ** count.itemSync());
      count.assign(count.add(1));
      return x.mul(scale);
    });
    const found = [];
    for (let i = 0; i < 3; i++) found.push(await (await step.async(tensor([1]))).array());
    expect(found).toEqual([[1], [10], [100]]);
    expect(count.itemSync()).toBe(3);
    count.assign(count.add(1));
    await realizeAsync(count);
    expect(count.itemSync()).toBe(4);
  });

  test("says what to call where a value is wanted at once, and takes nothing back", async () => {
    setBackend("later");
    const w = parameter([1, 2]);
    w.assign(w.add(1));
    await realizeAsync(w);
    const y = w.mul(2);
    expect(() => w.dataSync()).toThrow("dataSync: the device answers later");
    expect(() => y.arraySync()).toThrow("await array()");
    expect(() => y.sum().itemSync()).toThrow("await item()");
    expect(() => y.realize()).toThrow("await realizeAsync(x)");
    expect(() => compile(() => w.sum())()).toThrow("await f.async(x) in place of f(x)");
    expect(await y.array()).toEqual([4, 6]);
    expect(await w.array()).toEqual([2, 3]);
    const reading = y.sum().array();
    expect(() => w.assign(w.mul(3))).toThrow("assign: the device answers later");
    expect(await reading).toBe(10);
    // What the host computes stands between two of its runs.
    expect(await sort(y.neg()).array()).toEqual([-6, -4]);
  });
});

test("a choice may stand in the place that another one reads", () => {
  // Which part of a concatenation is read depends on an element of one.
  setBackend("own");
  const x = tensor([[1, 0]]);
  const both = concat([x, x.mul(0)], 0);
  const picked = both.takeAlongAxis(both.cast("int32"), 0);
  expect(picked.arraySync()).toEqual([
    [0, 0],
    [1, 0],
  ]);
});

test("what is added to truth values is a truth value, and counts as one", () => {
  for (const name of ["wasm", "reference", "own"]) {
    setBackend(name);
    const x = tensor([0, 1, 0], { dtype: "bool" });
    const rows = tensor([0, 0, 1], { dtype: "int32" });
    const added = x.scatterAdd(0, rows, tensor([1, 1, 1], { dtype: "bool" }));
    expect([name, added.arraySync(), added.sum().itemSync()]).toEqual([name, [1, 1, 0], 2]);
  }
});

test("a name is one back end's", () => {
  for (const none of [undefined, null, "wasm", {}, { name: 5 }, { name: "mine" }]) {
    expect(() => register(none as never)).toThrow(/^register: got .*, expected a back end/);
  }
  const another = { name: "wasm", prepare: () => ({}) };
  expect(() => register(another as never)).toThrow("another back end of the name");
  register(ownBackend);
  expect(() => setBackend("gpu")).toThrow(
    /^setBackend: "gpu" is not a back end, expected "wasm" or "reference" or .*"own" or "later"/,
  );
});
