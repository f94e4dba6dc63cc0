// What operations compute, written once more in plain JavaScript: formulas.test.ts compares. One line
// here stands for a case in fixtures/, which needs PyTorch or SciPy.
import { type Tensor, tensor } from "@nabla/autograd";
import { expectClose, tensors } from "@nabla/autograd/testing";
import fc from "fast-check";

/** Functions of one element. */
export const ofElements: Readonly<Record<string, (x: number) => number>> = {
  sigmoid: (x) => (1 + Math.tanh(x / 2)) / 2,
  logSigmoid: (x) => -Math.log1p(Math.exp(-x)),
  softplus: (x) => Math.log1p(Math.exp(x)),
  relu: (x) => (x > 0 ? x : 0),
  leakyRelu: (x) => (x > 0 ? x : x / 100),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  silu: (x) => x / (1 + Math.exp(-x)),
  hardSigmoid: (x) => Math.min(Math.max((x + 3) / 6, 0), 1),
  rsqrt: (x) => x ** -0.5,
};

const total = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0);
const mean = (xs: readonly number[]) => total(xs) / xs.length;
const variance = (xs: readonly number[]) => mean(xs.map((x) => (x - mean(xs)) ** 2));

/** Reductions, of what lies along an axis. */
export const ofColumns: Readonly<Record<string, (column: readonly number[]) => number>> = {
  sum: total,
  mean,
  max: (xs) => Math.max(...xs),
  min: (xs) => Math.min(...xs),
  prod: (xs) => xs.reduce((a, b) => a * b, 1),
  logSumExp: (xs) => Math.log(total(xs.map(Math.exp))),
  variance,
  std: (xs) => Math.sqrt(variance(xs)),
  norm: (xs) => Math.hypot(...xs),
};

/** Throws unless `f` gives of elements between `low` and `high` what `ofElement` does. */
export function expectElements(
  f: (x: Tensor) => Tensor,
  ofElement: (x: number) => number,
  [low, high]: readonly [number, number] = [-2, 2],
): void {
  const draws = tensors({ shape: [12], dtype: "float64", min: low, max: high });
  fc.assert(
    fc.property(draws, (x) => {
      const expected = Array.from(x.dataSync(), ofElement);
      expectClose(f(x), tensor(expected, { dtype: "float64" }), {
        relativeTolerance: 1e-12,
        absoluteTolerance: 1e-14,
      });
    }),
    { numRuns: 10 },
  );
}

/** Throws unless `f` gives of matrices what `ofColumn` makes of each column. */
export function expectColumns(
  f: (x: Tensor) => Tensor,
  ofColumn: (column: readonly number[]) => number,
): void {
  const shape = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 5 }));
  const matrices = shape.chain((sizes) => tensors({ shape: sizes, dtype: "float64" }));
  fc.assert(
    fc.property(matrices, (x) => {
      const rows = x.arraySync() as number[][];
      const expected = rows[0]!.map((_, column) => ofColumn(rows.map((row) => row[column]!)));
      expectClose(f(x), tensor(expected, { dtype: "float64" }), {
        relativeTolerance: 1e-12,
        absoluteTolerance: 1e-12,
      });
    }),
    { numRuns: 30 },
  );
}
