// The order in which reductions combine elements, and in which products are added up. Every back end
// keeps it, so that results agree to the last bit; it depends on the shape alone, so that it is the
// same however the work is divided.
import { elementCount, type Shape } from "../../graph/shape.ts";
import { type DType, isFloating } from "../../scalar/dtype.ts";
import type { Multiply, Reduce } from "./language.ts";

/** Running totals where there is more than one. */
export const manyTotals = 16;

/**
 * Where the last axis is reduced, elements are dealt in turn, in row-major order, to so many
 * running totals (as vector units do), else to one. The totals are then combined in halves: i with
 * i + 8, then i + 4, i + 2, i + 1.
 */
export function lanesOf(shape: Shape, axes: Shape): number {
  return axes.includes(shape.length - 1) ? manyTotals : 1;
}

/** A reduction of more elements than this is one of chunks that have at most half as many. */
const mostAtOnce = 2 ** 15;

/** Stretches of the first axis that is reduced, and longer than 1. */
export interface Chunks {
  readonly axis: number;
  /** Of each chunk but the last, which may be shorter. */
  readonly size: number;
  readonly count: number;
}

/**
 * The chunks that are reduced each by itself, and then with each other, in the same way; undefined
 * if all is reduced at once.
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
 * So many floats a running total takes, one after the other. Then it is added to a total in float64,
 * and begins anew: errors do not grow with the number of elements.
 */
const mostInBlock = 256;

/** Blocks of nested loops. */
export interface Blocks {
  /**
   * The loop of which `size` turns are in a block, and fewer in its last one. Loops inside are in
   * each block whole; with each turn of one outside, a new block begins.
   */
  readonly loop: number;
  readonly size: number;
}

/** The blocks in which a reduction goes; undefined if all is one. */
export function blocksOfReduce({
  combine,
  total: { dtype },
  variables,
  lanes,
}: Reduce): Blocks | undefined {
  if (combine !== "add") return undefined;
  return blocksOf(
    variables.map(({ size }) => size),
    dtype,
    lanes,
  );
}

/** The blocks in which products are added up; undefined if all is one. */
export function blocksOfMultiply({ total: { dtype }, inner }: Multiply): Blocks | undefined {
  return blocksOf(
    inner.map(({ size }) => size),
    dtype,
  );
}

/** The blocks of a sum in so many running totals, over nested loops of so many turns each. */
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

/** Where the blocks of `count` elements end, counted in row-major order. */
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

/** The dtype of a running total whose every value is a result: that of floats is rounded for each. */
export function scanDType(dtype: DType): DType {
  return dtype === "float32" ? "float64" : dtype;
}
