// The order in which reductions combine elements, and products are summed. All back ends follow it,
// so that results agree to the last bit; it depends only on the shape, so that it is the same
// however the work is divided.
import { elementCount, type Shape } from "../../graph/shape.ts";
import { type DType, isFloating } from "../../scalar/dtype.ts";
import type { Multiply, ReduceLoop } from "./language.ts";

/** The number of accumulators, if more than one. */
export const manyTotals = 16;

/**
 * If the last axis is reduced, elements are dealt in turn, in row-major order, to this many
 * accumulators (as in vector units), else to one. The accumulators are then combined in halves: i
 * with i + 8, then i + 4, i + 2, i + 1.
 */
export function lanesOf(shape: Shape, axes: Shape): number {
  return axes.includes(shape.length - 1) ? manyTotals : 1;
}

/** Larger reductions are split into chunks of at most half this many elements. */
const mostAtOnce = 2 ** 15;

/** Chunks of the first axis that is reduced and longer than 1. */
export interface Chunks {
  readonly axis: number;
  /** The size of each chunk except the last, which may be shorter. */
  readonly size: number;
  readonly count: number;
}

/**
 * The chunks that are reduced separately, and whose results are then reduced in the same way;
 * undefined if everything is reduced at once.
 */
export function chunksOf(shape: Shape, axes: Shape): Chunks | undefined {
  const axis = axes.find((one) => shape[one]! > 1);
  if (axis === undefined) return undefined;
  const elements = elementCount(axes.map((one) => shape[one]!));
  if (elements <= mostAtOnce) return undefined;
  const size = Math.max(1, Math.floor((mostAtOnce / 2) * (shape[axis]! / elements)));
  return { axis, size, count: Math.ceil(shape[axis]! / size) };
}

/**
 * The number of floats that an accumulator sums. It is then added to a total in float64, and starts
 * again: errors do not grow with the number of elements.
 */
const mostInBlock = 512;

/** Blocks of nested loops. */
export interface Blocks {
  /**
   * The loop with `size` iterations per block, fewer in the last one. Loops inside it are entirely
   * in a block; each iteration of a loop outside starts a new block.
   */
  readonly loop: number;
  readonly size: number;
}

/** The blocks of a reduction; undefined if there is only one. */
export function blocksOfReduce({
  combine,
  total: { dtype },
  variables,
  lanes,
}: ReduceLoop): Blocks | undefined {
  if (combine !== "add") return undefined;
  return blocksOf(
    variables.map(({ size }) => size),
    dtype,
    lanes,
  );
}

/** The blocks of a product's sums; undefined if there is only one. */
export function blocksOfMultiply({ total: { dtype }, inner }: Multiply): Blocks | undefined {
  return blocksOf(
    inner.map(({ size }) => size),
    dtype,
  );
}

/** The blocks of a sum with `totals` accumulators, over nested loops of these sizes. */
export function blocksOf(sizes: Shape, dtype: DType, totals = 1): Blocks | undefined {
  if (!isFloating(dtype)) return undefined;
  const most = totals * mostInBlock;
  let inside = 1;
  for (let loop = sizes.length - 1; loop >= 0; loop--) {
    const all = inside * sizes[loop]!;
    if (all > most) return { loop, size: Math.floor(most / inside) };
    inside = all;
  }
  return undefined;
}

/** The ends of the blocks of a sum, in row-major order. */
export function blockEnds(sizes: Shape, blocks: Blocks | undefined): readonly number[] {
  const count = elementCount(sizes);
  if (!blocks) return [count];
  const run = elementCount(sizes.slice(blocks.loop));
  const step = blocks.size * elementCount(sizes.slice(blocks.loop + 1));
  const ends: number[] = [];
  for (let from = 0; from < count; from += run) {
    for (let end = step; end < run; end += step) ends.push(from + end);
    ends.push(from + run);
  }
  return ends;
}

/**
 * The dtype of an accumulator whose every value is a result: that of floats is rounded each time.
 */
export function prefixDType(dtype: DType): DType {
  return dtype === "float32" ? "float64" : dtype;
}
