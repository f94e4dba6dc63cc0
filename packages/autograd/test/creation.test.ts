// Tensors made of no others, against loops.
import { runInNewContext } from "node:vm";
import {
  arange,
  eye,
  full,
  linspace,
  ones,
  onesLike,
  tensor,
  zeros,
  zerosLike,
} from "@nabla/autograd";
import { shapes } from "@nabla/autograd/testing";
import fc from "fast-check";
import { expect, test } from "vitest";

const float64 = { dtype: "float64" } as const;

test("filled tensors have their number everywhere", () => {
  fc.assert(
    fc.property(shapes({ maxRank: 3, maxSize: 3 }), fc.integer({ min: -9, max: 9 }), (shape, n) => {
      const count = shape.reduce((product, size) => product * size, 1);
      const filled = full(shape, n, { dtype: "int32" });
      expect(filled.shape).toEqual(shape);
      expect([...filled.dataSync()]).toEqual(Array.from({ length: count }, () => n));
      for (const [x, value] of [
        [zeros(shape), 0],
        [ones(shape), 1],
        [zerosLike(filled), 0],
        [onesLike(filled), 1],
      ] as const) {
        expect(x.shape).toEqual(shape);
        expect([...x.dataSync()]).toEqual(Array.from({ length: count }, () => value));
      }
    }),
    { numRuns: 20 },
  );
});

test("arange and linspace are what loops count", () => {
  const whole = fc.integer({ min: -9, max: 9 });
  fc.assert(
    fc.property(whole, whole, fc.constantFrom(-2, -0.5, 0.25, 1, 3), (start, end, step) => {
      const counted: number[] = [];
      for (let i = 0; step > 0 ? start + i * step < end : start + i * step > end; i++) {
        counted.push(start + i * step);
      }
      expect([...arange(start, end, step, float64).dataSync()]).toEqual(counted);
      const count = Math.abs(start) + 2;
      const placed = Array.from(
        { length: count },
        (_, i) => start + ((end - start) * i) / (count - 1),
      );
      [...linspace(start, end, count, float64).dataSync()].forEach((x, i) => {
        expect(x).toBeCloseTo(placed[i]!, 12);
      });
    }),
    { numRuns: 20 },
  );
});

test("eye has ones on the diagonal, zerosLike and onesLike the dtype of their model", () => {
  const rows = (m: number, n: number) =>
    Array.from({ length: m }, (_, i) => Array.from({ length: n }, (__, j) => (i === j ? 1 : 0)));
  for (const [m, n] of [
    [1, 1],
    [3, 3],
    [2, 4],
    [4, 2],
  ] as const) {
    expect(eye(m, n).arraySync()).toEqual(rows(m, n));
  }
  const model = tensor([1.5], float64);
  expect([zerosLike(model).dtype, onesLike(model).dtype]).toEqual(["float64", "float64"]);
});

test("typed arrays of another realm are taken as what they are", () => {
  const foreign = (text: string): Float32Array => runInNewContext(text) as Float32Array;
  expect(foreign("new Float32Array(1)")).not.toBeInstanceOf(Float32Array);
  expect(tensor(foreign("new Float32Array([1, 2])")).arraySync()).toEqual([1, 2]);
  expect(tensor(foreign("new Uint8ClampedArray([300])")).dtype).toBe("uint8");
  expect(() => tensor(foreign("new Int8Array(1)"))).toThrow("tensor: got a Int8Array, expected a");
});
