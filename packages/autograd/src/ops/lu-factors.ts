// The factors of elimination, P L U. Gradients: S. F. Walter, L. Lehmann, "Algorithmic
// differentiation of linear algebra functions with application in optimum experimental design", 2010,
// section 4; of tall and wide matrices, those of the square part and of what follows from it.
import type { Node } from "../graph/node.ts";
import { checkMatrices } from "../graph/shape.ts";
import { factorRectangle } from "../matrix/lu.ts";
import { add, sub } from "./arithmetic.ts";
import { equal } from "./comparison.ts";
import { eye, full, iota } from "./creation.ts";
import { custom } from "./custom.ts";
import { tril, triu } from "./diagonal.ts";
import { matmul } from "./matmul.ts";
import { concat, slice, transpose } from "./movement.ts";
import { cast, floating } from "./operands.ts";
import { type RoutineBuilder, routine } from "./routine.ts";
import { triangularSolve } from "./triangular.ts";

export interface LuFactors {
  readonly p: Node;
  readonly l: Node;
  readonly u: Node;
}

let build: RoutineBuilder | undefined;

/** P [m, m], L [m, k] and U [k, n] with P L U = `a`; k = min(m, n). */
export function lu(a: Node): LuFactors {
  checkMatrices("lu", a.shape);
  const x = floating(a);
  build ??= routine("luFactors", factorRectangle, [
    "none: both triangles pass theirs on to the matrix itself",
  ]);
  return partsOf(x, build([x], x.shape.at(-2)!, x.shape.at(-1)! + 1));
}

/** The factors of `a` from the node that holds all of them. */
function partsOf(a: Node, all: Node): LuFactors {
  const [m, n] = [a.shape.at(-2)!, a.shape.at(-1)!];
  const k = Math.min(m, n);
  const lower = tril(slice(all, -1, 0, k), -1);
  const none = (x: Node, rows: number, columns: number, { dtype }: Node) =>
    full([...x.shape.slice(0, -2), rows, columns], 0, dtype);
  const l = custom("lowerTriangle", add(lower, eye(m, k, a.dtype)), [a, all], (g, [x, known]) => [
    shareOf(x!, known!, g, none(x!, k, n, g)),
    undefined,
  ]);
  const upper = triu(slice(slice(all, -2, 0, k), -1, 0, n));
  const u = custom("upperTriangle", upper, [a, all], (g, [x, known]) => [
    shareOf(x!, known!, none(x!, m, k, g), g),
    undefined,
  ]);
  // Row j of the triangles' product is row order[j] of the matrix.
  const order = transpose(slice(all, -1, n, n + 1));
  const p = cast(equal(cast(iota([m, 1], 0), order.dtype), order), a.dtype);
  return { p, l, u };
}

/** The gradient of `a` from those of L and U. */
function shareOf(a: Node, all: Node, ofL: Node, ofU: Node): Node {
  const [m, n] = [a.shape.at(-2)!, a.shape.at(-1)!];
  const k = Math.min(m, n);
  const { p, l, u } = partsOf(a, all);
  const rows = (x: Node, from: number, to: number) => slice(x, -2, from, to);
  const columns = (x: Node, from: number, to: number) => slice(x, -1, from, to);
  const [square, right] = [columns(u, 0, k), columns(u, k, n)];
  const [top, below] = [rows(l, 0, k), rows(l, k, m)];
  const byUpper = (x: Node) => transpose(triangularSolve(square, transpose(x), { lower: false }));
  const byLower = (x: Node) => triangularSolve(top, x, { transpose: true, unitDiagonal: true });
  // The rows below the square are L's times U; the columns right of it L times U's.
  const ofBelow = m > k ? byUpper(rows(ofL, k, m)) : undefined;
  const ofRight = n > k ? byLower(columns(ofU, k, n)) : undefined;
  const ofTop = rows(ofL, 0, k);
  const left = ofRight ? sub(ofTop, matmul(ofRight, transpose(right))) : ofTop;
  const ofSquare = columns(ofU, 0, k);
  const upper = ofBelow ? sub(ofSquare, matmul(transpose(below), ofBelow)) : ofSquare;
  const middle = add(
    tril(matmul(transpose(top), left), -1),
    triu(matmul(upper, transpose(square))),
  );
  const share = byUpper(byLower(middle));
  const wide = ofRight ? concat([share, ofRight], -1) : share;
  return matmul(p, ofBelow ? concat([wide, ofBelow], -2) : wide);
}
