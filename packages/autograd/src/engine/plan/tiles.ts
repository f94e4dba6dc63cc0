// Matrix products in tiles of rows and columns, sized so that caches hold what is reused.
import { bytesPerElement } from "../../scalar/dtype.ts";
import { buffersOf } from "../kernel/dependence.ts";
import { bytesMoved } from "../kernel/estimate.ts";
import { addIndices, constantIndex, scaleIndex, term } from "../kernel/index-arithmetic.ts";
import {
  type Index,
  type Kernel,
  type Multiply,
  type Statement,
  type Total,
  type Value,
  type Variable,
} from "../kernel/language.ts";
import { Substitution } from "../kernel/substitute.ts";
import type { Target } from "../target.ts";
import { inLoops } from "./index-map.ts";

/** A product over one variable. */
export type MatrixProduct = Multiply & { readonly inner: readonly [Variable] };

/** A packed copy of an operand, tile by tile. */
export interface Packed {
  /** Creates the copy. */
  readonly kernel: Kernel;
  /** The element at position `p` of the inner variable and `within` of a tile. */
  at(tile: Index, within: Index, p: Index): Value;
}

/** Rows, or columns, that a loop processes tile by tile. */
export interface Stretch {
  /** The loop over whole tiles; none for the remainder. */
  readonly loops: readonly Variable[];
  readonly tile: Index;
  /** Position in the tile. */
  readonly within: Variable;
  /** Row or column. */
  readonly index: Index;
}

/**
 * Whole tiles of `size`, and the remainder. `names`: of the loop over tiles, and of the one inside.
 */
export function stretches(
  count: number,
  size: number,
  names: readonly [string, string],
): readonly Stretch[] {
  const tiles = Math.floor(count / size);
  const parts: Stretch[] = [];
  const add = (loops: readonly Variable[], tile: Index, width: number): void => {
    const within: Variable = { kind: "variable", name: names[1], size: width };
    parts.push({ loops, tile, within, index: addIndices(scaleIndex(tile, size), term(within)) });
  };
  const loop: Variable = { kind: "variable", name: names[0], size: tiles };
  if (tiles > 0) add([loop], term(loop), size);
  if (count % size > 0) add([], constantIndex(tiles), count % size);
  return parts;
}

/** Bytes of the results, and of what is read for them beside the operands. */
function bytesBeside({ body }: MatrixProduct): number {
  return bytesMoved(buffersOf(body));
}

/**
 * Tiles a product: for each block of rows (which the second cache holds) all columns, and for each
 * tile of columns (which the first cache holds) all these rows. If much more is read and written
 * than the operands (the update of an optimiser), and the second cache holds the whole right one:
 * all columns for each tile of rows, so that these are processed in memory order (a fifth less for
 * Adam's update of 784 x 512).
 */
export function inTiles(
  whole: MatrixProduct,
  packed: { readonly left: Packed | undefined; readonly right: Packed | undefined },
  target: Target,
): readonly Statement[] {
  const tile = target.tile(whole.total.dtype);
  const { block: blockBytes, beyond } = target.caches;
  const {
    row,
    column,
    inner: [inner],
    left,
  } = whole;
  const bytesOfRow = inner.size * bytesPerElement(left.dtype);
  const columns = stretches(column.size, tile.columns, ["j", "c"]);
  const product = (rows: Stretch, ofColumns: Stretch): Statement =>
    tiled(whole, rows, ofColumns, packed);
  const allRows = stretches(row.size, tile.rows, ["i", "r"]);
  if (bytesOfRow * column.size <= blockBytes && bytesBeside(whole) > beyond) {
    return allRows.flatMap((rows) =>
      inLoops(
        rows.loops,
        columns.flatMap((ofColumns) => inLoops(ofColumns.loops, [product(rows, ofColumns)])),
      ),
    );
  }
  const mostTiles = Math.max(1, Math.floor(blockBytes / bytesOfRow / tile.rows));
  return allRows.flatMap((rows) =>
    inBlocks(rows, mostTiles).flatMap(({ block, rows: some }) => {
      const body = columns.flatMap((ofColumns) =>
        inLoops([...ofColumns.loops, ...some.loops], [product(some, ofColumns)]),
      );
      return inLoops(block ? [block] : [], body);
    }),
  );
}

/** Splits the stretch into blocks of about equal size, with at most this many tiles each. */
function inBlocks(
  rows: Stretch,
  mostTiles: number,
): readonly { readonly block: Variable | undefined; readonly rows: Stretch }[] {
  const [loop] = rows.loops;
  if (!loop || loop.size <= mostTiles) return [{ block: undefined, rows }];
  const tiles = Math.ceil(loop.size / Math.ceil(loop.size / mostTiles));
  const block: Variable = { kind: "variable", name: "h", size: Math.floor(loop.size / tiles) };
  const rest = loop.size % tiles;
  const whole = { block, rows: movedTo(rows, loop, term(block, tiles), tiles) };
  if (rest === 0) return [whole];
  const last = movedTo(rows, loop, constantIndex(loop.size - rest), rest);
  return [whole, { block: undefined, rows: last }];
}

/** This many tiles of the stretch, with the loop `loop`, from `tile` on. */
function movedTo(rows: Stretch, loop: Variable, tile: Index, size: number): Stretch {
  const own: Variable = { kind: "variable", name: loop.name, size };
  const within: Variable = { ...rows.within };
  const here = new Substitution(
    new Map([
      [loop, addIndices(tile, term(own))],
      [rows.within, term(within)],
    ]),
  );
  return { loops: [own], tile: here.index(rows.tile), within, index: here.index(rows.index) };
}

/** The product of one tile of rows and one of columns. */
function tiled(
  whole: MatrixProduct,
  rows: Stretch,
  columns: Stretch,
  packed: { readonly left: Packed | undefined; readonly right: Packed | undefined },
): Multiply {
  const total: Total = { kind: "total", dtype: whole.total.dtype };
  const p = term(whole.inner[0]);
  const here = new Substitution(
    new Map([
      [whole.row, rows.index],
      [whole.column, columns.index],
    ]),
    { totals: new Map([[whole.total, total]]) },
  );
  return {
    ...whole,
    total,
    row: rows.within,
    column: columns.within,
    left: packed.left?.at(rows.tile, term(rows.within), p) ?? here.value(whole.left),
    right: packed.right?.at(columns.tile, term(columns.within), p) ?? here.value(whole.right),
    body: whole.body.map((statement) => here.statement(statement)),
  };
}
