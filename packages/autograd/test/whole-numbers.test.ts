// Totals, products and powers of whole numbers and truth values, beside BigInt.
import {
  conv1d,
  type DType,
  dot,
  einsum,
  full,
  matmul,
  outer,
  type Tensor,
  tensor,
  tensordot,
} from "@nabla/autograd";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

const ranges = {
  bool: fc.integer({ min: 0, max: 1 }),
  uint8: fc.integer({ min: 0, max: 255 }),
  int32: fc.oneof(fc.integer(), fc.constantFrom(2 ** 31 - 1, -(2 ** 31))),
};
const wholes = fc
  .constantFrom("bool", "uint8", "int32" as const)
  .chain((dtype) => fc.record({ dtype: fc.constant(dtype), values: fc.array(ranges[dtype]) }));

describe("totals", () => {
  test("are exact: sum, cumSum, mean and trace", () => {
    fc.assert(
      fc.property(wholes, ({ dtype, values }) => {
        const x = tensor([...values], { dtype });
        const totals: number[] = [];
        values.reduce((total, one) => (totals.push(total + one), total + one), 0);
        const total = totals.at(-1) ?? 0;
        expect(x.sum().dataSync()[0]).toBe(total);
        expect(x.sum().dtype).toBe(dtype === "bool" ? "int32" : "float64");
        expect([...x.cumSum().dataSync()]).toEqual(totals);
        expect(x.mean().dataSync()[0]).toBe(Math.fround(total / values.length));
        expect(x.mean().dtype).toBe("float32");
        const wide = x.reshape([1, -1]).broadcastTo([values.length, values.length]);
        expect(wide.trace().dataSync()[0]).toBe(total);
      }),
    );
  });

  test("of many do not wrap around", () => {
    expect(full([10_000_000], 255, { dtype: "uint8" }).sum().itemSync()).toBe(2_550_000_000);
    expect(
      tensor([2 ** 31 - 1, 1], { dtype: "int32" })
        .sum()
        .itemSync(),
    ).toBe(2 ** 31);
  });

  test("a mean of whole numbers is rounded once, and their variance not before", () => {
    const x = tensor([1_700_000_001, 1_700_000_003], { dtype: "int32" });
    expect(x.mean().itemSync()).toBe(Math.fround(1_700_000_002));
    expect(x.variance().itemSync()).toBe(1);
    expect(x.std().dtype).toBe("float32");
  });
});

describe("products of tensors", () => {
  const bytes = tensor([10, 20], { dtype: "uint8" });
  const products: Readonly<Record<string, (x: Tensor<[number]>) => Tensor>> = {
    matmul: (x) => matmul(x, x),
    dot: (x) => dot(x, x),
    tensordot: (x) => tensordot(x, x, 1),
    einsum: (x) => einsum("i,i->", x, x),
    outer: (x) => outer(x, x).trace().cast("int32"),
  };

  test.each(Object.keys(products))("%s of whole numbers is int32, and wraps around", (name) => {
    const f = products[name]!;
    expect(f(bytes).dtype).toBe("int32");
    expect(f(bytes).itemSync()).toBe(500);
    expect(f(tensor([true, true])).itemSync()).toBe(2);
    const large = tensor([65_537, 3], { dtype: "int32" });
    expect(f(large).itemSync()).toBe((Math.imul(65_537, 65_537) + 9) | 0);
  });

  test("every dtype is the same for all of them", () => {
    for (const dtype of ["bool", "uint8", "int32", "float32", "float64"] as const) {
      const x = tensor([1, 0], { dtype });
      const expected: DType = dtype.startsWith("float") ? dtype : "int32";
      for (const dtypeOf of [matmul(x, x), dot(x, x), einsum("i,i", x, x), outer(x, x)]) {
        expect(dtypeOf.dtype).toBe(expected);
      }
      expect(dot(x, tensor(2, { dtype })).dtype).toBe(expected);
      const row = x.reshape([1, 1, 2]);
      expect(conv1d(row, row).dtype).toBe(dtype === "float64" ? dtype : "float32");
    }
  });
});

describe("powers", () => {
  test("of whole numbers are their products, wrapped around", () => {
    fc.assert(
      fc.property(ranges.int32, fc.integer({ min: 0, max: 200 }), (base, exponent) => {
        const power = BigInt(base) ** BigInt(exponent);
        const x = tensor([base], { dtype: "int32" });
        expect(x.pow(exponent).dataSync()[0]).toBe(Number(BigInt.asIntN(32, power)));
        const byte = tensor([base & 255], { dtype: "uint8" });
        const ofByte = BigInt(base & 255) ** BigInt(exponent);
        expect(byte.pow(exponent).dataSync()[0]).toBe(Number(BigInt.asUintN(8, ofByte)));
      }),
    );
    expect(tensor([3], { dtype: "int32" }).pow(40).itemSync()).toBe(689_956_897);
  });

  test("negative ones are an error for a number, and cut towards zero in a tensor", () => {
    const x = tensor([1, -1, 2], { dtype: "int32" });
    expect(() => x.pow(-1)).toThrow(
      'pow: int32 to the power -1 has fractions; cast the base: x.cast("float32")',
    );
    expect([...x.pow(tensor([-3, -3, -3], { dtype: "int32" })).dataSync()]).toEqual([1, -1, 0]);
    expect(x.pow(0.5).dtype).toBe("float32");
  });
});
