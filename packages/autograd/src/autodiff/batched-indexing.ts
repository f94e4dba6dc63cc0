// Batching rules for gather and scatter (batched.ts).
import type { Indexed } from "../graph/attributes.ts";
import { createNode } from "../graph/create.ts";
import type { Node, NodeOf } from "../graph/node.ts";
import { insertedAt, type Shape } from "../graph/shape.ts";
import { add, maximum, minimum, mul, sub } from "../ops/arithmetic.ts";
import { greaterEqual, less, where } from "../ops/comparison.ts";
import { iota } from "../ops/creation.ts";
import { permute, reshape } from "../ops/movement.ts";
import { type Input, stretched } from "./batching.ts";

export function batchedGather(
  node: NodeOf<"gather">,
  inputs: readonly Input[],
  count: number,
): Node {
  const { operation, attributes, dtype, shape } = node;
  const [x, indices] = inputs as readonly [Input, Input];
  const { axis, along } = attributes;
  const named = namedAsOne(attributes, node.inputs[0]!.shape);
  const gathered = (from: Node, at: Node, alongAxis: number, all: Shape, beyond = 0) =>
    createNode(operation, [from, at], beyondOf(named, alongAxis, beyond), all, dtype);
  if (along) {
    const all = [stretched(x, count), stretched(indices, count)] as const;
    return gathered(...all, axis + 1, [count, ...shape]);
  }
  if (!indices.isBatched) return gathered(x.node, indices.node, axis + 1, [count, ...shape]);
  if (!x.isBatched) {
    const all = insertedAt(shape, axis, count);
    return permute(gathered(x.node, indices.node, axis, all), frontFrom(axis, all.length));
  }
  // One axis for the examples and the axis that is picked from.
  const own = node.inputs[0]!.shape;
  const size = own[axis]!;
  const flat = flattened(x.node, axis);
  const at = shiftedByExample(indices.node, size, count);
  const before = own.slice(0, axis);
  const all = [...at.shape, ...before, ...own.slice(axis + 1)];
  const picked = gathered(flat, at, 0, all, count * size);
  // [count, ...indices, ...before, ...behind], and the axes before belong before the indices.
  const rank = at.shape.length;
  const order = [
    0,
    ...before.map((_, i) => rank + i),
    ...at.shape.slice(1).map((_, i) => 1 + i),
    ...own.slice(axis + 1).map((_, i) => rank + before.length + i),
  ];
  return permute(picked, order);
}

export function batchedScatter(
  node: NodeOf<"scatter">,
  inputs: readonly Input[],
  count: number,
): Node {
  const { operation, attributes, dtype } = node;
  const [x, indices, updates] = inputs as readonly [Input, Input, Input];
  const { axis, along } = attributes;
  const [to, added] = [stretched(x, count), stretched(updates, count)];
  const named = namedAsOne(attributes, node.shape);
  const scattered = (into: Node, at: Node, what: Node, alongAxis: number, beyond = 0) => {
    const all = beyondOf(named, alongAxis, beyond);
    return createNode(operation, [into, at, what], all, into.shape, dtype);
  };
  if (along) return scattered(to, stretched(indices, count), added, axis + 1);
  if (!indices.isBatched) return scattered(to, indices.node, added, axis + 1);
  const own = node.shape;
  const at = shiftedByExample(indices.node, own[axis]!, count);
  // Updates are [count, ...before, ...indices, ...behind].
  const picked = at.shape.length - 1;
  const order = [
    0,
    ...Array.from({ length: picked }, (_, i) => 1 + axis + i),
    ...Array.from({ length: axis }, (_, i) => 1 + i),
    ...own.slice(axis + 1).map((_, i) => 1 + axis + picked + i),
  ];
  const size = count * own[axis]!;
  const result = scattered(flattened(to, axis), at, permute(added, order), 0, size);
  const unflattened = reshape(result, [
    count,
    own[axis]!,
    ...own.slice(0, axis),
    ...own.slice(axis + 1),
  ]);
  const back = [
    0,
    ...Array.from({ length: axis }, (_, i) => 2 + i),
    1,
    ...own.slice(axis + 1).map((_, i) => 2 + axis + i),
  ];
  return permute(unflattened, back);
}

/** [count, …, size, …] as [count * size, …]: `axis` (of one example) right after the first. */
function flattened(x: Node, axis: number): Node {
  const all = axis + 1;
  const order = [0, all, ...x.shape.flatMap((_, i) => (i === 0 || i === all ? [] : [i]))];
  const moved = permute(x, order);
  const [count, size, ...rest] = moved.shape as readonly [number, number, ...number[]];
  return reshape(moved, [count * size, ...rest]);
}

/** Makes errors describe indices into `shape` as the user of one example knows them. */
function namedAsOne(attributes: Indexed, shape: Shape): Indexed {
  const { axis, exampleAxis = axis, exampleShape = shape } = attributes;
  return { ...attributes, exampleAxis, exampleShape };
}

/** The same for a batch whose out-of-range indices are `beyond` further from 0 than the user's. */
function beyondOf(named: Indexed, axis: number, beyond: number): Indexed {
  return { ...named, axis, beyond: (named.beyond ?? 0) + beyond };
}

/**
 * Shifts indices into [count, size], flattened to one axis, by `size` per example. An index that is
 * out of range in its example is moved out of range of the whole, instead of pointing into the next
 * example: away from 0 by the length of the axis, from which errors recover what it was.
 */
function shiftedByExample(indices: Node, size: number, count: number): Node {
  const examples = indices.shape.map((_, i) => (i === 0 ? count : 1));
  const start = mul(iota(examples, 0), size);
  const fromEnd = where(less(indices, 0), add(indices, size), indices);
  const all = count * size;
  // No sum may overflow int32: the last of its values are treated as one.
  const above = add(minimum(indices, 2 ** 31 - 1 - all), all);
  const below = sub(maximum(indices, all - 2 ** 31), all);
  const placed = where(greaterEqual(indices, size), above, add(fromEnd, start));
  return where(less(indices, -size), below, placed);
}

/** The order that brings `axis` to the front. */
function frontFrom(axis: number, rank: number): readonly number[] {
  return [axis, ...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis)];
}
