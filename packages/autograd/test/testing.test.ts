// The testing kit: what it draws, how small what fails becomes, and that any runner will do. Of
// checkGradients: check-gradients.test.ts.
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { customGradient, type DType, stopGradient, type Tensor, where } from "@nabla/autograd";
import {
  broadcastablePairs,
  broadcastableTensors,
  checkGradients,
  expectClose,
  shapes,
  tensors,
} from "@nabla/autograd/testing";
import fc from "fast-check";
import { describe, expect, onTestFinished, test } from "vitest";
import { bundled } from "../../../scripts/bundle.ts";

/** What a property that fails shrinks to, from each of some seeds. */
function smallest<T>(drawn: fc.Arbitrary<T>, holds: (value: T) => boolean | void): readonly T[] {
  return [1, 2, 3].map((seed) => {
    const { counterexample } = fc.check(fc.property(drawn, holds), { seed, numRuns: 1000 });
    return counterexample![0];
  });
}

const nested = (x: Tensor) => x.arraySync();

describe("what fails shrinks", () => {
  test("to few axes and small sizes", () => {
    expect(smallest(shapes(), (shape) => shape.length < 2)).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(smallest(shapes(), (shape) => !shape.includes(3))).toEqual([[3], [3], [3]]);
  });

  test("to the one element that matters, and the simplest number that does", () => {
    const large = smallest(tensors(), (x) => x.dataSync().every((value) => value <= 1.5));
    expect(large.map(nested)).toEqual([1.515625, 1.515625, 1.515625]);
    const negative = (x: Tensor) => [...x.dataSync()].filter((value) => value < 0).length;
    const two = smallest(tensors({ dtype: "int32" }), (x) => negative(x) < 2);
    expect(two.map(nested)).toEqual([
      [-1, -1],
      [-1, -1],
      [-1, -1],
    ]);
  });

  test("within what was asked for", () => {
    const drawn = tensors({
      shape: shapes({ minRank: 2, minSize: 2 }),
      dtype: "uint8",
      min: 3,
      max: 9,
    });
    for (const x of smallest(drawn, () => false)) {
      expect(x.arraySync()).toEqual([
        [3, 3],
        [3, 3],
      ]);
    }
    const fixed = tensors({ shape: [3], max: -1 });
    for (const x of smallest(fixed, () => false)) expect(x.arraySync()).toEqual([-1, -1, -1]);
  });

  test("both shapes of a pair at once, and the tensors with them", () => {
    const stretches = ([a, b]: readonly [readonly number[], readonly number[]]) =>
      a.length === 2 && b.length === 2 && a[0] === 1 && b[0]! > 1;
    const pairs = smallest(broadcastablePairs({ minSize: 1 }), (pair) => !stretches(pair));
    for (const pair of pairs) {
      expect(pair).toEqual([
        [1, 1],
        [2, 1],
      ]);
    }
    const drawn = broadcastableTensors({ minRank: 1, minSize: 1 });
    for (const [a, b] of smallest(drawn, ([x, y]) => x.size >= y.size)) {
      expect([a.arraySync(), b.arraySync()]).toEqual([[0], [0, 0]]);
    }
  });

  test("a wrong gradient: to one number on the side where the rule is wrong", () => {
    const bent = customGradient(
      (x: Tensor) => where(x.greater(1), x.square(), x),
      (g, [x]) => where(x.greater(1), g.mul(stopGradient(x)), g),
    );
    const drawn = tensors({ dtype: "float64" }).map((x) => x.add(1 / 128).realize());
    const found = smallest(drawn, (x) => checkGradients((one: Tensor) => bent(one), [x]));
    expect(found.map(nested)).toEqual([1 + 1 / 128, 1 + 1 / 128, 1 + 1 / 128]);
  });
});

describe("what is drawn", () => {
  test("has its dtype, lies between its bounds, and broadcasts", () => {
    const dtypes = fc.constantFrom<DType>("float32", "float64", "int32", "uint8", "bool");
    const drawn = dtypes.chain((dtype) => broadcastableTensors({ dtype }));
    fc.assert(
      fc.property(drawn, ([a, b]) => {
        const [min, max] = { uint8: [0, 3], bool: [0, 1] }[a.dtype as string] ?? [-3, 3];
        for (const x of [a, b]) {
          for (const value of x.dataSync()) {
            expect(value).toBeGreaterThanOrEqual(min!);
            expect(value).toBeLessThanOrEqual(max!);
          }
        }
        expect(a.equal(b).shape).toEqual(b.equal(a).shape);
      }),
      { numRuns: 30 },
    );
  });

  test("special numbers where they are asked for, of which the one that matters is left", () => {
    const drawn = tensors({ dtype: "float64", special: true });
    const [nan] = smallest(drawn, (x) => !x.dataSync().some(Number.isNaN));
    expect(nan!.arraySync()).toBeNaN();
    // Half of the smallest number is 0.
    const halved = smallest(
      drawn,
      (x) => !x.mul(0.5).equal(0).logicalAnd(x.notEqual(0)).any().itemSync(),
    );
    for (const x of halved) expect(Math.abs(x.itemSync())).toBe(Number.MIN_VALUE);
    const zero = smallest(drawn, (x) => !x.dataSync().some((value) => Object.is(value, -0)));
    expect(zero.map(nested)).toEqual([-0, -0, -0]);
  });

  test("bounds of which the least is above the most are refused", () => {
    expect(() => tensors({ min: 2, max: 1 })).toThrow("tensors: min is 2, max 1, expected no more");
    expect(() => broadcastableTensors({ minSize: 4, maxSize: 3 })).toThrow("shapes: ranks");
  });
});

test("values that differ are named with the element that is furthest off", () => {
  const x = [0, 1, 2, Number.NaN];
  expectClose(x, x);
  expect(() => expectClose(x, [0, 1, 2, 3])).toThrow("element [3] of [4] is NaN, expected 3");
  expect(() =>
    expectClose(
      [
        [1, 2],
        [3, 4],
      ],
      [
        [1, 2.1],
        [3.5, 4],
      ],
    ),
  ).toThrow("element [1, 0]");
  expect(() => expectClose([Infinity], [1e30])).toThrow("element [0]");
});

test("the kit works under node:test", async () => {
  const folder = mkdtempSync(path.join(tmpdir(), "nabla-testing-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const program = await bundled(new URL("testing-program.ts", import.meta.url), folder);
  const { stdout } = await promisify(execFile)(process.execPath, [program]);
  expect(stdout).toMatch(/pass 2\n.*fail 0/s);
});
