// Batching: turns the graph of a function of one example into that of all examples at once, by one
// rule per family of operations. Nodes that depend on an example get one more axis, in front.
import { createNode } from "../graph/create.ts";
import { NablaError } from "../graph/errors.ts";
import type { CustomRule, Family, Node, NodeOf } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import type { Shape } from "../graph/shape.ts";
import { currentCall } from "../graph/site.ts";
import { placeholder } from "../ops/creation.ts";
import { permute, reshape } from "../ops/movement.ts";
import { sum } from "../ops/reduce.ts";
import { batchedGather, batchedScatter } from "./batched-indexing.ts";
import { batchedLoop } from "./batched-loop.ts";
import { aligned, type Input, ofAll, stretched } from "./batching.ts";
import { withReplaced } from "./copy.ts";

/**
 * Builds the node of all `count` examples from its inputs, at least one of which is batched. `known`
 * has, in the end, all nodes of the graph that are batched.
 */
type Rule<F extends Family> = (
  node: NodeOf<F>,
  inputs: readonly Input[],
  count: number,
  known: ReadonlyMap<Node, Node>,
) => Node;

const rules: { readonly [F in Family]: Rule<F> } = {
  source: withoutInputs,
  literal: withoutInputs,
  iota: withoutInputs,
  elementwise: (node, inputs, count) => {
    const rank = node.shape.length;
    return ofAll(
      node,
      inputs.map((input) => aligned(input, rank)),
      {},
      count,
    );
  },
  reduce: (node, [x], count) =>
    ofAll(node, [x!.node], { axes: node.attributes.axes.map((axis) => axis + 1) }, count),
  movement: batchedMovement,
  contract: batchedContract,
  gather: batchedGather,
  scatter: batchedScatter,
  prefix: (node, inputs, count) =>
    ofAll(node, allStretched(inputs, count), { axis: node.attributes.axis + 1 }, count),
  sort: (node, [x], count) =>
    ofAll(node, [x!.node], { ...node.attributes, axis: node.attributes.axis + 1 }, count),
  ordered: (node, [x, other], count) => ofAll(node, [stretched(x!, count), other!.node], {}, count),
  custom: batchedCustom,
  convolve: batchedConvolve,
  routine: (node, inputs, count) => ofAll(node, allStretched(inputs, count), {}, count),
  host: ({ operation }) => {
    throw new NablaError(`vmap: ${operation.name} is a host function, which has no batching rule`);
  },
  loop: (node, inputs, count) => batchedLoop(node, inputs, count, batched),
};

/**
 * Batches `outputs` over `count` examples. `examples` maps nodes of one example to nodes of all of
 * them, whose first axis counts the examples. Outputs that depend on no example are not batched.
 */
export function batched(
  outputs: readonly Node[],
  examples: ReadonlyMap<Node, Node>,
  count: number,
): Node[] {
  const known = new Map(examples);
  const order = topologicalOrder(outputs, (node) => (examples.has(node) ? [] : node.inputs));
  for (const node of order) {
    if (known.has(node)) continue;
    const inputs = node.inputs.map((input) => {
      const all = known.get(input);
      return { node: all ?? input, isBatched: all !== undefined };
    });
    if (!inputs.some(({ isBatched }) => isBatched)) continue;
    const batched = currentCall.at(node.cell.site, () => batchedNode(node, inputs, count, known));
    known.set(node, batched);
  }
  return outputs.map((node) => known.get(node) ?? stretched({ node, isBatched: false }, count));
}

function batchedNode<F extends Family>(
  node: NodeOf<F>,
  inputs: readonly Input[],
  count: number,
  known: ReadonlyMap<Node, Node>,
): Node {
  return rules[node.family](node, inputs, count, known);
}

function withoutInputs(node: Node): Node {
  throw new Error(`unreachable: ${node.operation.name} has no inputs`);
}

function allStretched(inputs: readonly Input[], count: number): readonly Node[] {
  return inputs.map((input) => stretched(input, count));
}

function batchedMovement(node: NodeOf<"movement">, inputs: readonly Input[], count: number): Node {
  const move = node.attributes;
  const [x] = inputs as readonly [Input];
  const moved = (attributes: typeof move) => ofAll(node, [x.node], attributes, count);
  switch (move.kind) {
    case "reshape":
    case "window":
      return moved(move);
    case "broadcast":
      return ofAll(node, [aligned(x, node.shape.length)], move, count);
    case "permute":
      return moved({ ...move, order: [0, ...move.order.map((axis) => axis + 1)] });
    case "slice":
      return moved({ ...move, start: [0, ...move.start], step: [1, ...move.step] });
    case "flip":
      return moved({ ...move, axes: move.axes.map((axis) => axis + 1) });
    case "pad":
      return moved({ ...move, before: [0, ...move.before], step: [1, ...move.step] });
    case "concat":
      return ofAll(node, allStretched(inputs, count), { ...move, axis: move.axis + 1 }, count);
  }
}

/** If all examples share the right operand, their rows become rows of one matrix. */
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

/** The batch joins the examples if they share one kernel, and the groups if each has its own. */
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

/**
 * The rule is written for single examples, so it is batched too when a gradient needs it. It may use
 * nodes of its graph besides its arguments.
 */
function batchedCustom(
  node: NodeOf<"custom">,
  inputs: readonly Input[],
  count: number,
  known: ReadonlyMap<Node, Node>,
): Node {
  const [y, ...others] = inputs as readonly [Input, ...Input[]];
  const rule: CustomRule = (g, all, output) => {
    const example = (of: Node, name: string) => placeholder(of.shape, of.dtype, name);
    const gradient = example(node, "gradient");
    const result = example(node, "output");
    const own = node.inputs.slice(1).map((input) => example(input, "input"));
    const shares = node.attributes.rule(gradient, own, result);
    const examples = new Map<Node, Node>([...known, [gradient, g], [result, output]]);
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
  return ofAll(node, [stretched(y, count), ...others.map((input) => input.node)], { rule }, count);
}
