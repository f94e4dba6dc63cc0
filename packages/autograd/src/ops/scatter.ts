// Scatters that set, or take extremes or means, and gathers by several axes: compositions of
// gathers, sorts and running extremes, so that batching and gradients are those of their parts.
import { createNode } from "../graph/create.ts";
import { ShapeError } from "../graph/errors.ts";
import type { Node, Prefix } from "../graph/node.ts";
import {
  checkSameShape,
  elementCount,
  formatShape,
  gatheredShape,
  normalizeAxis,
  type Shape,
} from "../graph/shape.ts";
import { promote } from "../scalar/dtype.ts";
import * as scalar from "../scalar/expression.ts";
import { add, div, maximum, minimum, mul, sub } from "./arithmetic.ts";
import { equal, greater, isNaN, logicalNot, logicalOr, notEqual, where } from "./comparison.ts";
import { full, iota } from "./creation.ts";
import { custom } from "./custom.ts";
import { argSort, checkedPlaces, gather, scatterAdd } from "./indexing.ts";
import { broadcastTo, concat, reshape, slice, squeeze } from "./movement.ts";
import { cast, floating } from "./operands.ts";
import { searchSorted } from "./order.ts";

/** What is scattered: everything in one dtype, and the indices as one list, counted from 0. */
interface Scattered {
  readonly x: Node;
  readonly axis: number;
  /** `[n]` */
  readonly places: Node;
  /** `[...before, n, ...behind]` */
  readonly updates: Node;
}

function scattered(
  name: string,
  x: Node,
  axis: number,
  indices: Node,
  updates: Node,
): Scattered | undefined {
  const normal = normalizeAxis(name, axis, x.shape);
  const expected = gatheredShape(normal, x.shape, indices.shape);
  checkSameShape(name, updates.shape, expected);
  const count = elementCount(indices.shape);
  const places = reshape(checkedPlaces(name, indices, x.shape, normal), [count]);
  // As a scatter of the family does, which then checks no index.
  if (elementCount(updates.shape) === 0) return undefined;
  if (x.shape[normal] === 0) {
    const given = `axis ${normal} of ${formatShape(x.shape)} has size 0`;
    throw new ShapeError(`${name}: ${given}, expected at least 1`);
  }
  const dtype = promote(x.dtype, updates.dtype);
  const shape = [...x.shape.slice(0, normal), count, ...x.shape.slice(normal + 1)];
  return {
    x: cast(x, dtype),
    axis: normal,
    places,
    updates: reshape(cast(updates, dtype), shape),
  };
}

/** The updates in the order of their places: equal places are side by side, in the order given. */
interface Runs {
  /** `[n]`: which update comes at each position. */
  readonly order: Node;
  /** `[n]`, ascending. */
  readonly sorted: Node;
  /** `[size]`: the position of the last update of each place; any where there is none. */
  readonly last: Node;
  /** `[size]`: whether a place has updates. */
  readonly isHit: Node;
}

function runsOf({ x, axis, places }: Scattered): Runs {
  const order = argSort(places);
  const sorted = gather(places, 0, order);
  const own = iota([x.shape[axis]!], 0);
  const last = maximum(sub(searchSorted(sorted, own, true), 1), 0);
  return { order, sorted, last, isHit: equal(gather(sorted, 0, last), own) };
}

/** A list for the places along `axis`, as a tensor that broadcasts with all others. */
function alongAxis(list: Node, axis: number, rank: number): Node {
  const shape = Array.from({ length: rank }, (_, i) => (i === axis ? list.shape[0]! : 1));
  return reshape(list, shape);
}

/** `x` with the slices of `updates` in place of its own at `indices`; of several, the last. */
export function scatterSet(x: Node, axis: number, indices: Node, updates: Node): Node {
  return setBy("scatterSet", x, axis, indices, updates);
}

function setBy(name: string, x: Node, axis: number, indices: Node, updates: Node): Node {
  const given = scattered(name, x, axis, indices, updates);
  if (!given) return cast(x, promote(x.dtype, updates.dtype));
  const { order, last, isHit } = runsOf(given);
  const found = gather(given.updates, given.axis, gather(order, 0, last));
  return where(alongAxis(isHit, given.axis, x.shape.length), found, given.x);
}

type Extreme = "scatterMax" | "scatterMin";

type Given = readonly [x: Node, axis: number, indices: Node, updates: Node, includeSelf?: boolean];

/** `x` with the largest of its slices and all `updates` at `indices`. */
export function scatterMax(...given: Given): Node {
  return extremes("scatterMax", ...given);
}

/** `x` with the smallest of its slices and all `updates` at `indices`. */
export function scatterMin(...given: Given): Node {
  return extremes("scatterMin", ...given);
}

function extremes(name: Extreme, ...[x, axis, indices, updates, includeSelf = true]: Given): Node {
  const given = scattered(name, x, axis, indices, updates);
  if (!given) return cast(x, promote(x.dtype, updates.dtype));
  const { order, sorted, last, isHit } = runsOf(given);
  const rank = x.shape.length;
  const along = (list: Node) => alongAxis(list, given.axis, rank);
  const inOrder = gather(given.updates, given.axis, order);
  // Any number but the first place's stands before the first one.
  const before = concat([full([1], -1, "int32"), slice(sorted, 0, 0, -1)], 0);
  const running = extremesOfRuns(name, along(notEqual(sorted, before)), inOrder, given.axis);
  const found = gather(running, given.axis, last);
  const isChosen = along(isHit);
  const both = name === "scatterMax" ? maximum(given.x, found) : minimum(given.x, found);
  const value = where(isChosen, includeSelf ? both : found, given.x);
  const known = [given.x, given.updates, given.places, isChosen];
  return custom(name, value, known, (g, [own, added, at, hit], y) => {
    const isOwn = includeSelf ? equal(own!, y) : broadcastTo(logicalNot(hit!), y.shape);
    const isAdded = equal(added!, gather(y, given.axis, at!));
    const count = scatterAdd(cast(isOwn, g.dtype), given.axis, at!, cast(isAdded, g.dtype));
    // All NaN if the extreme is, which equals nothing.
    const share = where(isNaN(y), Number.NaN, div(g, maximum(count, 1)));
    const isShared = (reached: Node, value: Node) => logicalOr(reached, isNaN(value));
    const ofOwn = where(isShared(isOwn, y), share, 0);
    const [ofEach, reached] = [gather(share, given.axis, at!), gather(y, given.axis, at!)];
    const ofAdded = where(isShared(isAdded, reached), ofEach, 0);
    return [ofOwn, ofAdded, undefined, undefined];
  });
}

const prefixes = new Map<Extreme, Prefix>();

/** Running extremes that begin anew where `isFirst`. */
function extremesOfRuns(name: Extreme, isFirst: Node, x: Node, axis: number): Node {
  let operation = prefixes.get(name);
  if (!operation) {
    const [total, first, element] = [scalar.input(0), scalar.input(1), scalar.input(2)];
    const choose = name === "scatterMax" ? scalar.max : scalar.min;
    operation = {
      family: "prefix",
      name,
      start: 0,
      combine: scalar.select(scalar.equal(first, 0), choose(total, element), element),
      gradient: ["none: another rule stands for it"],
    };
    prefixes.set(name, operation);
  }
  const inputs = [broadcastTo(cast(isFirst, x.dtype), x.shape), x];
  return createNode(operation, inputs, { axis }, x.shape, x.dtype);
}

/** `x` with the mean of its slices and all `updates` at `indices`; integers become float32. */
export function scatterMean(...[x, axis, indices, updates, includeSelf = true]: Given): Node {
  const given = scattered("scatterMean", floating(x), axis, indices, floating(updates));
  if (!given) return cast(floating(x), promote(floating(x).dtype, floating(updates).dtype));
  const { x: own, places } = given;
  const size = own.shape[given.axis]!;
  const zeros = full([size], 0, own.dtype);
  const list = scatterAdd(zeros, 0, places, full(places.shape, 1, own.dtype));
  const counts = alongAxis(list, given.axis, own.shape.length);
  if (includeSelf) {
    return div(scatterAdd(own, given.axis, places, given.updates), add(counts, 1));
  }
  const start = full(own.shape, 0, own.dtype);
  const sums = scatterAdd(start, given.axis, places, given.updates);
  return where(greater(counts, 0), div(sums, maximum(counts, 1)), own);
}

/** The number of each element in row-major order, from its indices along the first axes. */
function numbers(indices: readonly Node[], sizes: Shape): Node {
  return indices.reduce((number, index, i) => add(mul(number, sizes[i]!), index));
}

/** The slices of `x` at points: `indices` `[..., k]` has the places along the first k axes. */
export function gatherNd(x: Node, indices: Node): Node {
  const axes = indices.shape.at(-1);
  if (axes === undefined || axes > x.shape.length || axes === 0) {
    const expected = `expected a last axis of 1 to ${x.shape.length} places`;
    const given = `${formatShape(x.shape)} and indices ${formatShape(indices.shape)}`;
    throw new ShapeError(`gatherNd: ${given}, ${expected}`);
  }
  const front = x.shape.slice(0, axes);
  const points = indices.shape.slice(0, -1);
  const each = front.map((_, i) => {
    const list = squeeze(slice(indices, -1, i, i + 1), -1);
    return checkedPlaces("gatherNd", list, x.shape, i);
  });
  const flat = reshape(x, [elementCount(front), ...x.shape.slice(axes)]);
  const all = reshape(numbers(each, front), points);
  return gather(flat, 0, all);
}

/**
 * `x` with each element of `values` at its own index along `axis`; of several at one place, the last
 * in row-major order. The other axes of `indices`, and all of `values`, broadcast.
 */
export function putAlongAxis(x: Node, indices: Node, values: Node, axis: number): Node {
  const normal = normalizeAxis("putAlongAxis", axis, x.shape);
  const { shape } = x;
  const given = `${formatShape(shape)} and indices ${formatShape(indices.shape)}`;
  if (indices.shape.length !== shape.length) {
    throw new ShapeError(`putAlongAxis: ${given}, expected as many axes in both`);
  }
  const picked = shape.map((size, i) => (i === normal ? indices.shape[i]! : size));
  const fits = (one: Shape) => broadcastsTo(one, picked);
  if (!fits(indices.shape)) {
    throw new ShapeError(`putAlongAxis: ${given} do not broadcast outside axis ${normal}`);
  }
  if (!fits(values.shape)) {
    const wanted = `values are ${formatShape(values.shape)}, expected ${formatShape(picked)}`;
    throw new ShapeError(`putAlongAxis: ${wanted} or what broadcasts to it`);
  }
  const places = checkedPlaces("putAlongAxis", broadcastTo(indices, picked), shape, normal);
  const each = shape.map((_, i) => (i === normal ? places : iota(picked, i)));
  const list = (node: Node) => reshape(node, [-1]);
  if (elementCount(picked) === 0) return cast(x, promote(x.dtype, values.dtype));
  const all = broadcastTo(values, picked);
  return reshape(setBy("putAlongAxis", list(x), 0, list(numbers(each, shape)), list(all)), shape);
}

function broadcastsTo(shape: Shape, to: Shape): boolean {
  if (shape.length > to.length) return false;
  return shape.every((size, i) => size === 1 || size === to[to.length - shape.length + i]);
}
