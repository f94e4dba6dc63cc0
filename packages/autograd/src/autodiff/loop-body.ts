// Closes the body of a loop: captured nodes become inputs of the loop.
import type { Node } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import { placeholder } from "../ops/creation.ts";
import { type Iteration, loopOf, type Repeated } from "../ops/loop.ts";
import { hasFractions } from "../scalar/dtype.ts";
import { withReplaced } from "./copy.ts";

/** How a body finds a node from outside. */
export type Source =
  /** It is the same in all iterations; `node` is its value. */
  | { readonly kind: "shared"; readonly node: Node }
  /** `node` has its values, one per iteration, along the first axis. */
  | { readonly kind: "sequence"; readonly node: Node }
  /** It is computed in the body. */
  | { readonly kind: "computed" };

/** An iteration that may use nodes from outside. */
export interface OpenIteration extends Omit<Iteration, "shared"> {
  /** The first values of the carries, and the sequences. */
  readonly first: readonly Node[];
  readonly sequences: readonly Node[];
  /** Whether derivatives may be taken with respect to captured nodes, such as those that a user made. */
  readonly isSought: boolean;
  readonly sourceOf: (node: Node) => Source;
}

/** A closed loop, and the nodes of its body that stand for `others`. */
export interface Closed extends Repeated {
  readonly others: readonly Node[];
}

export function closed(open: OpenIteration): Closed {
  const { name, carries, elements, condition, next, others, first, sequences, sourceOf } = open;
  const roots = [...next, ...others, ...(condition ? [condition] : [])];
  const own = new Set([...carries, ...elements]);
  const isOwn = dependence(own);
  const isConstant = constantsIn(roots, own, open.isSought);
  const replaced = new Map<Node, Node>();
  const found = { sequence: [] as Node[], shared: [] as Node[] };
  const stands = { sequence: [] as Node[], shared: [] as Node[] };
  const seen = new Set<Node>();
  const waiting = [...roots];
  for (let node = waiting.pop(); node; node = waiting.pop()) {
    if (seen.has(node) || own.has(node)) continue;
    if (isConstant(node) && node !== condition) continue;
    seen.add(node);
    const source: Source = isOwn(node) ? { kind: "computed" } : sourceOf(node);
    if (source.kind === "computed") {
      waiting.push(...node.inputs);
      continue;
    }
    const { kind } = source;
    const stand = placeholder(node.shape, node.dtype, `${kind} ${found[kind].length}`);
    replaced.set(node, stand);
    found[kind].push(source.node);
    stands[kind].push(stand);
  }
  const results = withReplaced(roots, replaced);
  const outcomes = results.slice(next.length, next.length + others.length);
  const operation = loopOf({
    name,
    length: open.length,
    isReversed: open.isReversed,
    isRecomputed: open.isRecomputed,
    carries,
    elements: [...elements, ...stands.sequence],
    shared: stands.shared,
    condition: condition && results.at(-1),
    next: results.slice(0, next.length),
    others: outcomes,
  });
  const inputs = [...first, ...sequences, ...found.sequence, ...found.shared];
  return { operation, inputs, others: outcomes };
}

/** Tells whether a node depends on one of `own`. */
export function dependence(own: ReadonlySet<Node>): (node: Node) => boolean {
  const found = new Map<Node, boolean>();
  return (asked) => {
    const inputsOf = (node: Node) =>
      found.has(node) || own.has(node) || node.cell.value ? [] : node.inputs;
    for (const node of topologicalOrder([asked], inputsOf)) {
      if (found.has(node)) continue;
      found.set(node, own.has(node) || node.inputs.some((input) => found.get(input)));
    }
    return found.get(asked)!;
  };
}

/**
 * Marks the nodes below `roots` that are computed from literals only, and are not inputs that derivatives
 * may be taken with respect to.
 */
function constantsIn(
  roots: readonly Node[],
  own: ReadonlySet<Node>,
  isSought: boolean,
): (node: Node) => boolean {
  const found = new Set<Node>();
  for (const node of below(roots, own)) {
    const { family, inputs } = node;
    const isNumber = family === "literal" || family === "iota";
    const isOfThese = inputs.length > 0 && inputs.every((input) => found.has(input));
    const isInput = node.cell.value !== undefined || (isSought && hasFractions(node.dtype));
    if (isNumber || (isOfThese && !isInput)) found.add(node);
  }
  return (node) => found.has(node);
}

function below(roots: readonly Node[], own: ReadonlySet<Node>): readonly Node[] {
  return topologicalOrder(roots, (node) => (own.has(node) || node.cell.value ? [] : node.inputs));
}
