// Triangular factors, systems of equations, inverses and determinants against what defines them.
// Bounds are multiples of n * eps * norm, as backward error analysis gives them (N. J. Higham, "Accuracy and
// Stability of Numerical Algorithms", 2002, chapters 8 to 10): eps of the dtype, as values are rounded to it.
import {
  backend,
  cholesky,
  determinant,
  explainPlan,
  eye,
  gradients,
  hessian,
  inverse,
  ones,
  slogdet,
  solve,
  type Tensor,
  tensor,
  triangularSolve,
  zeros,
} from "@nabla/autograd";
import { checkGradients, expectClose } from "@nabla/autograd/testing";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Drawn,
  distance,
  drawn,
  identityOf,
  matrices,
  matricesOf,
  normOf,
  spacingOf,
  times,
  turned,
} from "./matrices.ts";

const float64 = { dtype: "float64" } as const;
const square = drawn.map((one): Drawn => ({ ...one, m: one.n }));

const runs = { numRuns: 40 };

/** Positive definite ones. */
function positive(one: Drawn): Tensor {
  const x = matrices({ ...one, m: one.n, decay: 0 });
  return x
    .matmul(x.transpose() as never)
    .add(eye(one.n, one.n, { dtype: one.dtype }) as never)
    .realize();
}

/** Goes over the matrices of several tensors, side by side. */
function forEachMatrix(
  tensors: readonly Tensor[],
  check: (...matrices: ReturnType<typeof matricesOf>) => void,
): void {
  const all = tensors.map(matricesOf);
  all[0]!.forEach((_, i) => check(...all.map((list) => list[i]!)));
}

describe("cholesky", () => {
  test("is a lower triangle, and its product with its transpose the matrix", () => {
    fc.assert(
      fc.property(drawn, (one) => {
        const a = positive(one);
        const l = cholesky(a);
        expect([l.shape, l.dtype]).toEqual([a.shape, a.dtype]);
        forEachMatrix([a, l], (a, l) => {
          const bound = 2 * (one.n + 1) * spacingOf(one.dtype) * normOf(a);
          expect(distance(times(l, turned(l)), a)).toBeLessThanOrEqual(bound);
          l.forEach((row, r) =>
            row.forEach((x, c) => expect(c > r ? x === 0 : c < r || x > 0).toBe(true)),
          );
        });
      }),
      runs,
    );
  });

  test("reads the lower triangle only", () => {
    const a = tensor([
      [4, Number.NaN],
      [2, 10],
    ]);
    expect(cholesky(a).arraySync()).toEqual([
      [2, 0],
      [1, 3],
    ]);
  });

  test("is NaN where the matrix is not positive definite, and nowhere else in the batch", () => {
    const bad = [
      [1, 2],
      [2, 1],
    ];
    const good = [
      [1, 0],
      [0, 1],
    ];
    const nothing = [
      [0, 0],
      [0, 0],
    ];
    const all = cholesky(tensor([bad, good, nothing]));
    expect(all.at(0).dataSync().every(Number.isNaN)).toBe(true);
    expect(all.at(1).arraySync()).toEqual(good);
    expect(all.at(2).dataSync().every(Number.isNaN)).toBe(true);
  });

  test("its gradient is symmetric", () => {
    const a = positive({ batch: [], m: 4, n: 4, dtype: "float64", decay: 0, seed: 1 });
    const [g] = gradients(cholesky(a).sin().sum(), [a]);
    expectClose(g, g.transpose(), { absoluteTolerance: 1e-15 });
  });
});

describe("triangularSolve", () => {
  test("solves for every kind of triangle, whatever stands elsewhere", () => {
    const options = fc.record({
      lower: fc.boolean(),
      transpose: fc.boolean(),
      unitDiagonal: fc.boolean(),
    });
    fc.assert(
      fc.property(square, options, fc.integer({ min: 0, max: 4 }), (one, options, columns) => {
        const { n, dtype } = one;
        const a = matrices({ ...one, decay: 0 }).add(eye(n, n, { dtype }).mul(4) as never);
        const b = matrices({ ...one, n: columns, seed: one.seed + 1, decay: 0 });
        const x = triangularSolve(a, b, options);
        expect(x.shape).toEqual(b.shape);
        forEachMatrix([a, b, x], (a, b, x) => {
          const triangle = a.map((row, r) =>
            row.map((value, c) => {
              if (r === c) return options.unitDiagonal ? 1 : value;
              return c < r === options.lower ? value : 0;
            }),
          );
          const matrix = options.transpose ? turned(triangle) : triangle;
          const bound = 2 * (n + 1) * spacingOf(dtype) * normOf(matrix) * normOf(x);
          expect(distance(times(matrix, x), b)).toBeLessThanOrEqual(bound);
        });
      }),
      runs,
    );
  });

  test("divides by what is on the diagonal, 0 included", () => {
    const a = tensor([
      [0, 0],
      [1, 1],
    ]);
    expect(triangularSolve(a, tensor([1, 1])).arraySync()).toEqual([
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
    ]);
  });
});

describe("solve", () => {
  test("leaves a residual of a few n * eps * |a| * |x|", () => {
    fc.assert(
      fc.property(square, fc.integer({ min: 0, max: 4 }), (one, columns) => {
        const a = matrices(one);
        const b = matrices({ ...one, n: columns, seed: one.seed + 1 });
        const x = solve(a, b);
        expect([x.shape, x.dtype]).toEqual([b.shape, b.dtype]);
        forEachMatrix([a, b, x], (a, b, x) => {
          const bound = 8 * (one.n + 1) * spacingOf(one.dtype) * normOf(a) * normOf(x);
          expect(distance(times(a, x), b)).toBeLessThanOrEqual(bound);
        });
      }),
      runs,
    );
  });

  test("takes vectors, and batches that broadcast, as matmul does", () => {
    const one: Drawn = { batch: [3], m: 2, n: 2, dtype: "float64", decay: 0, seed: 3 };
    const a = matrices(one);
    const close = { relativeTolerance: 1e-12 };
    const v = tensor([1, 2], float64);
    const columns = matrices({ ...one, batch: [4, 1], n: 5 });
    expectClose(a.matmul(solve(a, columns) as never), columns.broadcastTo([4, 3, 2, 5]), close);
    const x = solve(a, v);
    expect(x.shape).toEqual([3, 2]);
    expectClose(a.matmul(x.expandDims(-1) as never).squeeze(-1), v.broadcastTo([3, 2]), close);
    expect(solve(tensor([[2]]), tensor([6])).arraySync()).toEqual([3]);
  });

  test("integers become float32, float32 with float64 becomes float64", () => {
    const a = tensor([[2]], { dtype: "int32" });
    expect(solve(a, tensor([3], { dtype: "int32" })).dtype).toBe("float32");
    expect(solve(tensor([[2]]), tensor([3], float64)).dtype).toBe("float64");
  });

  test("is NaN where the matrix is singular, and nowhere else in the batch", () => {
    const a = tensor([
      [
        [1, 2],
        [2, 4],
      ],
      [
        [0, 1],
        [1, 0],
      ],
    ]);
    expect(solve(a, tensor([1, 3])).arraySync()).toEqual([
      [Number.NaN, Number.NaN],
      [3, 1],
    ]);
    expect(inverse(a).at(0).dataSync().every(Number.isNaN)).toBe(true);
    const [g] = gradients(solve(a, tensor([1, 3])).sum(), [a]);
    expect(g.at(1).arraySync()).toEqual([
      [-3, -1],
      [-3, -1],
    ]);
  });

  test.skipIf(backend() === "reference")("eliminates once for the value and both gradients", () => {
    const a = matrices({ batch: [], m: 3, n: 3, dtype: "float64", decay: 0, seed: 1 });
    const b = tensor([1, 2, 3], float64);
    const cost = solve(a, b).square().sum();
    const plan = explainPlan(cost, ...gradients(cost, [a, b]));
    expect(plan.match(/(lu|solve\w*), by the host/g)).toEqual([
      "lu, by the host",
      "solve, by the host",
      "solveTransposed, by the host",
    ]);
  });
});

describe("inverse and determinants", () => {
  test("a matrix times its inverse is the identity", () => {
    fc.assert(
      fc.property(square, (one) => {
        const a = matrices({ ...one, decay: Math.min(3, one.decay) });
        const x = inverse(a);
        forEachMatrix([a, x], (a, x) => {
          const bound = 8 * (one.n + 1) * spacingOf(one.dtype) * normOf(a) * normOf(x);
          expect(distance(times(a, x), identityOf(one.n))).toBeLessThanOrEqual(bound);
        });
      }),
      runs,
    );
  });

  test("the determinant is the sum over all permutations", () => {
    const expansion = (a: readonly (readonly number[])[]): number =>
      a.length === 0
        ? 1
        : a[0]!.reduce((sum, x, c) => {
            const minor = a.slice(1).map((row) => row.filter((_, i) => i !== c));
            return sum + (c % 2 === 0 ? x : -x) * expansion(minor);
          }, 0);
    fc.assert(
      fc.property(square, (drawn) => {
        const one = { ...drawn, m: Math.min(5, drawn.n), n: Math.min(5, drawn.n) };
        const a = matrices({ ...one, dtype: "float64" });
        const [d, { sign, logAbsDet }] = [determinant(a), slogdet(a)];
        expect([d.shape, sign.shape, logAbsDet.shape]).toEqual([one.batch, one.batch, one.batch]);
        matricesOf(a).forEach((matrix, i) => {
          const expected = expansion(matrix);
          // Hadamard's bound: the product of the rows' lengths.
          const size = matrix.reduce((product, row) => product * Math.hypot(...row), 1);
          const bound = 1e-13 * size;
          expect(Math.abs(d.dataSync()[i]! - expected)).toBeLessThanOrEqual(bound);
          const again = sign.dataSync()[i]! * Math.exp(logAbsDet.dataSync()[i]!);
          expect(Math.abs(again - expected)).toBeLessThanOrEqual(bound);
        });
      }),
      runs,
    );
  });

  test("second derivatives are the minors of two rows and columns, of any rank", () => {
    const check = (n: number, rank: number, numbers: number[]) => {
      // Sums of whole numbers: exact, as products of rows and columns of `rank` numbers.
      const [left, right] = [0, 1].map((half) =>
        Array.from({ length: n }, (_, i) =>
          Array.from({ length: rank }, (_, k) => numbers[(half * n + i) * 4 + k]!),
        ),
      ) as [number[][], number[][]];
      const a = left.map((row) =>
        right.map((other) => row.reduce((sum, x, k) => sum + x * other[k]!, 0)),
      );
      const found = hessian((x: Tensor): Tensor => determinant(x as never))(
        tensor(a, float64) as Tensor,
      );
      const expected = a.map((_, i) =>
        a.map((_, j) => a.map((_, k) => a.map((_, l) => minorOfTwo(a, i, j, k, l)))),
      );
      const scale = Math.max(1, ...a.flat().map(Math.abs)) ** Math.max(0, n - 2);
      expectClose(found, tensor(expected, float64), { absoluteTolerance: 1e-13 * scale });
    };
    const numbers = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 32, maxLength: 32 });
    const sizes = fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 4 }));
    fc.assert(
      fc.property(sizes, numbers, ([n, rank], drawn) => check(n, Math.min(n, rank), drawn)),
      { numRuns: 40 },
    );
  });

  test("of a singular matrix: 0, with the cofactors as gradient", () => {
    const a = tensor(
      [
        [1, 2, 3],
        [2, 4, 6],
        [1, 0, 1],
      ],
      float64,
    );
    expect(determinant(a).itemSync()).toBeCloseTo(0, 15);
    const { sign, logAbsDet } = slogdet(a);
    expect([Math.abs(sign.itemSync()), logAbsDet.itemSync()]).toEqual([0, -Infinity]);
    checkGradients((x) => determinant(x as never), [a]);
    // Two pivots missing, and all of them.
    checkGradients((x) => determinant(x as never), [ones([3, 3], float64)]);
    checkGradients((x) => determinant(x as never), [zeros([3, 3], float64)]);
    checkGradients((x) => determinant(x as never), [zeros([1, 1], float64)]);
  });
});

/** The determinant's derivative by the elements at i, j and at k, l: of what is left, with a sign. */
function minorOfTwo(a: number[][], i: number, j: number, k: number, l: number): number {
  if (i === k || j === l) return 0;
  const left = a
    .filter((_, row) => row !== i && row !== k)
    .map((row) => row.filter((_, column) => column !== j && column !== l));
  const sign = (i + j + k + l) % 2 === 0 ? 1 : -1;
  return sign * (i < k === j < l ? 1 : -1) * determinantOf(left);
}

/** Along the first row. */
function determinantOf(a: number[][]): number {
  const [first, ...others] = a;
  if (!first) return 1;
  return first.reduce((sum, x, j) => {
    const minor = others.map((row) => row.filter((_, column) => column !== j));
    return sum + (j % 2 === 0 ? x : -x) * determinantOf(minor);
  }, 0);
}
