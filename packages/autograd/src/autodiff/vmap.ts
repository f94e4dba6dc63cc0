// Batching: the graph of a function of one example becomes that of all of them at once, by one rule for each
// family of operations. Whatever depends on an example gets an axis more, in front.
import { type CustomRule, createNode, type Family, type Node, type NodeOf } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import type { Shape } from "../graph/shape.ts";
import { madeAt } from "../graph/site.ts";
import { add, mul } from "../ops/arithmetic.ts";
import { greaterEqual, less, logicalOr, where } from "../ops/comparison.ts";
import { iota, placeholder } from "../ops/creation.ts";
import { broadcastTo, permute, reshape } from "../ops/movement.ts";
import { sum } from "../ops/reduce.ts";
import { withReplaced } from "./copy.ts";

/** An input of a node: as it was, or with the axis of examples in front. */
interface Input {
  readonly node: Node;
  readonly isBatched: boolean;
}

/** A node of all `count` examples, given its inputs, of which at least one is batched. */
type Rule<F extends Family> = (node: NodeOf<F>, inputs: readonly Input[], count: number) => Node;

const rules: { readonly [F in Family]: Rule<F> } = {
  source: withoutInputs,
  literal: withoutInputs,
  iota: withoutInputs,
  elementwise: (node, inputs, count) =>
    createNode(
      node.operation,
      inputs.map((input) => aligned(input, node.shape.length)),
      {},
      [count, ...node.shape],
      node.dtype,
    ),
  reduce: (node, [x], count) =>
    createNode(
      node.operation,
      [x!.node],
      { axes: node.attributes.axes.map((axis) => axis + 1) },
      [count, ...node.shape],
      node.dtype,
    ),
  movement: batchedMovement,
  contract: batchedContract,
  gather: batchedGather,
  scatter: batchedScatter,
  scan: (node, inputs, count) =>
    createNode(
      node.operation,
      inputs.map((input) => stretched(input, count)),
      { axis: node.attributes.axis + 1 },
      [count, ...node.shape],
      node.dtype,
    ),
  sort: (node, [x], count) =>
    createNode(
      node.operation,
      [x!.node],
      { ...node.attributes, axis: node.attributes.axis + 1 },
      [count, ...node.shape],
      node.dtype,
    ),
  custom: batchedCustom,
  convolve: batchedConvolve,
  routine: (node, inputs, count) =>
    createNode(
      node.operation,
      inputs.map((input) => stretched(input, count)),
      {},
      [count, ...node.shape],
      node.dtype,
    ),
};

/**
 * `outputs` of `count` examples at once. `examples` says which node of one example stands for which
 * node of all, whose first axis counts them. Outputs that depend on no example are the same for all.
 */
export function batched(
  outputs: readonly Node[],
  examples: ReadonlyMap<Node, Node>,
  count: number,
): readonly Node[] {
  const known = new Map(examples);
  const order = topologicalOrder(outputs, (node) => (examples.has(node) ? [] : node.inputs));
  for (const node of order) {
    if (known.has(node)) continue;
    const inputs = node.inputs.map((input) => {
      const all = known.get(input);
      return { node: all ?? input, isBatched: all !== undefined };
    });
    if (!inputs.some(({ isBatched }) => isBatched)) continue;
    const before = madeAt(node.cell.site);
    try {
      known.set(node, batchedNode(node, inputs, count));
    } finally {
      madeAt(before);
    }
  }
  return outputs.map((node) => known.get(node) ?? stretched({ node, isBatched: false }, count));
}

function batchedNode<F extends Family>(
  node: NodeOf<F>,
  inputs: readonly Input[],
  count: number,
): Node {
  return rules[node.family](node, inputs, count);
}

function withoutInputs(node: Node): Node {
  throw new Error(`unreachable: ${node.operation.name} has no inputs`);
}

/** With axes of size 1 behind that of examples, so that it broadcasts to `rank` axes and that. */
function aligned({ node, isBatched }: Input, rank: number): Node {
  const missing = rank + 1 - node.shape.length;
  if (!isBatched || missing === 0) return node;
  const [count, ...shape] = node.shape as readonly [number, ...number[]];
  return reshape(node, [count, ...Array.from({ length: missing }, () => 1), ...shape]);
}

/** With the axis of examples, where all have the same. */
function stretched({ node, isBatched }: Input, count: number): Node {
  return isBatched ? node : broadcastTo(node, [count, ...node.shape]);
}

function batchedMovement(node: NodeOf<"movement">, inputs: readonly Input[], count: number): Node {
  const { operation, attributes: move, dtype } = node;
  const shape: Shape = [count, ...node.shape];
  const moved = (x: Node, attributes: typeof move) =>
    createNode(operation, [x], attributes, shape, dtype);
  const [{ node: x }] = inputs as readonly [Input];
  switch (move.kind) {
    case "reshape":
      return moved(x, move);
    case "broadcast":
      return moved(aligned(inputs[0]!, node.shape.length), move);
    case "permute":
      return moved(x, { ...move, order: [0, ...move.order.map((axis) => axis + 1)] });
    case "slice":
      return moved(x, { ...move, start: [0, ...move.start], step: [1, ...move.step] });
    case "window":
      return moved(x, move);
    case "flip":
      return moved(x, { ...move, axes: move.axes.map((axis) => axis + 1) });
    case "pad":
      return moved(x, { ...move, before: [0, ...move.before], step: [1, ...move.step] });
    case "concat": {
      const all = inputs.map((input) => stretched(input, count));
      return createNode(operation, all, { ...move, axis: move.axis + 1 }, shape, dtype);
    }
  }
}

/** Rows of all examples are rows of one matrix where the right operand is the same for all. */
function batchedContract(
  { operation, shape, dtype }: NodeOf<"contract">,
  inputs: readonly Input[],
  count: number,
): Node {
  const [left, right] = inputs as readonly [Input, Input];
  const product = (a: Node, b: Node, all: Shape) => createNode(operation, [a, b], {}, all, dtype);
  if (!right.isBatched && right.node.shape.length === 2 && shape.length === 2) {
    const [rows, columns] = shape as readonly [number, number];
    const inner = left.node.shape.at(-1)!;
    const all = product(reshape(left.node, [count * rows, inner]), right.node, [
      count * rows,
      columns,
    ]);
    return reshape(all, [count, rows, columns]);
  }
  const rank = shape.length;
  return product(aligned(left, rank), aligned(right, rank), [count, ...shape]);
}

function batchedGather(node: NodeOf<"gather">, inputs: readonly Input[], count: number): Node {
  const { operation, attributes, dtype, shape } = node;
  const [x, indices] = inputs as readonly [Input, Input];
  const { axis, along } = attributes;
  const gathered = (from: Node, at: Node, alongAxis: number, all: Shape) =>
    createNode(operation, [from, at], { axis: alongAxis, along }, all, dtype);
  if (along) {
    const all = [stretched(x, count), stretched(indices, count)] as const;
    return gathered(...all, axis + 1, [count, ...shape]);
  }
  if (!indices.isBatched) return gathered(x.node, indices.node, axis + 1, [count, ...shape]);
  if (!x.isBatched) {
    const all = insertedAt(shape, axis, count);
    return permute(gathered(x.node, indices.node, axis, all), frontFrom(axis, all.length));
  }
  // One axis for examples and what is picked from.
  const own = node.inputs[0]!.shape;
  const size = own[axis]!;
  const flat = flattened(x.node, axis);
  const at = shiftedByExample(indices.node, size, count);
  const before = own.slice(0, axis);
  const picked = gathered(flat, at, 0, [...at.shape, ...before, ...own.slice(axis + 1)]);
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

function batchedScatter(node: NodeOf<"scatter">, inputs: readonly Input[], count: number): Node {
  const { operation, attributes, dtype } = node;
  const [x, indices, updates] = inputs as readonly [Input, Input, Input];
  const { axis, along } = attributes;
  const [to, added] = [stretched(x, count), stretched(updates, count)];
  const scattered = (into: Node, at: Node, what: Node, alongAxis: number) =>
    createNode(operation, [into, at, what], { axis: alongAxis, along }, into.shape, dtype);
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
  const result = scattered(flattened(to, axis), at, permute(added, order), 0);
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

/** [count, …, size, …] as [count * size, …]: `axis` (of one example) right behind the first. */
function flattened(x: Node, axis: number): Node {
  const all = axis + 1;
  const order = [0, all, ...x.shape.flatMap((_, i) => (i === 0 || i === all ? [] : [i]))];
  const moved = permute(x, order);
  const [count, size, ...rest] = moved.shape as readonly [number, number, ...number[]];
  return reshape(moved, [count * size, ...rest]);
}

/**
 * Indices into [count, size] made one axis: `size` further from example to example. What is out of range
 * in one example is so in the whole, instead of pointing into the next.
 */
function shiftedByExample(indices: Node, size: number, count: number): Node {
  const examples = indices.shape.map((_, i) => (i === 0 ? count : 1));
  const start = mul(iota(examples, 0), size);
  const fromEnd = where(less(indices, 0), add(indices, size), indices);
  const isOut = logicalOr(less(fromEnd, 0), greaterEqual(fromEnd, size));
  return where(isOut, count * size, add(fromEnd, start));
}

function insertedAt(shape: Shape, axis: number, size: number): Shape {
  return [...shape.slice(0, axis), size, ...shape.slice(axis)];
}

/** The order that brings `axis` to the front. */
function frontFrom(axis: number, rank: number): readonly number[] {
  return [axis, ...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis)];
}

/** The batch is part of the examples under one kernel, and part of the groups where each has its own. */
function batchedConvolve(
  { operation, attributes, shape, dtype }: NodeOf<"convolve">,
  inputs: readonly Input[],
  count: number,
): Node {
  const [x, kernel] = inputs as readonly [Input, Input];
  const [examples, groups, outputs, ...places] = shape as readonly [
    number,
    number,
    number,
    ...number[],
  ];
  const convolved = (a: Node, b: Node, all: Shape) =>
    createNode(operation, [a, b], attributes, all, dtype);
  if (!kernel.isBatched) {
    const [, , ...rest] = x.node.shape;
    const flat = reshape(x.node, [count * examples, ...rest]);
    const all = convolved(flat, kernel.node, [count * examples, groups, outputs, ...places]);
    return reshape(all, [count, ...shape]);
  }
  const [, , , channels, ...size] = stretched(x, count).shape;
  const behind = (from: number) => places.map((_, i) => from + i);
  const inGroups = permute(stretched(x, count), [1, 0, 2, 3, ...behind(4)]);
  const [, , ...kernels] = kernel.node.shape;
  const all = convolved(
    reshape(inGroups, [examples, count * groups, channels!, ...size]),
    reshape(kernel.node, [count * groups, ...kernels]),
    [examples, count * groups, outputs, ...places],
  );
  const apart = reshape(all, [examples, count, groups, outputs, ...places]);
  return permute(apart, [1, 0, 2, 3, ...behind(4)]);
}

/** Its rule is one of examples, so it is batched, too, when a gradient asks for it. */
function batchedCustom(node: NodeOf<"custom">, inputs: readonly Input[], count: number): Node {
  const [y, ...others] = inputs as readonly [Input, ...Input[]];
  const rule: CustomRule = (g, all, output) => {
    const example = (of: Node, name: string) => placeholder(of.shape, of.dtype, name);
    const gradient = example(node, "gradient");
    const result = example(node, "output");
    const own = node.inputs.slice(1).map((input) => example(input, "input"));
    const shares = node.attributes.rule(gradient, own, result);
    const examples = new Map<Node, Node>([
      [gradient, g],
      [result, output],
    ]);
    const same = new Map<Node, Node>();
    own.forEach((input, i) => {
      if (others[i]!.isBatched) examples.set(input, all[i]!);
      else same.set(input, all[i]!);
    });
    const given = shares.flatMap((share) => (share ? [share] : []));
    const found = batched(withReplaced(given, same), examples, count);
    let next = 0;
    return shares.map((share, i) => {
      if (!share) return undefined;
      const of = found[next++]!;
      return others[i]!.isBatched ? of : sum(of, 0);
    });
  };
  return createNode(
    node.operation,
    [stretched(y, count), ...others.map((input) => input.node)],
    { rule },
    [count, ...node.shape],
    node.dtype,
  );
}
