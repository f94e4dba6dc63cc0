// What leaves WebAssembly memory when it is short, and that memory stays flat.
import {
  compile,
  full,
  gradients,
  memory,
  NablaError,
  parameter,
  realize,
  type Tensor,
  tensor,
  zeros,
} from "@nabla/autograd";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { blockBytes, type MemoryLimits, setMemoryLimits } from "../src/engine/wasm/backend.ts";
import { checkParameterProgram, parameterPrograms } from "./parameter-programs.ts";

describe("where memory is short", () => {
  let before: MemoryLimits | undefined;
  const limit = (limits: Partial<MemoryLimits>) => {
    before = setMemoryLimits(limits);
  };
  afterEach(() => {
    if (before) setMemoryLimits(before);
    before = undefined;
  });

  test("parameters that leave it are what they would be otherwise", () => {
    limit({ parameters: 0 });
    fc.assert(fc.property(parameterPrograms, checkParameterProgram), { numRuns: 75 });
  });

  test("a parameter that is used again comes back, and is trained as if it had stayed", () => {
    const ofAll = (isLimited: boolean) => {
      if (isLimited) limit({ parameters: 0 });
      const cells = Array.from({ length: 4 }, (_, i) => parameter(full([100], i)));
      const train = (w: (typeof cells)[number]) => {
        const [g] = gradients(w.sub(10).square().sum(), [w]);
        realize(w.assign(w.sub(g.mul(0.1))));
      };
      const step = compile((x: Tensor) => {
        const [a, b] = [cells[0]!, cells[1]!];
        a.assign(a.add(b.mul(x)));
        return a.sum();
      });
      for (let turn = 0; turn < 5; turn++) {
        cells.forEach(train);
        step(tensor(turn));
      }
      return cells.map((w) => w.arraySync());
    };
    const expected = ofAll(false);
    expect(ofAll(true)).toEqual(expected);
  });

  test("dropped models make room, also in a synchronous loop", () => {
    limit({ memory: 2 ** 21 });
    for (let i = 0; i < 100; i++) {
      const w = parameter(full([200, 200], 1));
      const mean = parameter(zeros([200, 200]));
      const [g] = gradients(w.square().sum(), [w]);
      mean.assign(mean.mul(0.9).add(g));
      realize(w.assign(w.sub(mean)), mean);
      expect(w.slice(0, 0, 1).sum().itemSync()).toBe(-200);
      expect(memory().parameters).toBeLessThan(2 ** 21);
    }
  });

  test("parameters beyond a limit leave, those used least lately first", () => {
    const bytes = 2 ** 16 * 4;
    limit({ parameters: 4 * (bytes + 2 ** 15) });
    const made = () => {
      const w = parameter(full([2 ** 16], 1));
      w.assign(w.mul(2)).realize();
      return w;
    };
    const first = made();
    for (let i = 0; i < 20; i++) {
      const w = made();
      expect(first.add(w).mean().itemSync()).toBe(4);
      expect(memory().parameters).toBeLessThan(5 * bytes);
    }
  });

  test("constants that came back are given up for intermediate results", () => {
    limit({ memory: 2 ** 22 });
    const x = tensor(new Float32Array(2 ** 19).fill(1));
    for (let i = 0; i < 3; i++) x.sum().itemSync();
    expect(memory().cache).toBeGreaterThan(2 ** 21);
    expect(
      full([2 ** 19 + 2 ** 18], 3)
        .cumSum()
        .max()
        .itemSync(),
    ).toBe(3 * (2 ** 19 + 2 ** 18));
    expect(memory().cache).toBe(0);
    expect(x.sum().itemSync()).toBe(2 ** 19);
  });

  test("an arena that grows by a little finds room, however large it is", () => {
    limit({ memory: 2 ** 22 });
    for (const size of [0.55, 0.6, 0.7, 0.8, 0.9]) {
      const shape = [Math.floor(size * 2 ** 20)];
      expect(
        full(shape, 1)
          .add(tensor([1]))
          .dataSync().length,
      ).toBe(shape[0]);
    }
  });

  test("a run that uses all of it finds room between what it uses itself", () => {
    limit({ memory: 2 ** 20 });
    const cells = Array.from({ length: 12 }, () => parameter(full([2 ** 14], 1)));
    for (const w of cells) w.assign(w.mul(2)).realize();
    // Every other one: what lies between them is free, but in pieces.
    const some = cells.filter((_, i) => i % 3 === 0);
    const sum = some.reduce<Tensor>((total, w) => total.add(w.sum()), tensor(0));
    expect(
      full([2 ** 17], 1)
        .cumSum()
        .max()
        .add(sum)
        .itemSync(),
    ).toBe(2 ** 17 + 4 * 2 ** 15);
    for (const w of cells) expect(w.mean().itemSync()).toBe(2);
  });

  test("what does not fit is an error that says what is in use, and all is as before", () => {
    limit({ memory: 2 ** 21 });
    const w = parameter(full([2 ** 16], 1), { name: "w" });
    w.assign(w.mul(2)).realize();
    const tooMuch = () =>
      full([2 ** 19], 1)
        .cumSum()
        .max()
        .add(w.sum())
        .itemSync();
    expect(tooMuch).toThrow(NablaError);
    expect(tooMuch).toThrow(
      /^memory: \d+ bytes at once do not fit into .*, 2097152 bytes; \d+ are in use \(\d+ by parameters, 0 by constants\), and \d+ are free$/,
    );
    expect(w.mean().itemSync()).toBe(2);
    w.assign(w.mul(2));
    expect(w.mean().itemSync()).toBe(4);
  });

  test("what a run has found places for is not moved out for the rest of it", () => {
    limit({ memory: 2 ** 20 });
    const cells = Array.from({ length: 20 }, (_, i) => parameter(full([2 ** 14], i)));
    for (const w of cells) w.assign(w.add(1)).realize();
    for (const w of cells) w.assign(w.mul(2));
    expect(() => realize(...cells)).toThrow(/^memory: /);
    cells.forEach((w, i) => expect(w.mean().itemSync()).toBe(i + 1));
    for (const w of cells) w.assign(w.mul(2)).realize();
    cells.forEach((w, i) => expect(w.mean().itemSync()).toBe(2 * (i + 1)));
  });
});

test("a plan that was dropped leaves nothing behind when it runs again", () => {
  const x = tensor([3, 4]);
  const first = compile((a: Tensor) => a.mul(0.5));
  first(x);
  for (let i = 0; i < 520; i++) compile((a: Tensor) => a.add(i))(x);
  const before = blockBytes();
  expect(first(x).arraySync()).toEqual([1.5, 2]);
  expect(blockBytes()).toBe(before);
});
