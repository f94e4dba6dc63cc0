// Batching of loops: a loop whose body is that of all examples at once.
import type { Loop, Node, NodeOf } from "../graph/node.ts";
import { placeholder } from "../ops/creation.ts";
import { lastOf, loopOf, nodeOfOutcome, stackOf } from "../ops/loop.ts";
import { permute } from "../ops/movement.ts";
import { type Input, stretched } from "./batching.ts";
import { dependents } from "./copy.ts";

/** Batches graphs, as `batched` does. */
type Batching = (
  outputs: readonly Node[],
  examples: ReadonlyMap<Node, Node>,
  count: number,
) => readonly Node[];

/** A loop of all examples. */
interface LoopOfAll {
  readonly operation: Loop;
  /** Which inputs have an axis of examples. */
  readonly isBatched: readonly boolean[];
  /** The nodes of all examples, for those of the body that differ between them. */
  readonly all: ReadonlyMap<Node, Node>;
}

/** Made once, so that outcomes of one loop stay together. */
const known = new WeakMap<Loop, Map<string, LoopOfAll>>();
const inFront = new WeakMap<Node, Node>();

export function batchedLoop(
  node: NodeOf<"loop">,
  inputs: readonly Input[],
  count: number,
  batching: Batching,
): Node {
  const { body } = node.operation;
  const loop = loopOfAll(node.operation, inputs, count, batching);
  const carries = body.next.length;
  const given = inputs.map((input, i) => {
    if (i < carries) return loop.isBatched[i] ? kept(input, count) : input.node;
    const isSequence = i < carries + body.sequences;
    return isSequence && input.isBatched ? swapped(input.node) : input.node;
  });
  const repeated = { operation: loop.operation, inputs: given };
  const { isStacked, position } = node.attributes;
  const own = nodeOfOutcome(node);
  if (!isStacked) {
    const last = lastOf(repeated, position);
    return stretched({ node: last, isBatched: loop.isBatched[position]! }, count);
  }
  const all = loop.all.get(own);
  if (!all) return stretched({ node: stackOf(repeated, own), isBatched: false }, count);
  return swapped(stackOf(repeated, all));
}

/** Swaps the axes of examples and iterations. */
function swapped(node: Node): Node {
  let result = inFront.get(node);
  if (!result) {
    const others = node.shape.map((_, axis) => axis).slice(2);
    inFront.set(node, (result = permute(node, [1, 0, ...others])));
  }
  return result;
}

const stretchedStarts = new WeakMap<Node, Node>();

function kept(input: Input, count: number): Node {
  if (input.isBatched) return input.node;
  let result = stretchedStarts.get(input.node);
  if (result?.shape[0] !== count) {
    stretchedStarts.set(input.node, (result = stretched(input, count)));
  }
  return result;
}

function loopOfAll(
  loop: Loop,
  inputs: readonly Input[],
  count: number,
  batching: Batching,
): LoopOfAll {
  const key = `${count} ${inputs.map(({ isBatched }) => (isBatched ? 1 : 0)).join("")}`;
  let ofLoop = known.get(loop);
  if (!ofLoop) known.set(loop, (ofLoop = new Map()));
  let made = ofLoop.get(key);
  if (!made) ofLoop.set(key, (made = makeLoopOfAll(loop, inputs, count, batching)));
  return made;
}

function makeLoopOfAll(
  { body }: Loop,
  inputs: readonly Input[],
  count: number,
  batching: Batching,
): LoopOfAll {
  const { next } = body;
  const isBatched = inputs.map((input) => input.isBatched);
  const examples = new Map<Node, Node>();
  /** What differs between examples from the first iteration on, or from a later one. */
  let differs: ReadonlySet<Node>;
  for (;;) {
    body.inputs.forEach((own, i) => {
      if (!isBatched[i] || examples.has(own)) return;
      examples.set(own, placeholder([count, ...own.shape], own.dtype, "examples"));
    });
    differs = new Set([...examples.keys(), ...dependents(body.nodes, examples)]);
    const more = next.findIndex((node, i) => !isBatched[i] && differs.has(node));
    if (more < 0) break;
    isBatched[more] = true;
  }
  const varying = body.nodes.filter((node) => differs.has(node));
  const images = batching(varying, examples, count);
  const all = new Map(varying.map((node, i) => [node, images[i]!]));
  const nextOfAll = next.map((node, i) => {
    const image = all.get(node);
    return isBatched[i] ? (image ?? stretched({ node, isBatched: false }, count)) : node;
  });
  const ofAll = body.inputs.map((own) => examples.get(own) ?? own);
  const [first, last] = [next.length, next.length + body.sequences];
  const operation = loopOf({
    length: body.length,
    isReversed: body.isReversed,
    carries: ofAll.slice(0, first),
    elements: ofAll.slice(first, last),
    shared: ofAll.slice(last),
    next: nextOfAll,
    others: [...images, ...body.nodes.filter((node) => !differs.has(node))],
  });
  return { operation, isBatched, all };
}
