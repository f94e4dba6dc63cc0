// Programs begin in WebAssembly and continue as C: nobody can tell but by the clock.
import { availableParallelism } from "node:os";
import {
  compile,
  explainPlan,
  grad,
  gradients,
  parameter,
  random,
  scan,
  setBackend,
  type Tensor,
  tensor,
  threads,
} from "@nabla/autograd";
import type { Outcome, Started } from "@nabla/autograd/backend";
import { afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { NativeProgram } from "../src/program.ts";
import { backendWith, problemHere, toolchain } from "./toolchains.ts";

afterEach(() => {
  setBackend("wasm");
  vi.restoreAllMocks();
});

/** A step of training of two layers, which returns its cost. */
function training(): { readonly step: () => number; readonly weights: () => readonly number[] } {
  const x = random.uniform([60, 30], { seed: 1 }).realize();
  const w1 = parameter(random.normal([30, 20], { seed: 2 }).mul(0.2));
  const w2 = parameter(random.normal([20, 3], { seed: 3 }).mul(0.2));
  const run = compile(() => {
    const cost = x
      .matmul(w1)
      .tanh()
      .matmul(w2)
      .softmax()
      .log()
      .mul(x.slice(1, 0, 3))
      .mean()
      .neg();
    const [g1, g2] = gradients(cost, [w1, w2]);
    w1.assign(w1.sub(g1.mul(0.5)));
    w2.assign(w2.sub(g2.mul(0.5)));
    return cost;
  });
  return {
    step: () => run().itemSync(),
    weights: () => [...w1.dataSync(), ...w2.dataSync()],
  };
}

describe.skipIf(problemHere !== undefined)("tier-up", () => {
  test("happens between two calls of a loop that never waits, with the same bits", () => {
    setBackend("wasm");
    const wanted = training();
    const { name, device } = backendWith(toolchain());
    setBackend(name);
    const given = training();
    const places = new Set<string>();
    const deadline = performance.now() + 30_000;
    let after = 0;
    // Some calls on each, and so on the one where it happens.
    while (after < 20 && performance.now() < deadline) {
      setBackend("wasm");
      const cost = wanted.step();
      setBackend(name);
      expect(given.step()).toBe(cost);
      // Only the step runs often enough.
      const all = [...device().programs()].map(({ runsOn }) => runsOn);
      const place = all.find((one) => one !== "wasm") ?? "wasm";
      places.add(place);
      if (place === "native") after++;
    }
    expect([...places]).toEqual(["wasm", "compiling", "native"]);
    const weights = given.weights();
    setBackend("wasm");
    expect(weights).toEqual(wanted.weights());
  });

  test("happens to a loop's body, each of whose iterations is a run", () => {
    const { name, device } = backendWith(toolchain());
    const w = random.normal([32, 32], { seed: 1 }).mul(0.1).realize();
    const start = random.normal([16, 32], { seed: 2 }).realize();
    const inputs = random.normal([50, 16, 32], { seed: 3 }).realize();
    const loop = compile(
      (c: Tensor) => scan((h: Tensor, x) => [h.matmul(w).add(x).tanh()], c, inputs)[0],
    );
    setBackend("wasm");
    const wanted = loop(start).arraySync();
    setBackend(name);
    const placesOf = () => [...device().programs()].map(({ runsOn }) => runsOn);
    const seen = new Set<string>();
    const deadline = performance.now() + 30_000;
    while (!seen.has("native") && performance.now() < deadline) {
      expect(loop(start).arraySync()).toEqual(wanted);
      for (const place of placesOf()) seen.add(place);
    }
    expect([...seen]).toEqual(["wasm", "compiling", "native"]);
    expect(loop(start).arraySync()).toEqual(wanted);
  });

  test("is what `explainPlan` tells of", async () => {
    const { name, device } = backendWith(toolchain());
    setBackend(name);
    const last = (x: Tensor) => explainPlan(x).split("\n").at(-1);
    const graph = () => tensor([1, 2, 3]).exp().sum();
    expect(last(graph())).not.toMatch(/native|WebAssembly/);
    graph().itemSync();
    expect(last(graph())).toBe("on WebAssembly: it has not run often enough to be compiled");
    const ready = device().ready();
    expect(last(graph())).toBe("on WebAssembly, while C is compiled");
    await ready;
    expect(last(graph())).toMatch(/^native, with /);
    // C has derivatives of lgamma up to an order.
    let derivative = (x: Tensor) => x.lgamma().sum();
    for (let order = 0; order < 22; order++) {
      const before = derivative;
      derivative = (x) => grad(before)(x).sum();
    }
    const gamma = () => derivative(tensor([1, 2, 3]));
    gamma().itemSync();
    await device().ready();
    expect(last(gamma())).toBe("on WebAssembly: JavaScript computes polygamma of float32");
  });

  test.skipIf(availableParallelism() < 2)("continues on several threads", async () => {
    const before = threads();
    onTestFinished(() => void threads(before));
    const { name, device } = backendWith(toolchain());
    setBackend(name);
    const x = random.normal([600, 600], { seed: 1 }).realize();
    const run = compile((a: Tensor) => a.matmul(a).tanh().sum());
    threads(1);
    const wanted = run(x).itemSync();
    threads(2);
    await device().ready();
    // Whether they are faster is not asked.
    const outcomes: (string | undefined)[] = [];
    const { run: runSegment, start: startSegment } = NativeProgram.prototype as {
      readonly run: (this: NativeProgram, segment: number, together: boolean) => Outcome;
      readonly start: (this: NativeProgram, segment: number, together: boolean) => Started;
    };
    vi.spyOn(NativeProgram.prototype, "run").mockImplementation(function (
      this: NativeProgram,
      segment,
    ) {
      const outcome = runSegment.call(this, segment, true);
      outcomes.push(outcome);
      return outcome;
    });
    vi.spyOn(NativeProgram.prototype, "start").mockImplementation(function (
      this: NativeProgram,
      segment,
    ) {
      const started = startSegment.call(this, segment, true);
      const end = () => {
        const ended = started.end();
        outcomes.push(ended?.outcome);
        return ended;
      };
      return { ...started, end };
    });
    expect(run(x).itemSync()).toBe(wanted);
    const awaited = await run.async(x);
    expect(awaited.itemSync()).toBe(wanted);
    expect(outcomes).toEqual(["together", "together"]);
  });

  test("leaves what is awaited to another thread, for which a thread can wait", async () => {
    const { name, device } = backendWith(toolchain());
    setBackend(name);
    const x = random.uniform([300, 300], { seed: 1 }).realize();
    const product = compile((a: Tensor) => a.matmul(a).sum());
    const wanted = product(x).itemSync();
    await device().ready();
    const awaited = product.async(x);
    expect(product(x).itemSync()).toBe(wanted);
    expect((await awaited).itemSync()).toBe(wanted);
  });

  test.each([1, 2])(
    "starts a run again where a sine is too large for it, threads: %i",
    async (n) => {
      const before = threads();
      onTestFinished(() => void threads(before));
      threads(n);
      const { name, device } = backendWith(toolchain());
      const x = random.uniform([20_000], { seed: 1 }).realize();
      const large = x.mul(1e6).realize();
      const f = compile((a: Tensor) => a.sin().sum());
      setBackend("wasm");
      const wanted = f(large).itemSync();
      setBackend(name);
      f(x).itemSync();
      await device().ready();
      expect(f(x).itemSync()).not.toBe(wanted);
      expect(f(large).itemSync()).toBe(wanted);
    },
  );

  test("leaves sines of large numbers to WebAssembly, from the first one on", async () => {
    const { name, device } = backendWith(toolchain());
    const x = random.uniform([37], { seed: 1 }).mul(50).realize();
    const large = x.mul(1e6).realize();
    // Cosines are in a loop's body, a program of its own.
    const thrice = (a: Tensor) =>
      scan((c: Tensor) => [c.cos().mul(a)], a, undefined, { length: 3 });
    const f = compile((a: Tensor) => a.sin().add(thrice(a)[0]));
    setBackend("wasm");
    const wanted = [x, large].map((a) => f(a).arraySync());
    setBackend(name);
    f(x);
    await device().ready();
    expect(f(x).arraySync()).toEqual(wanted[0]);
    expect([...device().programs()].map(({ runsOn }) => runsOn)).toEqual(["native", "native"]);
    expect((await f.async(large)).arraySync()).toEqual(wanted[1]);
    expect([...device().programs()].map(({ note }) => note)).toContain(
      "on WebAssembly: JavaScript computes sin beyond 6432",
    );
    expect(f(large).arraySync()).toEqual(wanted[1]);
    expect(f(x).arraySync()).toEqual(wanted[0]);
  });

  test("reports an index out of range as WebAssembly does", async () => {
    const { name, device } = backendWith(toolchain());
    setBackend(name);
    const rows = (...list: number[]) => tensor(list, { dtype: "int32" });
    const pick = compile((at: Tensor) => tensor([1, 2, 3]).gather(0, at).mul(2));
    pick(rows(0, -1));
    await device().ready();
    expect(pick(rows(1, -1)).arraySync()).toEqual([4, 6]);
    expect(() => pick(rows(2, 5)).arraySync()).toThrow("index 5 is out of range");
    expect(() => pick(rows(-4, 0)).arraySync()).toThrow("index -4 is out of range");
    expect(pick(rows(0, 2)).arraySync()).toEqual([2, 6]);
  });
});
