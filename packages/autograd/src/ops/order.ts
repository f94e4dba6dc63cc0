// What follows from an order of elements: quantiles, places in a sorted list, counts by bins.
import { NablaError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { type Axes, elementCount, normalizeAxes, reducedShape } from "../graph/shape.ts";
import { isFloating } from "../scalar/dtype.ts";
import { add, div, maximum, mul, sub } from "./arithmetic.ts";
import {
  equal,
  greater,
  isFinite,
  isNaN,
  less,
  lessEqual,
  logicalAnd,
  logicalNot,
  logicalOr,
  where,
} from "./comparison.ts";
import { full, iota } from "./creation.ts";
import { gather, scatterAdd, sort, takeAlongAxis } from "./indexing.ts";
import { permute, reshape, slice } from "./movement.ts";
import { cast } from "./operands.ts";
import { max, min, sum } from "./reduce.ts";
import { ceil, floor } from "./rounding.ts";

/**
 * The value below which a part `q` of the elements lies, between two of them by the line through
 * both; NaN where one of them is. `name` is what errors start with.
 */
export function quantile(name: string, x: Node, q: number, axis?: Axes, keepDims = false): Node {
  const axes = normalizeAxes(name, axis, x.shape);
  const { sorted, kept, count } = sortedAlong(name, x, axes);
  const place = q * (count - 1);
  const [below, above] = [Math.floor(place), Math.ceil(place)];
  const at = (i: number) => reshape(slice(sorted, kept.length, i, i + 1), kept);
  const between = interpolated(at(below), at(above), place - below);
  // NaN comes last.
  const last = at(count - 1);
  const value = where(isNaN(last), last, between);
  const result = reshape(value, reducedShape(x.shape, axes, keepDims));
  return isFloating(x.dtype) ? result : cast(result, "float32");
}

interface SortedElements {
  /** `[...kept, count]`, ascending along the last axis; integers are float64. */
  readonly sorted: Node;
  readonly kept: readonly number[];
  readonly count: number;
}

function sortedAlong(name: string, x: Node, axes: readonly number[]): SortedElements {
  const count = elementCount(axes.map((i) => x.shape[i]!));
  if (count === 0) throw new NablaError(`${name}: there are no elements along these axes`);
  const others = x.shape.map((_, i) => i).filter((i) => !axes.includes(i));
  const kept = others.map((i) => x.shape[i]!);
  // Integers that float32 cannot tell apart still have an order.
  const input = isFloating(x.dtype) ? x : cast(x, "float64");
  const sorted = sort(reshape(permute(input, [...others, ...axes]), [...kept, count]), -1);
  return { sorted, kept, count };
}

/** `quantile` of the elements that are no NaN; NaN where all are. */
export function nanQuantile(name: string, x: Node, q: number, axis?: Axes, keepDims = false): Node {
  if (!isFloating(x.dtype)) return quantile(name, x, q, axis, keepDims);
  const axes = normalizeAxes(name, axis, x.shape);
  const { sorted } = sortedAlong(name, x, axes);
  const count = sum(logicalNot(isNaN(sorted)), -1, true);
  // In float64, so that places are those of `quantile`.
  const place = mul(maximum(sub(cast(count, "float64"), 1), 0), q);
  const [below, above] = [floor(place), ceil(place)];
  const at = (i: Node) => takeAlongAxis(sorted, cast(i, "int32"), -1);
  const part = sub(place, below);
  const [a, b] = [at(below), at(above)];
  const weighted = (y: Node, weight: Node) => mul(y, cast(weight, y.dtype));
  const between = where(equal(a, b), a, add(weighted(a, sub(1, part)), weighted(b, part)));
  const result = where(greater(count, 0), between, Number.NaN);
  return reshape(result, reducedShape(x.shape, axes, keepDims));
}

/**
 * Between `a` and `b`, as a weighted mean: their difference may overflow, and is NaN beside an infinity.
 * Equal ones stay what they are, without rounding.
 */
function interpolated(a: Node, b: Node, part: number): Node {
  if (part === 0) return a;
  return where(equal(a, b), a, add(mul(a, 1 - part), mul(b, part)));
}

/**
 * How many elements of a sorted list are less than each value, or with `right` at most as large:
 * where it would be put in. NaN is larger than all numbers. By halving, in log2(n) rounds.
 */
export function searchSorted(sorted: Node, values: Node, right = false): Node {
  const [size] = sorted.shape as readonly [number];
  let found: Node = full(values.shape, 0, "int32");
  const isBefore = (x: Node): Node => {
    const isOrdered = right ? lessEqual(x, values) : less(x, values);
    const isLast = isNaN(values);
    return logicalOr(isOrdered, right ? isLast : logicalAnd(isLast, logicalNot(isNaN(x))));
  };
  // Of no elements in no round.
  for (let step = size && 2 ** Math.floor(Math.log2(size)); step >= 1; step /= 2) {
    const next = add(found, step);
    const isThere = lessEqual(next, size);
    // Beyond the end any element does: it is not counted.
    const x = gather(sorted, 0, sub(where(isThere, next, 1), 1));
    found = where(logicalAnd(isThere, isBefore(x)), next, found);
  }
  return found;
}

/** How often each of 0 … length - 1 is there; or the sums of the weights of each. */
export function binCount(x: Node, length: number, weights?: Node): Node {
  const whole = reshape(x, [-1]);
  const given =
    weights && reshape(weights.dtype === "bool" ? cast(weights, "int32") : weights, [-1]);
  const each = given ?? full(whole.shape, 1, "int32");
  return scatterAdd(full([length], 0, each.dtype), 0, whole, each, "binCount");
}

/** Edges of as many bins of one width as `bins`. */
function edgesBetween(low: Node, high: Node, bins: number): Node {
  const parts = div(cast(iota([bins + 1], 0), low.dtype), bins);
  // The last one exactly.
  const edges = add(low, mul(sub(high, low), parts));
  return where(equal(iota([bins + 1], 0), bins), high, edges);
}

/** Both, or NaN where they are not finite. */
function definite(low: Node, high: Node): readonly [Node, Node] {
  const areFinite = logicalAnd(isFinite(low), isFinite(high));
  return [where(areFinite, low, Number.NaN), where(areFinite, high, Number.NaN)];
}

export interface Histogram {
  readonly counts: Node;
  readonly edges: Node;
}

/** Counts of elements by bins of one width; each has its lower edge, the last one both. */
export function histogram(x: Node, bins: number, range?: readonly [number, number]): Histogram {
  const all = reshape(isFloating(x.dtype) ? x : cast(x, "float64"), [-1]);
  const bound = (value: number) => full([], value, all.dtype);
  const [first, last] = range ? [bound(range[0]), bound(range[1])] : definite(min(all), max(all));
  // Elements that are all the same lie in the middle of a bin, as in NumPy.
  const half = where(equal(first, last), 0.5, 0);
  const [low, high] = [sub(first, half), add(last, half)];
  const edges = edgesBetween(low, high, bins);
  const place = sub(searchSorted(edges, all, true), 1);
  const isLast = equal(all, high);
  const isInside = logicalAnd(lessEqual(low, all), lessEqual(all, high));
  const bin = where(isInside, where(isLast, bins - 1, place), 0);
  const counts = binCount(bin, bins, cast(isInside, "int32"));
  return { counts, edges };
}
