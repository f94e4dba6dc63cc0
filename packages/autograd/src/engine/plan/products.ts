// Loops of products. Small ones read their operands where they lie. Large ones read them from copies in
// the order of use, tile by tile ("packed": K. Goto and R. A. van de Geijn, "Anatomy of High-Performance
// Matrix Multiplication", 2008), where a cache would not hold what a tile goes through.
import type { Node, NodeOf } from "../../graph/node.ts";
import { elementCount } from "../../graph/shape.ts";
import { bytesPerElement, type DType } from "../../scalar/dtype.ts";
import { buffersOf, strideAlong } from "../kernel/dependence.ts";
import {
  addIndices,
  type Buffer,
  constantIndex,
  type Index,
  type Kernel,
  type Multiply,
  type Statement,
  scaleIndex,
  type Total,
  term,
  tileColumns,
  tileRows,
  type Value,
  type Variable,
} from "../kernel/language.ts";
import { Substitution } from "../kernel/substitute.ts";
import { flatten, nested, ownPlace, type Place, variableOf } from "./index-map.ts";
import type { Loops, Surroundings } from "./loops.ts";

/** The convolution `node` at the place `at`: along its last axis, in tiles of channels and places. */
export function convolutionLoops(node: NodeOf<"convolve">, at: Place, plan: Surroundings): Loops {
  const [x, kernel] = node.inputs as readonly [Node, Node];
  const { stride, dilation } = node.attributes;
  const [example, group, output, ...places] = at as readonly [Index, Index, Index, ...Index[]];
  const inner = kernel.shape.slice(2).map((size, i): Variable => {
    return { kind: "variable", name: i === 0 ? "c" : `w${i}`, size };
  });
  const [channel, ...within] = inner.map((variable) => term(variable)) as [Index, ...Index[]];
  const under = places.map((place, i) =>
    addIndices(scaleIndex(place, stride[i]!), scaleIndex(within[i]!, dilation[i]!)),
  );
  const total: Total = { kind: "total", dtype: node.dtype };
  const product: Multiply = {
    kind: "multiply",
    total,
    row: variableOf(output) ?? single("k"),
    column: variableOf(places.at(-1)!) ?? single("j"),
    inner,
    left: plan.lowering.valueAt(kernel, [group, output, channel, ...within]),
    right: plan.lowering.valueAt(x, [example, group, channel, ...under]),
    body: plan.stores(total),
  };
  return { before: [], body: nested([example, group, ...places.slice(0, -1)], [product]) };
}

/** The product `node` at the place `at`. */
export function productLoops(node: NodeOf<"contract">, at: Place, plan: Surroundings): Loops {
  const [left, right] = node.inputs as readonly [Node, Node];
  const batch = at.slice(0, -2);
  const [m, n] = at.slice(-2) as [Index, Index];
  const inner: Variable = { kind: "variable", name: "p", size: left.shape.at(-1)! };
  const total: Total = { kind: "total", dtype: node.dtype };
  const whole: MatrixProduct = {
    kind: "multiply",
    total,
    row: variableOf(m) ?? single("i"),
    column: variableOf(n) ?? single("j"),
    inner: [inner],
    left: plan.lowering.valueAt(left, [...frontOf(left, batch), m, term(inner)]),
    right: plan.lowering.valueAt(right, [...frontOf(right, batch), term(inner), n]),
    body: plan.stores(total),
  };
  const packed = {
    left: isWorthPackingLeft(whole) ? pack(left, "left", batch, plan) : undefined,
    right: isWorthPackingRight(whole) ? pack(right, "right", batch, plan) : undefined,
  };
  const before = [packed.left, packed.right].flatMap((copy) => copy?.kernel ?? []);
  const body = before.length > 0 ? inTiles(whole, packed) : [whole];
  return { before, body: nested(batch, body) };
}

/** The variable of an axis of size 1, which no index mentions. */
function single(name: string): Variable {
  return { kind: "variable", name, size: 1 };
}

/** The operand's place on its batch axes. */
function frontOf(operand: Node, batch: Place): Place {
  const front = operand.shape.slice(0, -2);
  const added = batch.length - front.length;
  return front.map((size, axis) => (size === 1 ? constantIndex(0) : batch[added + axis]!));
}

/** A product over one variable. */
type MatrixProduct = Multiply & { readonly inner: readonly [Variable] };

// Whether to copy

/** Multiplications below which no copy is worth its own kernel: some 40 µs. */
const fewestProducts = 2 ** 20;
/** So often must each element be used from a copy, in tiles, until that has cost nothing. */
const fewestTiles = 8;

function isWorthPackingRight({ row, column, inner: [inner], right }: MatrixProduct): boolean {
  const isLarge = row.size * column.size * inner.size >= fewestProducts;
  if (!isLarge || row.size < fewestTiles * tileRows || column.size < 8) return false;
  if (right.kind !== "load" || strideAlong(right.index, column) !== 1) return true;
  return !isHeld(inner.size, strideAlong(right.index, inner), right.dtype);
}

function isWorthPackingLeft({ row, column, inner: [inner], left }: MatrixProduct): boolean {
  const isLarge = row.size * column.size * inner.size >= fewestProducts;
  if (!isLarge || column.size < fewestTiles * tileColumns(left.dtype)) return false;
  if (left.kind !== "load") return true;
  if (strideAlong(left.index, inner) === 1) return false;
  return !isHeld(inner.size, strideAlong(left.index, inner), left.dtype);
}

/** Bytes of a line of the first cache, its lines per set, and bytes from one line of a set to the next. */
const line = 64;
const ways = 8;
const period = 4096;

/** Whether the first cache holds `count` lines that lie `stride` elements apart, until they come again. */
function isHeld(count: number, stride: number | undefined, dtype: DType): boolean {
  if (stride === undefined) return false;
  const bytes = Math.abs(stride) * bytesPerElement(dtype);
  if (bytes <= line) return true;
  const sets = Math.min(period / line, period / greatestCommonDivisor(bytes, period));
  return count <= sets * ways;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

// Copies

/** A copy of an operand, tile by tile. */
interface Packed {
  /** Makes it. */
  readonly kernel: Kernel;
  /** The element for position `p` of the inner variable and `within` of a tile. */
  at(tile: Index, within: Index, p: Index): Value;
}

/** The operand's rows (left) or columns (right), a tile's at once: [tile, inner, row or column of the tile]. */
function pack(operand: Node, side: "left" | "right", batch: Place, plan: Surroundings): Packed {
  const { dtype } = operand;
  const [height, width] = operand.shape.slice(-2) as [number, number];
  const [count, depth] = side === "left" ? [height, width] : [width, height];
  const size = side === "left" ? tileRows : tileColumns(dtype);
  const frontShape = operand.shape.slice(0, -2);
  const one = Math.ceil(count / size) * size * depth;
  const buffer = plan.addBuffer(dtype, elementCount(frontShape) * one);
  const indexOf = (front: Place, tile: Index, within: Index, p: Index): Index =>
    addIndices(
      scaleIndex(flatten(front, frontShape), one),
      scaleIndex(tile, size * depth),
      scaleIndex(p, size),
      within,
    );
  const front = ownPlace(frontShape);
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
  const frontHere = frontOf(operand, batch);
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

// Tiles

/** Rows, or columns, that a loop goes through tile by tile. */
interface Stretch {
  /** The loop over whole tiles; none for what is left over. */
  readonly loops: readonly Variable[];
  readonly tile: Index;
  /** Position in the tile. */
  readonly within: Variable;
  /** Row or column. */
  readonly index: Index;
}

/** Whole tiles of `size`, and what is left over. `names`: of the loop over tiles, and of that in one. */
function stretches(
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

/** Bytes of an operand that are gone through again and again: a part of the second cache. */
const blockBytes = 2 ** 18;

/** More than the second cache holds. */
const largeBytes = 2 ** 20;

/** Bytes of the results, and of what is read for them beside the operands. */
function bytesBeside({ body }: MatrixProduct): number {
  const { reads, writes } = buffersOf(body);
  const sizeOf = ({ size, dtype }: Buffer) => size * bytesPerElement(dtype);
  return [...reads, ...writes].reduce((sum, buffer) => sum + sizeOf(buffer), 0);
}

/**
 * The product in tiles: for some rows at once (which the second cache holds) all columns, and for each
 * tile of columns (which the first cache holds) all these rows. Where much more is read and written than
 * the operands (the update of an optimiser), and the second cache holds the whole right one: all columns
 * for each tile of rows, so that this is gone through as it lies (a fifth less for Adam's update of 784 x 512).
 */
function inTiles(
  whole: MatrixProduct,
  packed: { readonly left: Packed | undefined; readonly right: Packed | undefined },
): readonly Statement[] {
  const {
    row,
    column,
    inner: [inner],
    left,
  } = whole;
  const bytesOfRow = inner.size * bytesPerElement(left.dtype);
  const columns = stretches(column.size, tileColumns(whole.total.dtype), ["j", "c"]);
  const product = (rows: Stretch, ofColumns: Stretch): Statement =>
    tiled(whole, rows, ofColumns, packed);
  const allRows = stretches(row.size, tileRows, ["i", "r"]);
  if (bytesOfRow * column.size <= blockBytes && bytesBeside(whole) > largeBytes) {
    return allRows.flatMap((rows) =>
      inLoops(
        rows.loops,
        columns.flatMap((ofColumns) => inLoops(ofColumns.loops, [product(rows, ofColumns)])),
      ),
    );
  }
  const mostTiles = Math.max(1, Math.floor(blockBytes / bytesOfRow / tileRows));
  return allRows.flatMap((rows) =>
    inBlocks(rows, mostTiles).flatMap(({ block, rows: some }) => {
      const body = columns.flatMap((ofColumns) =>
        inLoops([...ofColumns.loops, ...some.loops], [product(some, ofColumns)]),
      );
      return inLoops(block ? [block] : [], body);
    }),
  );
}

/** The stretch in blocks of about equal size, with at most so many tiles each. */
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

/** So many tiles of the stretch, whose loop is `loop`, from `tile` on. */
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
    new Map([[whole.total, total]]),
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

function inLoops(variables: readonly Variable[], body: readonly Statement[]): readonly Statement[] {
  return variables.reduceRight<readonly Statement[]>(
    (inner, variable) => [{ kind: "for", variable, body: inner }],
    body,
  );
}
