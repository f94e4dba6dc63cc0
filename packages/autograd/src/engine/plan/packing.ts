// Packing: copies of a product's operands in the order of use (K. Goto and R. A. van de Geijn,
// "Anatomy of High-Performance Matrix Multiplication", 2008), and when they are worth a kernel of
// their own.
import type { Node } from "../../graph/node.ts";
import { elementCount } from "../../graph/shape.ts";
import { bytesPerElement, type DType } from "../../scalar/dtype.ts";
import { strideAlong } from "../kernel/dependence.ts";
import { addIndices, scaleIndex, term } from "../kernel/index-arithmetic.ts";
import type { Index, Statement, Variable } from "../kernel/language.ts";
import type { Caches, Target } from "../target.ts";
import {
  broadcastCoordinates,
  type Coordinates,
  flatten,
  inLoops,
  nested,
  ownCoordinates,
} from "./index-map.ts";
import type { LoopContext } from "./loops.ts";
import { type MatrixProduct, type Packed, stretches } from "./tiles.ts";

/** Multiplications below which no copy is worth its own kernel: about 40 µs. */
const fewestProducts = 2 ** 20;
/** How many tiles must use each element of a copy to make up for its cost. */
const fewestTiles = 8;
/** Elements that are loaded one by one below which no copy is worth its own kernel: some µs. */
const fewestSingleLoads = 2 ** 13;

/** `copies`: how many products have this right operand, of those that differ in the left one. */
export function isWorthPackingRight(
  { row, column, inner: [inner], right }: MatrixProduct,
  copies: number,
  { tile, caches }: Target,
): boolean {
  if (column.size < 8) return false;
  const { rows } = tile(right.dtype);
  const tiles = copies * Math.ceil(row.size / rows);
  // Elements side by side in a vector that are not so in memory are loaded one by one for each tile.
  const isTurned = right.kind === "load" && strideAlong(right.index, column) !== 1;
  if (isTurned && tiles > 1 && tiles * column.size * inner.size >= fewestSingleLoads) return true;
  const isLarge = row.size * column.size * inner.size >= fewestProducts;
  if (!isLarge || row.size < fewestTiles * rows) return false;
  if (right.kind !== "load" || isTurned) return true;
  return !isHeld(inner.size, strideAlong(right.index, inner), right.dtype, caches);
}

export function isWorthPackingLeft(
  { row, column, inner: [inner], left }: MatrixProduct,
  { tile, caches }: Target,
): boolean {
  const isLarge = row.size * column.size * inner.size >= fewestProducts;
  if (!isLarge || column.size < fewestTiles * tile(left.dtype).columns) return false;
  if (left.kind !== "load") return true;
  if (strideAlong(left.index, inner) === 1) return false;
  return !isHeld(inner.size, strideAlong(left.index, inner), left.dtype, caches);
}

/**
 * Whether the first cache holds `count` lines that are `stride` elements apart until their reuse.
 */
function isHeld(
  count: number,
  stride: number | undefined,
  dtype: DType,
  { line, ways, period }: Caches,
): boolean {
  if (stride === undefined) return false;
  const bytes = Math.abs(stride) * bytesPerElement(dtype);
  if (bytes <= line) return true;
  const sets = Math.min(period / line, period / greatestCommonDivisor(bytes, period));
  return count <= sets * ways;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/**
 * Packs an operand's rows (left) or columns (right), one tile after another: [tile, inner, row or
 * column of the tile].
 */
export function pack(
  operand: Node,
  side: "left" | "right",
  batch: Coordinates,
  plan: LoopContext,
): Packed {
  const { dtype } = operand;
  const [height, width] = operand.shape.slice(-2) as [number, number];
  const [count, depth] = side === "left" ? [height, width] : [width, height];
  const { rows, columns } = plan.target.tile(dtype);
  const size = side === "left" ? rows : columns;
  const frontShape = operand.shape.slice(0, -2);
  const one = Math.ceil(count / size) * size * depth;
  const buffer = plan.addBuffer(dtype, elementCount(frontShape) * one);
  const indexOf = (front: Coordinates, tile: Index, within: Index, p: Index): Index =>
    addIndices(
      scaleIndex(flatten(front, frontShape), one),
      scaleIndex(tile, size * depth),
      scaleIndex(p, size),
      within,
    );
  const front = ownCoordinates(frontShape);
  const inner: Variable = { kind: "variable", name: "p", size: depth };
  const p = term(inner);
  const body = stretches(count, size, ["i", "t"]).flatMap(({ loops, tile, within, index }) => {
    const at = side === "left" ? [index, p] : [p, index];
    const store: Statement = {
      kind: "store",
      buffer,
      index: indexOf(front, tile, term(within), p),
      value: plan.lowering.valueAt(operand, [...front, ...at]),
    };
    return inLoops([...loops, inner, within], [store]);
  });
  const frontHere = broadcastCoordinates(batch, frontShape);
  return {
    kernel: { operations: ["pack"], body: nested(front, body) },
    at: (tile, within, position) => ({
      kind: "load",
      dtype,
      buffer,
      index: indexOf(frontHere, tile, within, position),
    }),
  };
}
