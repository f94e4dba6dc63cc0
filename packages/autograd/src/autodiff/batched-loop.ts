// Batching of loops: a loop whose body is that of all examples at once.
import type { Loop, Node, NodeOf } from "../graph/node.ts";
import { elementCount } from "../graph/shape.ts";
import { placeholder } from "../ops/creation.ts";
import { where } from "../ops/elementwise.ts";
import { gather } from "../ops/indexing.ts";
import { lastOf, loopOf, nodeOfOutcome, stackOf } from "../ops/loop.ts";
import { permute, reshape } from "../ops/movement.ts";
import { cast } from "../ops/operands.ts";
import { any, argMax } from "../ops/reduce.ts";
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
  loop: Loop,
  inputs: readonly Input[],
  count: number,
  batching: Batching,
): LoopOfAll {
  const { body, name } = loop;
  const { next, condition } = body;
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
    // If some examples run and others do not, all final values may differ between examples.
    const isApart = condition !== undefined && isBatched[condition]!;
    const more = next.findIndex((node, i) => !isBatched[i] && (isApart || differs.has(node)));
    if (more < 0) break;
    isBatched[more] = true;
  }
  const isApart = condition !== undefined && isBatched[condition]!;
  const varying = isApart ? body.nodes : body.nodes.filter((node) => differs.has(node));
  const chosen = isApart ? new Choice(examples.get(body.inputs[condition]!)!, count) : undefined;
  const inside = chosen ? chosen.safe(examples) : examples;
  const images = batching(varying, inside, count);
  const found = new Map(varying.map((node, i) => [node, images[i]!]));
  const nextOfAll = next.map((node, i) => {
    if (!isBatched[i]) return node;
    const image = found.get(node) ?? stretched({ node, isBatched: false }, count);
    return chosen ? chosen.between(image, examples.get(body.inputs[i]!)!) : image;
  });
  const outcomes = chosen ? images.map((image) => chosen.between(image, 0)) : images;
  const ofAll = body.inputs.map((own) => examples.get(own) ?? own);
  const [first, last] = [next.length, next.length + body.sequences];
  const operation = loopOf({
    name,
    length: body.length,
    isReversed: body.isReversed,
    isRecomputed: body.isRecomputed,
    carries: ofAll.slice(0, first),
    elements: ofAll.slice(first, last),
    shared: ofAll.slice(last),
    condition: condition === undefined ? undefined : ofAll[condition],
    next: nextOfAll,
    others: [...outcomes, ...body.nodes.filter((node) => !found.has(node))],
  });
  return { operation, isBatched, all: new Map(varying.map((node, i) => [node, outcomes[i]!])) };
}

/** Which of the examples run, in an iteration in which at least one does. */
class Choice {
  readonly #runs: Node;
  readonly #count: number;

  /** `condition`: the truth values of each example; one that is true makes it run. */
  constructor(condition: Node, count: number) {
    this.#count = count;
    const each = elementCount(condition.shape.slice(1));
    this.#runs = any(reshape(condition, [count, each]), 1);
  }

  /** `image` for examples that run, and `other` for those that do not. */
  between(image: Node, other: Node | number): Node {
    const shape = [this.#count, ...image.shape.slice(1).map(() => 1)];
    return where(reshape(this.#runs, shape), image, other);
  }

  /**
   * The examples, with a running one in place of each that does not run: its results are discarded, but
   * its derivatives, which are multiplied by 0, must not be infinite.
   */
  safe(examples: ReadonlyMap<Node, Node>): ReadonlyMap<Node, Node> {
    if (this.#count === 0) return examples;
    const one = argMax(cast(this.#runs, "int32"), 0, true);
    return new Map(
      [...examples].map(([own, all]) => [own, this.between(all, gather(all, 0, one))]),
    );
  }
}
