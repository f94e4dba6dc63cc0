// Gradients of loops: a second loop, in reverse order. It carries the gradients of the carries, and
// accumulates those of shared values; the values it needs from the first loop's iterations are kept in
// stacks. It is an ordinary loop, and can be differentiated again.
import { GradientError } from "../graph/errors.ts";
import type { Node, NodeOf } from "../graph/node.ts";
import { full, placeholder } from "../ops/creation.ts";
import { add } from "../ops/elementwise.ts";
import { areOfOneLoop, lastOf, nodeOfOutcome, type Repeated, stackOf } from "../ops/loop.ts";
import { computedDType, hasFractions } from "../scalar/dtype.ts";
import { withReplaced } from "./copy.ts";
import { Lifting } from "./lifted-products.ts";
import { closed, dependence, type Source } from "./loop-body.ts";
import type { LoopsBack, ReversePass, Seeded } from "./loops-back.ts";

/** An outcome of a loop, and its gradient. */
interface Arrived {
  readonly node: NodeOf<"loop">;
  readonly g: Node;
}

/** The loops of a reverse pass, each with what has arrived at its outcomes. */
export class LoopGradients implements LoopsBack {
  readonly #all: { readonly first: number; readonly node: Node; readonly arrived: Arrived[] }[] =
    [];

  /** `order`: the nodes of the pass, inputs first. */
  constructor(order: readonly Node[]) {
    order.forEach((node, i) => {
      if (node.family !== "loop" || this.#of(node)) return;
      this.#all.push({ first: i, node, arrived: [] });
    });
  }

  sharesAt(
    at: number,
    node: NodeOf<"loop">,
    g: Node | undefined,
    isWanted: (position: number) => boolean,
    back: ReversePass,
  ): readonly (Node | undefined)[] | undefined {
    const { first, arrived } = this.#of(node)!;
    if (g) arrived.push({ node, g });
    return at === first && arrived.length > 0 ? loopGradients(arrived, isWanted, back) : undefined;
  }

  #of(node: Node) {
    return this.#all.find((one) => areOfOneLoop(one.node, node));
  }
}

/** The gradients of a loop's inputs, by position, from those of its outcomes; undefined: not wanted. */
function loopGradients(
  arrived: readonly Arrived[],
  isWanted: (position: number) => boolean,
  reversePass: ReversePass,
): readonly (Node | undefined)[] {
  const [{ node }] = arrived as readonly [Arrived, ...Arrived[]];
  const loop: Repeated = node;
  const { body, name } = loop.operation;
  const { inputs, next, sequences, condition } = body;
  if (body.length === Number.POSITIVE_INFINITY) throw unbounded(name);
  const ends = inputs.slice(next.length);
  const elements = ends.slice(0, sequences);
  const isSought = (input: Node) =>
    hasFractions(input.dtype) && (ends.indexOf(input) < 0 || isWanted(inputs.indexOf(input)));
  const carries = inputs.slice(0, next.length).filter(isSought);
  const [ofElements, ofShared] = [elements, ends.slice(sequences)].map((all) =>
    all.filter(isSought),
  ) as [Node[], Node[]];

  const gradientOf = (of: Node) => placeholder(of.shape, computedDType(of.dtype), "gradient");
  const ofCarries = new Map(carries.map((carry) => [carry, gradientOf(carry)]));
  const totals = new Map(ofShared.map((one) => [one, gradientOf(one)]));
  const stacked = arrived.filter((one) => one.node.attributes.isStacked);
  const ofStacked = stacked.map((one) => gradientOf(nodeOfOutcome(one.node)));
  const outputs: readonly Seeded[] = [
    ...stacked.map((one, i): Seeded => [nodeOfOutcome(one.node), ofStacked[i]!]),
    ...carries.map((carry): Seeded => [next[inputs.indexOf(carry)]!, ofCarries.get(carry)!]),
  ];
  const sought = [...carries, ...ofShared, ...ofElements];
  const found = reversePass(outputs, sought, totals);

  const firstOf = (carry: Node): Node => {
    const position = inputs.indexOf(carry);
    const last = arrived.filter(
      ({ node: { attributes } }) => !attributes.isStacked && attributes.position === position,
    );
    const given = last.map(({ g }) => g);
    return given.length > 0 ? given.reduce(add) : zerosFor(carry);
  };
  const kept = keptBy(loop);
  const sourceOf = (one: Node): Source => {
    const at = ofStacked.indexOf(one);
    return at < 0 ? kept(one) : { kind: "sequence", node: stacked[at]!.g };
  };
  const lifting = new Lifting(sourceOf);
  const nextTotals = found.slice(carries.length, carries.length + ofShared.length);
  // Of iterations that are computed again, or do not run, nothing is kept for all.
  const isLifted = condition === undefined && !body.isRecomputed;
  const lifted = lifting.of([...totals.values()], isLifted ? nextTotals : []);
  const added = ofShared.flatMap((one, i) => {
    const of = isLifted ? lifted[i]!.next : nextTotals[i]!;
    return of ? [{ one, total: totals.get(one)!, next: of }] : [];
  });
  const ofEach = found.slice(carries.length + ofShared.length);
  const back = closed({
    name,
    length: body.length,
    isReversed: !body.isReversed,
    isRecomputed: body.isRecomputed,
    carries: [...ofCarries.values(), ...added.map(({ total }) => total)],
    first: [...carries.map(firstOf), ...added.map(({ one }) => zerosFor(one))],
    elements: ofStacked,
    sequences: stacked.map(({ g }) => g),
    condition: condition === undefined ? undefined : inputs[condition],
    next: [...found.slice(0, carries.length), ...added.map((one) => one.next)],
    others: [...ofEach, ...lifting.kept],
    isSought: false,
    sourceOf: kept,
  });
  const shares = new Map<Node, Node>();
  const withTotals = [...carries, ...added.map(({ one }) => one)];
  withTotals.forEach((input, i) => shares.set(input, lastOf(back, i)));
  const stackOfKept = new Map(
    lifting.kept.map((one, i) => [one, stackOf(back, back.others[ofEach.length + i]!)]),
  );
  ofShared.forEach((one, i) => {
    const outside = isLifted ? lifted[i]!.outside : [];
    const sums = outside.map((share) => share((of) => stackOfKept.get(of)!));
    const total = shares.get(one);
    if (sums.length > 0) shares.set(one, [...(total ? [total] : []), ...sums].reduce(add));
  });
  ofElements.forEach((input, i) => shares.set(input, stackOf(back, back.others[i]!)));
  return inputs.map((input) => shares.get(input));
}

/** Of a gradient. */
function zerosFor({ shape, dtype }: Node): Node {
  return full(shape, 0, computedDType(dtype));
}

function unbounded(name: string): GradientError {
  return new GradientError(
    `${name}: a gradient keeps values of each step, so it needs to know how many there are at most: ` +
      "{ maxSteps: 1000 }",
  );
}

/** Where the loop back finds a node of an iteration of `loop`. */
function keptBy(loop: Repeated): (node: Node) => Source {
  const { inputs, next, sequences, nodes, condition, isRecomputed } = loop.operation.body;
  const isOfBody = new Set(nodes);
  const shared = inputs.slice(next.length + sequences);
  const replaced = new Map(shared.map((one) => [one, loop.inputs[inputs.indexOf(one)]!]));
  const isInside = dependence(new Set(inputs));
  const changes = dependence(new Set(inputs.slice(0, next.length + sequences)));
  const stacks = new Map<Node, Node>();
  const stackAt = (node: Node): Node => {
    let stack = stacks.get(node);
    if (!stack) stacks.set(node, (stack = stackOf(loop, node)));
    return stack;
  };
  return (node) => {
    const position = inputs.indexOf(node);
    if (position >= next.length + sequences) {
      return { kind: "shared", node: loop.inputs[position]! };
    }
    if (position >= next.length) return { kind: "sequence", node: loop.inputs[position]! };
    // The rule of a custom node may use any node.
    if (!isInside(node)) return { kind: "shared", node };
    // Moving elements costs less than keeping them in another order.
    const isMoved = node.family === "movement" && node.inputs.length === 1;
    const isAgain = isRecomputed && position < 0;
    if (!isOfBody.has(node) || isMoved || isAgain) return { kind: "computed" };
    // What does not run is not computed outside, either.
    if (changes(node) || condition !== undefined) return { kind: "sequence", node: stackAt(node) };
    return { kind: "shared", node: withReplaced([node], replaced)[0]! };
  };
}
