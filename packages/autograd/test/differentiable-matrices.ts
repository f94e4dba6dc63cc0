// Linear algebra with a gradient, for differentiable.ts: of matrices that are far from singular, and of
// those that have eigenvalues or singular values far from each other.
import {
  cholesky,
  concat,
  determinant,
  eigh,
  expm,
  eye,
  grad,
  inverse,
  lstsq,
  lu,
  matrixPower,
  pinv,
  qr,
  slogdet,
  solve,
  svd,
  type Tensor,
  tensor,
  triangularSolve,
} from "@nabla/autograd";
import { tensors } from "@nabla/autograd/testing";
import fc from "fast-check";

const dtype = "float64";
const drawn = (shape: readonly number[]) => tensors({ shape, dtype, min: -2, max: 2 });
const one = (shape: readonly number[]): fc.Arbitrary<readonly Tensor[]> => fc.tuple(drawn(shape));
const two = (a: readonly number[], b: readonly number[]): fc.Arbitrary<readonly Tensor[]> =>
  fc.tuple(drawn(a), drawn(b));

const identity = (x: Tensor): Tensor => eye(x.shape.at(-1)!, x.shape.at(-1), { dtype });
const turned = (x: Tensor): Tensor => x.transpose();
const product = (a: Tensor, b: Tensor): Tensor => a.matmul(b as never);

/** Near twice the identity. */
const regular = (x: Tensor): Tensor => x.mul(0.25).add(identity(x).mul(2));
/** Symmetric, with eigenvalues of at least 1. */
const positive = (x: Tensor): Tensor => product(x, turned(x)).add(identity(x));

/**
 * Near a diagonal of 6, 3 and 0.5: what lies on it stays apart, and the greatest in its column. Nothing beside
 * it is 0, where Householder's reflections change their signs.
 */
const apart = (x: Tensor): Tensor => {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const diagonal = tensor([6, 3, 0.5], { dtype }).slice(0, 0, rows).expandDims(-1);
  return x
    .mul(0.1)
    .add(0.03)
    .add(eye(rows, columns, { dtype }).mul(diagonal));
};
const symmetric = (x: Tensor): Tensor => apart(x).add(turned(apart(x)));
/** All that was made, in one list for each matrix of the batch. */
const together = (...parts: readonly Tensor[]): Tensor =>
  concat(
    parts.map((part) => part.reshape([part.shape.length > 2 ? part.shape[0]! : 1, -1])),
    1,
  );

const flags = [false, true];
const triangles = flags.flatMap((lower) =>
  flags.flatMap((transpose) =>
    flags.map((unitDiagonal) => ({ lower, transpose, unitDiagonal }) as const),
  ),
);

export const ofMatrices: readonly {
  readonly name: string;
  readonly f: (...inputs: readonly Tensor[]) => Tensor;
  readonly inputs: fc.Arbitrary<readonly Tensor[]>;
}[] = [
  { name: "cholesky", f: (x) => cholesky(positive(x)), inputs: one([3, 3]) },
  { name: "cholesky, batch", f: (x) => cholesky(positive(x)), inputs: one([2, 2, 2]) },
  ...triangles.map((options) => ({
    name: `triangularSolve ${JSON.stringify(options)}`,
    f: (...[a, b]: readonly Tensor[]) => triangularSolve(regular(a!), b!, options),
    inputs: two([3, 3], [3, 2]),
  })),
  { name: "solve", f: (a, b) => solve(regular(a), b), inputs: two([3, 3], [3, 2]) },
  {
    name: "solve, batches that broadcast",
    f: (a, b) => solve(regular(a), b),
    inputs: two([2, 1, 2, 2], [2, 2, 1]),
  },
  { name: "solve for a vector", f: (a, b) => solve(regular(a), b), inputs: two([2, 2, 2], [2]) },
  { name: "inverse", f: (x) => inverse(regular(x)), inputs: one([3, 3]) },
  { name: "determinant", f: (x) => determinant(regular(x)), inputs: one([2, 3, 3]) },
  {
    name: "cofactors",
    f: (x) => grad((y: Tensor): Tensor => determinant(regular(y)).sum())(x),
    inputs: one([3, 3]),
  },
  { name: "slogdet", f: (x) => slogdet(regular(x)).logAbsDet, inputs: one([2, 2, 2]) },
  ...[
    [3, 2],
    [2, 3],
    [2, 3, 1],
  ].map((shape) => ({
    name: `qr of ${shape.join(" x ")}`,
    f: (x: Tensor) => together(qr(apart(x)).q, qr(apart(x)).r),
    inputs: one(shape),
  })),
  ...[
    [3, 3],
    [3, 2],
    [2, 3],
    [2, 2, 1],
  ].flatMap((shape) => [
    {
      name: `lu of ${shape.join(" x ")}`,
      f: (x: Tensor) => together(lu(apart(x)).l, lu(apart(x)).u),
      inputs: one(shape),
    },
    { name: `pinv of ${shape.join(" x ")}`, f: (x: Tensor) => pinv(apart(x)), inputs: one(shape) },
  ]),
  {
    name: "pinv of a matrix of rank 1",
    f: (x) => pinv(product(x, turned(x)), { relativeTolerance: 1e-6 }),
    inputs: fc.tuple(tensors({ shape: [3, 1], dtype, min: 0.5, max: 2 })),
  },
  { name: "lstsq", f: (a, b) => lstsq(apart(a), b).solution, inputs: two([3, 2], [3, 2]) },
  {
    name: "lstsq, residuals, of a vector",
    f: (a, b) => lstsq(apart(a), b).residuals,
    inputs: two([2, 3, 2], [3]),
  },
  { name: "matrixPower", f: (x) => matrixPower(regular(x), 3), inputs: one([2, 2, 2]) },
  { name: "matrixPower below 0", f: (x) => matrixPower(regular(x), -2), inputs: one([3, 3]) },
  { name: "expm", f: (x) => expm(x), inputs: one([2, 3, 3]) },
  { name: "expm of large matrices", f: (x) => expm(x.mul(4)).mul(1e-3), inputs: one([2, 2]) },
  { name: "eigenvalues", f: (x) => eigh(symmetric(x)).eigenvalues, inputs: one([3, 3]) },
  { name: "eigenvectors", f: (x) => eigh(symmetric(x)).eigenvectors, inputs: one([3, 3]) },
  {
    name: "eigenvectors, batch, by the upper triangle",
    f: (x) => eigh(symmetric(x), { lower: false }).eigenvectors,
    inputs: one([2, 2, 2]),
  },
  ...[
    [3, 2],
    [2, 3],
    [2, 2, 2],
  ].map((shape) => ({
    name: `svd of ${shape.join(" x ")}`,
    f: (x: Tensor) => {
      const { u, s, vh } = svd(apart(x));
      return together(u, s.expandDims(-2), vh);
    },
    inputs: one(shape),
  })),
];
