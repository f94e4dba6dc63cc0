// QR factors: orthonormal columns times an upper triangle. Gradients of tall matrices: S. F.
// Walter, L. Lehmann, "Algorithmic differentiation of linear algebra functions with application in
// optimum experimental design", 2010, in the form of M. Seeger et al., "Auto-differentiating linear
// algebra", 2017; of wide ones: D. A. O. Roberts, L. R. Roberts, "QR and LQ decomposition matrix
// backpropagation algorithms for square, wide, and deep - real or complex - matrices and their
// software implementation", 2020.
import { GradientError } from "../graph/errors.ts";
import type { GradientRule, Node } from "../graph/node.ts";
import { checkMatrices, type Shape } from "../graph/shape.ts";
import { factorQr } from "../matrix/qr.ts";
import { add, sub } from "./arithmetic.ts";
import { custom } from "./custom.ts";
import { tril } from "./diagonal.ts";
import { matmul } from "./matmul.ts";
import { concat, pad, slice, transpose } from "./movement.ts";
import { floating } from "./operands.ts";
import { routine } from "./routine.ts";
import { triangularSolve } from "./triangular.ts";

/** "reduced": Q has min(m, n) columns. "complete": Q is square. */
export type QrMode = "reduced" | "complete";

export interface QrFactors {
  readonly q: Node;
  readonly r: Node;
}

/**
 * Q and R of a tall matrix share one gradient. The part of a wide matrix right of its square, Y,
 * gives columns V = Qᵀ Y of R, whose gradient goes to Q through that product.
 */
const factorsGradient: GradientRule = (g, [a], output) => {
  const [, n] = sizesOf(a!.shape);
  const { q, r } = partsOf(output, a!.shape);
  const shares = partsOf(g, a!.shape);
  const k = q.shape.at(-1)!;
  if (n === k) return tallGradient(q, r, shares.q, shares.r);
  const [square, beside] = [0, k].map((from) => slice(shares.r, -1, from, from === 0 ? k : n));
  const ofQ = add(shares.q, matmul(slice(a!, -1, k, n), transpose(beside!)));
  const ofSquare = tallGradient(q, slice(r, -1, 0, k), ofQ, square!);
  return concat([ofSquare, matmul(q, beside!)], -1);
};

/** With M = R gᵣᵀ - g_qᵀ Q, and its lower triangle mirrored: (g_q + Q M) R⁻ᵀ. */
function tallGradient(q: Node, r: Node, ofQ: Node, ofR: Node): Node {
  const product = sub(matmul(r, transpose(ofR)), matmul(transpose(ofQ), q));
  const mirrored = add(tril(product), transpose(tril(product, -1)));
  const left = add(ofQ, matmul(q, mirrored));
  return transpose(triangularSolve(r, transpose(left), { lower: false }));
}

const factors = routine("qr", factorQr, [factorsGradient]);

function sizesOf(shape: Shape): readonly [m: number, n: number] {
  return [shape.at(-2)!, shape.at(-1)!];
}

/** Q [m, k] and R [k, n] from the node that holds both, for matrices of `shape`. */
function partsOf(both: Node, shape: Shape): QrFactors {
  const [m, n] = sizesOf(shape);
  const k = Math.min(m, n);
  return { q: slice(slice(both, -2, 0, m), -1, 0, k), r: slice(both, -2, m, m + k) };
}

/** Q with orthonormal columns and the upper triangle R, with Q R = `a`. */
export function qr(a: Node, mode: QrMode): QrFactors {
  checkMatrices("qr", a.shape);
  const x = floating(a);
  const [m, n] = sizesOf(x.shape);
  const both = factors([x], m + Math.min(m, n), n);
  const { q, r } = partsOf(both, x.shape);
  if (mode === "reduced" || m <= n) return { q, r };
  const below = x.shape.map((_, axis) => [0, axis === x.shape.length - 2 ? m - n : 0] as const);
  return { q: concat([q, complement("qr", x)], -1), r: pad(r, below) };
}

/**
 * Columns [m, m - n] that complete the orthonormal ones of `a` [m, n], m > n, to a basis. They are
 * arbitrary up to rotation, so they have no gradient.
 */
export function complement(operation: string, a: Node): Node {
  const [m, n] = sizesOf(a.shape);
  const padding = a.shape.map((_, axis) => [0, axis === a.shape.length - 1 ? m - n : 0] as const);
  const basis = slice(factors([pad(a, padding)], 2 * m, m), -2, 0, m);
  return custom(`${operation}, complement`, slice(basis, -1, n, m), [a], () => {
    throw new GradientError(
      `${operation}: columns that only complete a basis have no gradient; ` +
        "take the reduced factors",
    );
  });
}
