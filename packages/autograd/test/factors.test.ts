// qr, eigh and svd against what defines them. Bounds are multiples of n * eps * norm, as backward
// error analysis gives them (N. J. Higham, "Accuracy and Stability of Numerical Algorithms", 2002,
// chapter 19; J. Demmel, K. Veselić, "Jacobi's method is more accurate than QR", 1992): eps of the
// dtype, as values are rounded to it.
import {
  diag,
  eigh,
  eye,
  GradientError,
  grad,
  gradients,
  inverse,
  jvp,
  matmul,
  qr,
  svd,
  type Tensor,
  tensor,
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
  type Rows,
  spacingOf,
  times,
  turned,
} from "./matrices.ts";

const float64 = { dtype: "float64" } as const;
const bound = ({ m, n, dtype }: Drawn): number => 8 * (Math.max(m, n) + 1) * spacingOf(dtype);

function expectOrthonormalColumns(q: Rows, columns: number, within: number): void {
  expect(distance(times(turned(q, columns), q), identityOf(columns))).toBeLessThanOrEqual(within);
}

function diagonalOf(values: readonly number[]): Rows {
  return values.map((x, r) => values.map((_, c) => (r === c ? x : 0)));
}

/** Of each matrix its list of numbers. */
function listsOf(x: Tensor): readonly (readonly number[])[] {
  return matricesOf(x.expandDims(-2)).map(([row]) => row!);
}

const rotated = tensor(
  [
    [2, 0, 0],
    [0, 3, 4],
    [0, 4, 9],
  ],
  float64,
);

describe("qr", () => {
  test.each(["reduced", "complete"] as const)(
    "%s: Q has orthonormal columns, R is an upper triangle, and their product is the matrix",
    (mode) => {
      fc.assert(
        fc.property(drawn, (one) => {
          const a = matrices(one);
          const { q, r } = qr(a, { mode });
          const k = mode === "reduced" ? Math.min(one.m, one.n) : one.m;
          expect([q.shape, r.shape]).toEqual([
            [...one.batch, one.m, k],
            [...one.batch, k, one.n],
          ]);
          expect([q.dtype, r.dtype]).toEqual([one.dtype, one.dtype]);
          const [as, qs, rs] = [a, q, r].map(matricesOf);
          as!.forEach((a, i) => {
            const [q, r] = [qs![i]!, rs![i]!];
            expect(distance(times(q, r), a)).toBeLessThanOrEqual(bound(one) * normOf(a));
            expectOrthonormalColumns(q, k, bound(one));
            r.forEach((row, i) => {
              expect(row.slice(0, i).every((x) => x === 0)).toBe(true);
            });
          });
        }),
        { numRuns: 30 },
      );
    },
  );

  test("columns keep their digits however much smaller they are than others", () => {
    const a = tensor(
      [
        [1, 1],
        [1, 1 + 1e-12],
        [1, 1 - 1e-12],
      ],
      float64,
    );
    expectOrthonormalColumns(matricesOf(qr(a).q)[0]!, 2, 1e-15);
  });

  // numpy.linalg.qr(a) and numpy.linalg.qr(tall, mode="complete"), NumPy 2.4.6
  test("has the signs of NumPy, and completes a basis as it does", () => {
    const a = tensor(
      [
        [12, -51, 4],
        [6, 167, -68],
        [-4, 24, -41],
      ],
      float64,
    );
    const { q, r } = qr(a);
    const close = { relativeTolerance: 1e-13, absoluteTolerance: 1e-13 };
    const expected = tensor(
      [
        [-14, -21, 14],
        [0, -175, 70],
        [0, 0, -35],
      ],
      float64,
    );
    expectClose(r, expected, close);
    expectClose(q.matmul(r), a, { absoluteTolerance: 1e-13 });
    const tall = tensor(
      [
        [1, 2],
        [2, -1],
        [0, 5],
        [3, 1],
      ],
      float64,
    );
    const completed = tensor(
      [
        [-0.26726124, 0.32410186, -0.55816402, -0.71552941],
        [-0.53452248, -0.25928149, 0.67205529, -0.4420413],
        [-0, 0.90748521, 0.4100731, 0.0911627],
        [-0.80178373, 0.06482037, -0.26198218, 0.53320401],
      ],
      float64,
    );
    // Half of the last digit that was printed.
    expectClose(qr(tall, { mode: "complete" }).q, completed, {
      relativeTolerance: 0,
      absoluteTolerance: 5e-9,
    });
    expect(qr(eye(2)).r.arraySync()).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  test("is NaN where an element is not finite, and nowhere else in the batch", () => {
    const { q, r } = qr(
      tensor([
        [[Infinity], [1]],
        [[3], [4]],
      ]),
    );
    expect([q, r].map((x) => x.at(0).dataSync().every(Number.isNaN))).toEqual([true, true]);
    expect(r.at(1).itemSync()).toBe(-5);
  });

  test("the complete Q of a tall matrix has no gradient, its R has", () => {
    const a = matrices({ batch: [], m: 3, n: 2, dtype: "float64", decay: 0, seed: 1 });
    const { q, r } = qr(a, { mode: "complete" });
    expect(() => gradients(q.sum(), [a])).toThrow(
      new GradientError(
        "qr: columns that only complete a basis have no gradient; take the reduced factors",
      ),
    );
    const [g] = gradients(r.sin().sum(), [a]);
    expectClose(g, gradients(qr(a).r.sin().sum(), [a])[0]);
  });

  test("gradients are not finite where columns depend on each other", () => {
    const a = tensor([
      [1, 0],
      [2, 0],
      [3, 0],
    ]);
    const data = gradients(qr(a).q.sum(), [a])[0].dataSync();
    expect(data.some(Number.isFinite)).toBe(false);
  });

  test("a mode that is not one", () => {
    expect(() => qr(zeros([2, 2]), { mode: "full" as never })).toThrow(
      'qr: mode is "full", expected "reduced" or "complete"',
    );
  });
});

describe("eigh", () => {
  const symmetric = (one: Drawn): Tensor => {
    const x = matrices({ ...one, m: one.n });
    return x.add(x.transpose()).realize();
  };

  test("turned back, the diagonal of ascending eigenvalues is the matrix", () => {
    fc.assert(
      fc.property(drawn, (drawn) => {
        const one = { ...drawn, m: drawn.n };
        const a = symmetric(one);
        const { eigenvalues, eigenvectors } = eigh(a as never) as {
          eigenvalues: Tensor;
          eigenvectors: Tensor;
        };
        expect([eigenvalues.shape, eigenvectors.shape]).toEqual([a.shape.slice(0, -1), a.shape]);
        expect([eigenvalues.dtype, eigenvectors.dtype]).toEqual([one.dtype, one.dtype]);
        const values = listsOf(eigenvalues);
        const vectors = matricesOf(eigenvectors);
        matricesOf(a).forEach((a, i) => {
          const [w, v] = [values[i]!, vectors[i]!];
          const again = times(times(v, diagonalOf(w)), turned(v));
          expect(distance(again, a)).toBeLessThanOrEqual(bound(one) * normOf(a));
          expectOrthonormalColumns(v, one.n, bound(one));
          expect(w).toEqual([...w].sort((x, y) => x - y));
          for (const column of turned(v)) {
            const largest = Math.max(...column.map(Math.abs));
            const isLargest = (x: number) => Math.abs(x) >= largest * (1 - 2 ** -20);
            expect(column.find(isLargest)).toBeGreaterThan(0);
          }
        });
      }),
      { numRuns: 30 },
    );
  });

  test("of known matrices", () => {
    const close = { relativeTolerance: 1e-14, absoluteTolerance: 1e-14 };
    expectClose(eigh(rotated).eigenvalues, tensor([1, 2, 11], float64), close);
    // The second difference: 2 - 2 cos(pi k / (n + 1)).
    const n = 6;
    const difference = eye(n, n, float64)
      .mul(2)
      .sub(eye(n, n, float64).roll(1, 0).tril())
      .realize();
    const values = Float64Array.from({ length: n }, (_, k) => {
      return 2 - 2 * Math.cos((Math.PI * (k + 1)) / (n + 1));
    });
    expectClose(eigh(difference).eigenvalues, tensor(values), close);
  });

  test("reads one triangle only", () => {
    const a = tensor([
      [2, Number.NaN],
      [1, 2],
    ]);
    expect(eigh(a).eigenvalues.arraySync()).toEqual([1, 3]);
    expect(eigh(a.transpose(), { lower: false }).eigenvalues.arraySync()).toEqual([1, 3]);
    expect(eigh(a, { lower: false }).eigenvalues.arraySync()).toEqual([Number.NaN, Number.NaN]);
  });

  test("numbers near the largest and the smallest that there are", () => {
    for (const scale of [1e-300, 1e300]) {
      const { eigenvalues } = eigh(rotated.mul(scale));
      expectClose(eigenvalues.div(scale), tensor([1, 2, 11], float64), {
        relativeTolerance: 1e-14,
      });
    }
  });

  test("where eigenvalues are equal theirs have gradients, and what needs eigenvectors NaN", () => {
    const a = eye(3, 3, float64);
    const trace = gradients(eigh(a).eigenvalues.square().sum(), [a])[0];
    expect(trace.arraySync()).toEqual(a.mul(2).arraySync());
    const turned = gradients(eigh(a).eigenvectors.mul(rotated).sum(), [a])[0];
    expect(turned.dataSync().every(Number.isNaN)).toBe(true);
  });

  test("equal eigenvalues do not matter to the eigenvectors of others", () => {
    const vectorsOf = (a: Tensor): Tensor => eigh(a as never).eigenvectors;
    const top = (a: Tensor): Tensor => vectorsOf(a).slice(1, 2, 3);
    const of = (turn: Tensor) =>
      turn.matmul(diag(tensor([1, 1, 4], float64))).matmul(turn.transpose());
    const { eigenvectors } = eigh(rotated);
    for (const turn of [eye(3, 3, float64), eigenvectors] as Tensor[]) {
      const a = of(turn).realize();
      const direction = tensor(
        [
          [1, 2, 3],
          [2, -1, 1],
          [3, 1, 2],
        ],
        float64,
      );
      // dv = (4 - A)^+ dA v: 1/3 of what dA v has outside of v.
      const v = top(a).realize();
      const moved: Tensor = matmul<Tensor, Tensor>(direction, v);
      const expected = moved.sub(v.mul(v.mul(moved).sum())).div(3);
      const [, tangent] = jvp(top, [a], [direction]);
      expectClose(tangent, expected, { absoluteTolerance: 1e-12 });
      const found = grad(
        (x: Tensor): Tensor =>
          top(x)
            .mul(tensor([[1], [2], [3]], float64))
            .sum(),
      )(a);
      const right = expected.mul(tensor([[1], [2], [3]], float64)).sum();
      expectClose(found.mul(direction).sum(), right, { absoluteTolerance: 1e-12 });
    }
    const bottom = (a: Tensor): Tensor =>
      eigh(a as never)
        .eigenvectors.slice(1, 0, 1)
        .sum();
    const slopes = grad(bottom)(diag(tensor([1, 1, 4], float64)));
    expect(slopes.dataSync().some(Number.isFinite)).toBe(false);
  });

  test("gradients are symmetric, and the logarithm's of a matrix by its eigenvalues is its inverse", () => {
    const [g] = gradients(eigh(rotated).eigenvalues.log().sum(), [rotated]);
    expectClose(g, inverse(rotated), { absoluteTolerance: 1e-14 });
    const [turned] = gradients(eigh(rotated).eigenvectors.sin().sum(), [rotated]);
    expectClose(turned, turned.transpose(), { absoluteTolerance: 1e-15 });
  });
});

describe("svd", () => {
  test.each([false, true])(
    "fullMatrices %s: orthonormal vectors around descending values give the matrix",
    (fullMatrices) => {
      fc.assert(
        fc.property(drawn, (one) => {
          const a = matrices(one);
          const { u, s, vh } = svd(a, { fullMatrices });
          const { m, n, batch } = one;
          const k = Math.min(m, n);
          const [left, right] = fullMatrices ? [m, n] : [k, k];
          expect([u.shape, s.shape, vh.shape]).toEqual([
            [...batch, m, left],
            [...batch, k],
            [...batch, right, n],
          ]);
          expect([u.dtype, s.dtype, vh.dtype]).toEqual([one.dtype, one.dtype, one.dtype]);
          const [us, vs] = [u, vh].map(matricesOf);
          const values = listsOf(s);
          matricesOf(a).forEach((a, i) => {
            const [u, s, vh] = [us![i]!, values[i]!, vs![i]!];
            const thin = u.map((row) => row.slice(0, k));
            const again = times(times(thin, diagonalOf(s)), vh.slice(0, k));
            const expected = k === 0 ? a.map((row) => row.map(() => 0)) : a;
            if (k > 0)
              expect(distance(again, expected)).toBeLessThanOrEqual(bound(one) * normOf(a));
            expectOrthonormalColumns(u, left, bound(one));
            expectOrthonormalColumns(turned(vh, n), right, bound(one));
            expect(s).toEqual([...s].sort((x, y) => y - x));
            expect(s.every((x) => x >= 0)).toBe(true);
          });
        }),
        { numRuns: 30 },
      );
    },
  );

  test("small singular values have as many digits as large ones, where rows are scaled", () => {
    // A well-conditioned matrix times a diagonal: the theorem of Demmel and Veselić.
    const d = tensor([1, 1e-8, 1e-16], float64);
    const q = qr(matrices({ batch: [], m: 3, n: 3, dtype: "float64", decay: 0, seed: 3 })).q;
    expectClose(svd(q.mul(d)).s, d, { relativeTolerance: 1e-14 });
    expectClose(svd(q.mul(d).transpose()).s, d, { relativeTolerance: 1e-14 });
  });

  test("of a matrix of rank 1, and of zeros", () => {
    const one = svd(tensor([[3], [4]]).matmul(tensor([[0, 5]])));
    expectClose(one.s, tensor([25, 0]));
    expectOrthonormalColumns(matricesOf(one.u)[0]!, 2, 1e-6);
    const none = svd(zeros([3, 2]));
    expect(none.s.arraySync()).toEqual([0, 0]);
    expectOrthonormalColumns(matricesOf(none.u)[0]!, 2, 0);
  });

  test("the sum of the singular values has the gradient U Vᵀ, where they are equal, too", () => {
    const a = matrices({ batch: [], m: 4, n: 3, dtype: "float64", decay: 0, seed: 2 });
    const { u, s, vh } = svd(a);
    expectClose(gradients(s.sum(), [a])[0], u.matmul(vh), { absoluteTolerance: 1e-15 });
    const same = eye(3, 3, float64);
    expect(gradients(svd(same).s.sum(), [same])[0].arraySync()).toEqual(same.arraySync());
  });

  test("the vectors of values that rounding has left of 0 are orthonormal all the same", () => {
    const rows = [
      [0, 0, 0, 0],
      [0, 0, 1, 2],
      [0, 3, 0, -3],
      [0, 0, 0, 0],
    ];
    const { u, vh } = svd<Tensor>(tensor(rows, float64));
    const identity = eye(4, 4, float64);
    expectClose(u.transpose().matmul(u), identity, { absoluteTolerance: 1e-15 });
    expectClose(vh.matmul(vh.transpose()), identity, { absoluteTolerance: 1e-15 });
    const tiny = diag(tensor([1, 1e-200], float64));
    expect(svd(tiny).u.arraySync()).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  test("values that are equal or 0 do not matter to the vectors of others", () => {
    for (const shape of [
      [3, 3],
      [4, 3],
      [3, 4],
    ] as const) {
      const a = eye(shape[0], shape[1], float64)
        .mul(2)
        .mul(eye(shape[0], 1, float64))
        .realize() as Tensor;
      // Of rank 1: u moves by dA v / s outside of u, and v by dAᵀ u / s.
      const parts = (x: Tensor) => svd(x as never) as { u: Tensor; vh: Tensor };
      const first = (x: Tensor): Tensor => parts(x).u.slice(1, 0, 1);
      const other = (x: Tensor): Tensor => parts(x).vh.slice(0, 0, 1);
      const slope = grad((x: Tensor): Tensor => first(x).sum())(a).arraySync() as number[][];
      slope.forEach((row, i) => {
        expect(row.map((x) => x + 0)).toEqual(row.map((_, j) => (i > 0 && j === 0 ? 0.5 : 0)));
      });
      const ofOther = grad((x: Tensor): Tensor => other(x).sum())(a).arraySync() as number[][];
      ofOther.forEach((row, i) => {
        expect(row.map((x) => x + 0)).toEqual(row.map((_, j) => (i === 0 && j > 0 ? 0.5 : 0)));
      });
      expect(first(a).arraySync()).toEqual(eye(shape[0], 1, float64).arraySync());
    }
  });

  test("gradients of vectors are not finite where values are equal, or one is 0 of a tall matrix", () => {
    const isNowhereFinite = (a: Tensor) => {
      const { u } = svd(a) as { u: Tensor };
      return !gradients(u.sin().sum(), [a])[0].dataSync().some(Number.isFinite);
    };
    expect(isNowhereFinite(eye(2))).toBe(true);
    expect(isNowhereFinite(eye(3, 2).mul(tensor([1, 0])))).toBe(true);
    // Of a square matrix the vectors of 0 are as fixed as the others.
    const a = eye(2, 2, float64).mul(tensor([2, 0], float64));
    checkGradients((x) => svd(x as never).u, [a]);
  });

  test("full matrices have gradients as far as the values are used", () => {
    const a = matrices({ batch: [], m: 3, n: 2, dtype: "float64", decay: 0, seed: 2 });
    const { u, s, vh } = svd(a, { fullMatrices: true });
    expectClose(gradients(s.sin().sum(), [a])[0], gradients(svd(a).s.sin().sum(), [a])[0]);
    expectClose(gradients(vh.sin().sum(), [a])[0], gradients(svd(a).vh.sin().sum(), [a])[0]);
    expect(() => gradients(u.sum(), [a])).toThrow(
      "svd: columns that only complete a basis have no gradient; take the reduced factors",
    );
  });
});
