// What a number becomes in a dtype: the same wherever a user gives one, read at once or later.
import {
  arange,
  compile,
  type DType,
  external,
  eye,
  full,
  linspace,
  onesLike,
  parameter,
  type Tensor,
  tensor,
  where,
} from "@nabla/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const dtypes: readonly DType[] = ["bool", "uint8", "int32", "float32", "float64"];

const numbers = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(
    NaN,
    Infinity,
    -Infinity,
    -0,
    0.5,
    -1,
    255,
    256,
    300,
    2 ** 31,
    -(2 ** 31) - 1,
    3e9,
  ),
  fc.constantFrom(2 ** 24 + 1, 2 ** 53, 1e10, 1e39, 1e-46, 5e-324, 0.1, -0.9, 1.9),
);

/** By the rule that docstrings state, written out here. */
function inDType(value: number, dtype: DType): number {
  switch (dtype) {
    case "bool":
      return value === 0 ? 0 : 1;
    case "float32":
      return Math.fround(value);
    case "float64":
      return value;
    default: {
      const whole = Math.trunc(Math.min(Math.max(value || 0, -(2 ** 31)), 2 ** 31 - 1)) + 0;
      return dtype === "int32" ? whole : whole & 255;
    }
  }
}

/** Every way to make a tensor of one number of a dtype. */
const ways: Readonly<Record<string, (value: number, dtype: DType) => Tensor>> = {
  tensor: (value, dtype) => tensor([value], { dtype }),
  "a typed array": (value, dtype) => tensor(Float64Array.of(value), { dtype }),
  full: (value, dtype) => full([1], value, { dtype }),
  "full of no axes": (value, dtype) => full([], value, { dtype }).reshape([1]),
  pad: (value, dtype) =>
    tensor([0], { dtype })
      .pad([[1, 0]], value)
      .slice(0, 0, 1),
  cast: (value, dtype) => tensor([value], { dtype: "float64" }).cast(dtype),
  "cast of a full one": (value, dtype) => full([1], value, { dtype: "float64" }).cast(dtype),
  parameter: (value, dtype) => parameter([value], { dtype }),
  assign: (value, dtype) => parameter([0], { dtype }).assign([value]),
  external: (value, dtype) => external(() => value, { dtype }).reshape([1]),
  arange: (value, dtype) =>
    Number.isFinite(value) && Math.abs(value) < 2 ** 50
      ? arange(value, value + 1, { dtype })
      : tensor([value], { dtype }),
  linspace: (value, dtype) =>
    Number.isFinite(value) ? linspace(value, value, 1, { dtype }) : tensor([value], { dtype }),
};

describe("a number given in a dtype is what cast makes of it", () => {
  test.each(Object.keys(ways))("%s", (name) => {
    fc.assert(
      fc.property(numbers, fc.constantFrom(...dtypes), (value, dtype) => {
        // 0 * step + -0 is 0.
        const isSum = name === "arange" || name === "linspace";
        const expected = inDType(isSum ? value + 0 : value, dtype);
        const made = () => ways[name]!(value, dtype);
        expect(made().dtype).toBe(dtype);
        expect(made().dataSync()[0]).toBe(expected);
        expect(made().realize().cast("float64").dataSync()[0]).toBe(expected);
        expect(made().cast("float64").dataSync()[0]).toBe(expected);
        expect(made().mul(onesLike(made())).cast("float64").add(0).dataSync()[0]).toBe(
          expected + 0,
        );
        expect(compile(made)().dataSync()[0]).toBe(expected);
      }),
      { numRuns: 30 },
    );
  });
});

test("truth values among numbers are numbers", () => {
  expect(tensor([true, 2, 3]).arraySync()).toEqual([1, 2, 3]);
  const rows = tensor([
    [1, 2],
    [3, false],
  ]);
  expect(rows.dtype).toBe("float32");
  expect(rows.arraySync()).toEqual([
    [1, 2],
    [3, 0],
  ]);
  expect(tensor([[true], [false]]).dtype).toBe("bool");
});

test("what full and pad fill with is the same before and after it is computed", () => {
  const bytes = () => full([5], 300, { dtype: "uint8" });
  expect(bytes().arraySync()[0]).toBe(44);
  expect(bytes().cast("int32").arraySync()[0]).toBe(44);
  expect(full([5], -1, { dtype: "uint8" }).sum().itemSync()).toBe(1275);
  const truths = () => full([5], 5, { dtype: "bool" });
  expect(truths().sum().itemSync()).toBe(5);
  expect(truths().mean().itemSync()).toBe(1);
  expect(
    tensor([true])
      .pad([[1, 0]], 5)
      .sum()
      .itemSync(),
  ).toBe(2);
  expect(full([], 5, { dtype: "bool" }).itemSync()).toBe(1);
});

test("operands take the least dtype from the tensor's on that holds them", () => {
  const x = tensor([200], { dtype: "uint8" });
  expect(x.add(100).dataSync()).toEqual(Uint8Array.of(44));
  expect(x.add(300).dataSync()).toEqual(Int32Array.of(500));
  expect(x.add(-1).dataSync()).toEqual(Int32Array.of(199));
  expect(where(tensor([false]), x, 300).dataSync()).toEqual(Int32Array.of(300));
  expect(x.add(0.5).dataSync()).toEqual(Float32Array.of(200.5));
  const whole = tensor([2 ** 24 + 1], { dtype: "int32" });
  expect(whole.clip(0, Infinity).dataSync()).toEqual(Int32Array.of(2 ** 24 + 1));
  expect(whole.clip(-Infinity, 2 ** 30).dataSync()).toEqual(Int32Array.of(2 ** 24 + 1));
});

describe("comparisons of whole numbers with others", () => {
  const compared = {
    equal: (a: number, b: number) => a === b,
    notEqual: (a: number, b: number) => a !== b,
    less: (a: number, b: number) => a < b,
    lessEqual: (a: number, b: number) => a <= b,
    greater: (a: number, b: number) => a > b,
    greaterEqual: (a: number, b: number) => a >= b,
  };

  test("are exact, whether the other is a number or a tensor of float32", () => {
    const near = fc.constantFrom(-1, -0.5, 0, 0.5, 1);
    const whole = fc.oneof(fc.integer(), fc.constantFrom(2 ** 24 + 1, 2 ** 31 - 1, -(2 ** 31)));
    fc.assert(
      fc.property(
        fc.constantFrom(...(Object.keys(compared) as (keyof typeof compared)[])),
        whole,
        fc.oneof(near, numbers),
        (name, a, offset) => {
          const x = tensor([a], { dtype: "int32" });
          const b = a + offset;
          expect(x[name](b).dataSync()[0]).toBe(Number(compared[name](a, b)));
          const rounded = Math.fround(b);
          expect(x[name](tensor([b])).dataSync()[0]).toBe(Number(compared[name](a, rounded)));
        },
      ),
    );
  });

  test("for example beyond 24 and beyond 31 bits", () => {
    expect(tensor([16_777_217], { dtype: "int32" }).equal(16_777_216.5).itemSync()).toBe(0);
    expect(tensor([2_147_483_647], { dtype: "int32" }).less(2_147_483_648).itemSync()).toBe(1);
  });

  test("beside float32 a number is rounded to it", () => {
    expect(tensor([0.1]).equal(0.1).itemSync()).toBe(1);
  });
});

describe("arange and linspace", () => {
  test("take options where they stand", () => {
    expect(arange(2, 5, { dtype: "int32" }).dataSync()).toEqual(Int32Array.of(2, 3, 4));
    expect(arange(3, { dtype: "uint8" }).dataSync()).toEqual(Uint8Array.of(0, 1, 2));
    expect(eye(2, { dtype: "uint8" }).dataSync()).toEqual(Uint8Array.of(1, 0, 0, 1));
    expect(eye(1, 2, { dtype: "bool" }).dtype).toBe("bool");
    expect(() => arange(1, 2, { dtype: "half" as never })).toThrow('arange: dtype is "half"');
    expect(() => eye(2, "int32" as never)).toThrow('eye: options are "int32"');
  });

  test("have the dtype that they are given", () => {
    expect(arange(0, 2, 0.5, { dtype: "int32" }).dataSync()).toEqual(Int32Array.of(0, 0, 1, 1));
    expect(arange(-1, 2, 1, { dtype: "uint8" }).dataSync()).toEqual(Uint8Array.of(255, 0, 1));
    expect(arange(0, 2, 1, { dtype: "bool" }).dataSync()).toEqual(Uint8Array.of(0, 1));
    expect(linspace(0, 4, 3, { dtype: "int32" }).dataSync()).toEqual(Int32Array.of(0, 2, 4));
  });

  test("are start + i * step, rounded once", () => {
    expect(arange(0, 1, 0.1).dataSync()[9]).toBe(Math.fround(0.9));
    fc.assert(
      fc.property(
        fc.double({ min: -1e6, max: 1e6, noNaN: true }),
        fc.double({ min: 1e-3, max: 1e3, noNaN: true }),
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom(...dtypes),
        (start, step, count, dtype) => {
          const made = arange(start, start + (count - 0.5) * step, step, { dtype }).dataSync();
          const expected = Array.from({ length: count }, (_, i) =>
            inDType(start + i * step, dtype),
          );
          expect([...made]).toEqual(expected);
        },
      ),
      { numRuns: 50 },
    );
  });

  test("linspace starts and ends where it is asked to", () => {
    for (const dtype of ["float32", "float64"] as const) {
      for (let count = 2; count <= 300; count += 4) {
        const made = linspace(0, 1, count, { dtype }).dataSync();
        expect(made[0]).toBe(0);
        expect(made[count - 1]).toBe(1);
      }
    }
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(finite, finite, fc.integer({ min: 2, max: 40 }), (start, end, count) => {
        for (const dtype of ["float32", "float64"] as const) {
          const made = linspace(start, end, count, { dtype }).dataSync();
          expect(made[0]! + 0).toBe(inDType(start, dtype) + 0);
          expect(made[count - 1]! + 0).toBe(inDType(end, dtype) + 0);
        }
      }),
    );
    const [least, most] = [-Number.MAX_VALUE, Number.MAX_VALUE];
    for (const [start, end] of [
      [2.3e293, least],
      [most, least],
      [least, most],
    ] as const) {
      const double = linspace(start, end, 5, { dtype: "float64" }).dataSync();
      for (const [i, x] of double.entries()) {
        const wanted = start * (1 - i / 4) + end * (i / 4);
        expect(Math.abs(x - wanted)).toBeLessThanOrEqual(1e-15 * most);
      }
      expect([...linspace(start, end, 2).dataSync()]).toEqual([start, end].map(Math.fround));
    }
    expect(linspace(-2.3328583, 2.8459014, 10).dataSync()[9]).toBe(Math.fround(2.8459014));
  });
});
