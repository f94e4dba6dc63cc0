// Back ends that others register, by the public entry @nabla/autograd/backend.
import {
  backend,
  compile,
  concat,
  explainPlan,
  gradients,
  memory,
  parameter,
  setBackend,
  type Tensor,
  tensor,
  threads,
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

test("a name is one back end's", () => {
  for (const none of [undefined, null, "wasm", {}, { name: 5 }, { name: "mine" }]) {
    expect(() => register(none as never)).toThrow(/^register: got .*, expected a back end/);
  }
  const another = { name: "wasm", prepare: () => ({}) };
  expect(() => register(another as never)).toThrow("another back end of the name");
  register(ownBackend);
  expect(() => setBackend("gpu")).toThrow(
    'setBackend: "gpu" is not a back end, expected "wasm" or "reference" or "own"',
  );
});
