// Products of every size and arrangement, those that are read from copies included. Whole numbers, so
// that every order of summation gives the same bits.
import {
  type DType,
  explainPlan,
  random,
  setBackend,
  type Tensor,
  tensor,
  zeros,
} from "@nabla/autograd";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Plan } from "../src/engine/plan/steps.ts";
import { planFor, plannedValues } from "./planned.ts";

interface Product {
  readonly sizes: readonly [m: number, k: number, n: number];
  readonly batches: readonly [left: readonly number[], right: readonly number[]];
  readonly isTransposed: readonly [left: boolean, right: boolean];
  readonly dtype: DType;
}

/** Whole numbers from -4 to 4, from the back end of now: the reference need not draw them as well. */
function drawn(shape: readonly number[], seed: number, dtype: DType): Tensor {
  return random
    .uniform([...shape], { seed })
    .mul(9)
    .sub(4)
    .cast("int32")
    .cast(dtype)
    .realize();
}

type Operands = readonly [left: Tensor, right: Tensor];

function operandsOf({ sizes: [m, k, n], batches, isTransposed, dtype }: Product): Operands {
  const operand = (batch: readonly number[], rows: number, columns: number, turned: boolean) => {
    const x = drawn([...batch, ...(turned ? [columns, rows] : [rows, columns])], rows, dtype);
    return turned ? x.transpose() : x;
  };
  return [operand(batches[0], m, k, isTransposed[0]), operand(batches[1], k, n, isTransposed[1])];
}

/** The product, with something before and after it. */
function productOf(product: Product, [left, right] = operandsOf(product)): Tensor {
  return left
    .matmul(right)
    .add(tensor(1, { dtype: product.dtype }))
    .mul(2);
}

function check(product: Product): void {
  const operands = operandsOf(product);
  const wasm = productOf(product, operands).dataSync();
  const [planned] = plannedValues([productOf(product, operands)]);
  setBackend("reference");
  try {
    const expected = productOf(product, operands).dataSync();
    expect(wasm).toEqual(expected);
    expect(planned).toEqual(expected);
  } finally {
    setBackend("wasm");
  }
}

const operations = ({ steps }: Plan) =>
  steps.flatMap((step) => (step.kind === "kernel" ? [step.kernel.operations.join()] : []));

const large: Product = {
  sizes: [103, 130, 101],
  batches: [[], []],
  isTransposed: [false, false],
  dtype: "float32",
};

test("a large product reads columns that a cache would not hold from a copy", () => {
  expect(operations(planFor([productOf({ ...large, sizes: [128, 512, 512] })]))).toEqual([
    "pack",
    "matmul,mul",
  ]);
  const turned: Product = { ...large, isTransposed: [true, true], sizes: [128, 1024, 128] };
  expect(operations(planFor([productOf(turned)]))).toEqual(["pack", "pack", "matmul,mul"]);
  expect(operations(planFor([productOf({ ...large, sizes: [16, 16, 16] })]))).toEqual([
    "matmul,mul",
  ]);
});

test("so does one whose columns are rows in memory, if several tiles read them", () => {
  const isTransposed = [false, true] as const;
  const small = (rows: number, count = 1) =>
    operations(
      planFor([
        productOf({ ...large, isTransposed, sizes: [rows, 32, 32], batches: [[count], []] }),
      ]),
    );
  expect(small(32)).toEqual(["pack", "matmul,mul"]);
  expect(small(4)).toEqual(["matmul,mul"]);
  expect(small(4, 8)).toEqual(["pack", "matmul,mul"]);
});

const flags = [false, true] as const;
const cases = flags.flatMap((left) =>
  flags.flatMap((right) =>
    (["float32", "float64", "int32"] as const).map(
      (dtype): Product => ({
        ...large,
        isTransposed: [left, right],
        dtype,
      }),
    ),
  ),
);

test.each(cases)("large: $dtype, transposed $isTransposed", (product) => check(product));

test.each([
  { ...large, sizes: [261, 300, 17], isTransposed: [true, true] },
  { ...large, sizes: [64, 1100, 72], isTransposed: [true, true] },
  { ...large, sizes: [70, 80, 90], batches: [[3], [3]], isTransposed: [false, true] },
  { ...large, sizes: [70, 80, 200], batches: [[2, 3], [3]], isTransposed: [false, true] },
  { ...large, sizes: [70, 80, 200], batches: [[], [2]], isTransposed: [true, true] },
] satisfies readonly Product[])("in blocks and batches: $sizes, $batches", (product) =>
  check(product),
);

test("a product beside which much is read is gone through by rows, with the same result", () => {
  const many = zeros([300_000]).add(1).realize();
  const [m, k, n] = [131, 67, 133] as const;
  const product = () => {
    const beside = many.slice(0, 5, 5 + m * n).reshape([m, n]);
    return productOf({ ...large, sizes: [m, k, n], isTransposed: [false, true] }).add(beside);
  };
  expect(explainPlan(product())).toMatch(/for i < 32\n +for j < 16\n +multiply/);
  const found = product().dataSync();
  setBackend("reference");
  try {
    expect(found).toEqual(product().dataSync());
  } finally {
    setBackend("wasm");
  }
});

test("small products of any size", () => {
  const size = fc.integer({ min: 0, max: 19 });
  const batch = fc.constantFrom([], [1], [2]);
  const product = fc.record({
    sizes: fc.tuple(size, size, size),
    batches: fc.tuple(batch, batch),
    isTransposed: fc.tuple(fc.boolean(), fc.boolean()),
    dtype: fc.constantFrom<DType>("float32", "float64", "int32"),
  });
  fc.assert(fc.property(product, check), { numRuns: 25 });
});

test("products with one row or one column", () => {
  const product = fc.record({
    sizes: fc
      .tuple(fc.integer({ min: 1, max: 45 }), fc.integer({ min: 1, max: 11 }), fc.boolean())
      .map(([many, k, isColumn]): Product["sizes"] => (isColumn ? [many, k, 1] : [1, k, many])),
    batches: fc.constantFrom<Product["batches"]>([[], []], [[2], []], [[2], [2]]),
    isTransposed: fc.tuple(fc.boolean(), fc.boolean()),
    dtype: fc.constantFrom<DType>("float32", "float64", "int32"),
  });
  fc.assert(fc.property(product, check), { numRuns: 25 });
  // Rows a whole number of pages apart, and a kernel that has a wider dtype beside.
  check({ ...large, sizes: [37, 1024, 1] });
  const x = random.randint([9, 7], -4, 5).cast("float32").realize();
  const w = random.randint([7, 1], -4, 5).cast("float32").realize();
  const expected = x.cast("int32").matmul(w.cast("int32")).mul(3);
  expect(x.matmul(w).cast("float64").mul(3).arraySync()).toEqual(expected.arraySync());
});
