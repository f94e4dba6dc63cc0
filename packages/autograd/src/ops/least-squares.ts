// What follows from singular values: pseudo-inverses, least squares, ranks; and powers of matrices.
// Computed in float64, and rounded to the operands' dtype at the end.
import { ShapeError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { broadcastShapes, checkMatrices, checkSquare, formatShape } from "../graph/shape.ts";
import type { DType } from "../scalar/dtype.ts";
import { add, div, maximum, mul, square, sub } from "./arithmetic.ts";
import { greater, where } from "./comparison.ts";
import { eye, full } from "./creation.ts";
import { custom } from "./custom.ts";
import { inverse } from "./lu.ts";
import { matmul } from "./matmul.ts";
import { broadcastTo, expandDims, slice, squeeze, transpose } from "./movement.ts";
import { cast, floating, productDType } from "./operands.ts";
import { sum } from "./reduce.ts";
import { svd } from "./svd.ts";

/** Singular values that count as 0: those up to the larger of both; `relative` to the largest. */
export interface Tolerance {
  readonly relative?: number | undefined;
  readonly absolute?: number | undefined;
}

/** The larger size times the dtype's rounding, as in NumPy; 0 beside an absolute tolerance. */
function thresholdOf(s: Node, a: Node, { relative, absolute = 0 }: Tolerance): Node {
  const size = Math.max(a.shape.at(-2)!, a.shape.at(-1)!);
  const rounding = a.dtype === "float64" ? 2 ** -52 : 2 ** -23;
  const part = relative ?? (absolute > 0 ? 0 : size * rounding);
  return maximum(mul(slice(s, -1, 0, 1), part), absolute);
}

/** How many singular values are above the tolerance, as int32. */
export function matrixRank(a: Node, tolerance: Tolerance): Node {
  checkMatrices("matrixRank", a.shape);
  const x = floating(a);
  const { s } = svd(cast(x, "float64"), false);
  if (s.shape.at(-1) === 0) return full(s.shape.slice(0, -1), 0, "int32");
  return sum(greater(s, thresholdOf(s, x, tolerance)), -1);
}

interface PseudoInverse {
  /** float64 */
  readonly value: Node;
  readonly s: Node;
  readonly rank: Node;
}

/**
 * The gradient holds where the rank does not change: G. H. Golub, V. Pereyra, "The differentiation of
 * pseudo-inverses and nonlinear least squares problems whose variables separate", 1973.
 */
function pseudoInverse(x: Node, tolerance: Tolerance): PseudoInverse {
  const wide = cast(x, "float64");
  const { u, s, vh } = svd(wide, false);
  const [m, n] = [x.shape.at(-2)!, x.shape.at(-1)!];
  if (s.shape.at(-1) === 0) {
    const batch = x.shape.slice(0, -2);
    return { value: full([...batch, n, m], 0, "float64"), s, rank: full(batch, 0, "int32") };
  }
  const isUsed = greater(s, thresholdOf(s, x, tolerance));
  const inverses = where(isUsed, div(1, where(isUsed, s, 1)), 0);
  const value = matmul(mul(transpose(vh), expandDims(inverses, -2)), transpose(u));
  const result = custom("pinv", value, [wide], (g, [a], p) => {
    const [turned, other] = [transpose(p), transpose(g)];
    const own = matmul(matmul(turned, g), turned);
    const left = matmul(matmul(other, p), turned);
    const right = matmul(matmul(turned, p), other);
    const outside = add(
      sub(left, matmul(a!, matmul(p, left))),
      sub(right, matmul(matmul(right, p), a!)),
    );
    return [sub(outside, own)];
  });
  return { value: result, s, rank: sum(isUsed, -1) };
}

/** The pseudo-inverse [n, m] of matrices [m, n] (Moore, Penrose). */
export function pinv(a: Node, tolerance: Tolerance): Node {
  checkMatrices("pinv", a.shape);
  const x = floating(a);
  return cast(pseudoInverse(x, tolerance).value, x.dtype);
}

export interface LeastSquares {
  readonly solution: Node;
  readonly residuals: Node;
  readonly rank: Node;
  readonly singularValues: Node;
}

/** The shortest x for which |a x - b| is least. */
export function lstsq(a: Node, b: Node, tolerance: Tolerance): LeastSquares {
  checkMatrices("lstsq", a.shape);
  const isVector = b.shape.length === 1;
  const rows = b.shape.at(isVector ? -1 : -2);
  if (rows !== a.shape.at(-2)) {
    const expected = `expected ${a.shape.at(-2)} rows in the second`;
    throw new ShapeError(`lstsq: ${formatShape(a.shape)} and ${formatShape(b.shape)}: ${expected}`);
  }
  broadcastShapes("lstsq", a.shape.slice(0, -2), isVector ? [] : b.shape.slice(0, -2));
  const [x, y] = [floating(a), floating(b)];
  const dtype: DType = x.dtype === "float64" || y.dtype === "float64" ? "float64" : "float32";
  const { value, s, rank } = pseudoInverse(cast(x, dtype), tolerance);
  const right = cast(isVector ? expandDims(y, -1) : y, "float64");
  const found = matmul(value, right);
  const distances = sub(right, matmul(cast(x, "float64"), found));
  const ended = (node: Node) => cast(isVector ? squeeze(node, -1) : node, dtype);
  return {
    solution: ended(found),
    residuals: ended(sum(square(distances), -2)),
    rank,
    singularValues: cast(s, dtype),
  };
}

/** The product of `times` factors `a`; of as many inverses for a number below 0. */
export function matrixPower(a: Node, times: number): Node {
  checkSquare("matrixPower", a.shape);
  let factor = times < 0 ? inverse(a) : cast(a, productDType(a));
  let result: Node | undefined;
  for (let rest = Math.abs(times); rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = result ? matmul(result, factor) : factor;
    if (rest > 1) factor = matmul(factor, factor);
  }
  const size = a.shape.at(-1)!;
  return result ?? broadcastTo(eye(size, size, factor.dtype), a.shape);
}
