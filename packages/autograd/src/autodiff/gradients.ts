// The reverse pass: from a cost back to the nodes it depends on. Nothing here knows an operation.
import { DTypeError, GradientError } from "../graph/errors.ts";
import { checkHistory, origins } from "../graph/history.ts";
import type { Node } from "../graph/node.ts";
import { newMark, topologicalOrder } from "../graph/order.ts";
import {
  checkSameShape,
  elementCount,
  formatShape,
  type Shape,
  shapesEqual,
} from "../graph/shape.ts";
import { currentCall, type Origin } from "../graph/site.ts";
import { full } from "../ops/creation.ts";
import { cast } from "../ops/operands.ts";
import { computedDType, hasFractions } from "../scalar/dtype.ts";
import { Contributions } from "./contributions.ts";
import { type LoopsBack, loopsBack, type ReversePass, type Seeded } from "./loops-back.ts";
import { Pieces, type Settling } from "./pieces.ts";
import { recorded } from "./recordings.ts";
import { summed, throughChoice, together } from "./selections.ts";

/**
 * Builds the gradients of `cost` with respect to `inputs` as nodes: zeros for inputs that it does
 * not depend on. `seed` is the gradient of the cost itself; 1 if left out, and then the cost must
 * be one number. `order`: the nodes to go back through, inputs first, if already known. `settling`
 * computes what a long way back makes, piece by piece; default: nothing is computed.
 */
export function gradients(
  operation: string,
  cost: Node,
  inputs: readonly Node[],
  seed?: Node,
  order: readonly Node[] = topologicalOrder([cost], origins),
  settling?: Settling,
): readonly Node[] {
  checkCost(operation, cost, seed);
  inputs.forEach((input, i) => checkInput(operation, input, i));
  const pass = (from: Node, origins?: Map<Origin, number>) =>
    reversePass(operation, [[cost, from]], inputs, nothing, order, {
      pieces: settling && new Pieces(operation, settling),
      origins,
    });
  if (seed) return pass(seedOf(cost, seed));
  return recorded(
    cost,
    inputs,
    order,
    () => currentCall.newSite(operation, cost.shape),
    (origins) => pass(seedOf(cost, undefined), origins),
  );
}

function orderOf(outputs: readonly Seeded[]): readonly Node[] {
  return topologicalOrder(
    outputs.map(([output]) => output),
    origins,
  );
}

const nothing: ReadonlyMap<Node, Node> = new Map();

/** What some passes need. */
interface PassOptions {
  readonly pieces?: Pieces | undefined;
  /** Where to note for which node of the order others are made. */
  readonly origins?: Map<Origin, number> | undefined;
}

/**
 * Goes back from `outputs`, each with its gradient, to `inputs`; the gradient of one of these is added
 * to what `first` has for it. `order`: the nodes between, inputs first.
 */
function reversePass(
  operation: string,
  outputs: readonly Seeded[],
  inputs: readonly Node[],
  first: ReadonlyMap<Node, Node>,
  order: readonly Node[],
  { pieces, origins: noted }: PassOptions = {},
): readonly Node[] {
  const ends = sameTensors(order, inputs);
  // A source passes its gradient on to the tip of its history, if that is among the nodes. (Found
  // first: a piece that is computed may take the place of an older history.)
  const areLast = ends.map((nodes) =>
    nodes.map((node) => !origins(node).some((origin) => nodes.includes(origin))),
  );
  const below = order.map(origins);
  const positionsOf = positionsIn(order);
  const positions = below.map(positionsOf);
  const endsAt = ends.map(positionsOf);
  const outputsAt = positionsOf(outputs.map(([output]) => output));
  const wanted = thatPassOn(operation, order, positions, ends, endsAt);
  // What arrives at the node at each position.
  const arriving = new Array<Contributions | undefined>(order.length);
  const arrive = (at: number, share: Node) => {
    const sum = arriving[at];
    if (sum) sum.add(share);
    else arriving[at] = new Contributions(share);
  };
  inputs.forEach((input, i) => {
    const start = first.get(input);
    if (start && endsAt[i]![0]! < order.length) arrive(endsAt[i]![0]!, start);
  });
  outputs.forEach(([, g], i) => arrive(outputsAt[i]!, g));
  let loops: LoopsBack | undefined;
  const back: ReversePass = (roots, sought, totals) =>
    reversePass(operation, roots, sought, totals, orderOf(roots));
  const pass = currentCall.newSite(operation, outputs[0]![0].shape);
  const outer = currentCall.enterGradientOf(undefined);
  try {
    for (let i = order.length - 1; i >= 0; i--) {
      const contributions = arriving[i];
      const node = order[i]!;
      const from = positions[i]!;
      const origin = { operation: node.operation.name, site: node.cell.site, pass };
      noted?.set(origin, i);
      if (node.family === "loop") {
        currentCall.enterGradientOf(origin);
        const isWanted = (position: number) => wanted[from[position]!]!;
        loops ??= loopsBack.part(order);
        const shares = loops.sharesAt(
          i,
          node,
          wanted[i] ? contributions?.total : undefined,
          isWanted,
          back,
        );
        shares?.forEach((share, position) => {
          if (share) arrive(from[position]!, share);
        });
        continue;
      }
      if (!contributions || !wanted[i]) continue;
      if (pieces?.endAt(node, from.length)) {
        pieces.settle(arriving.slice(0, i + 1).filter((sum) => sum !== undefined));
      }
      currentCall.enterGradientOf(origin);
      const g = contributions.total;
      for (let position = 0; position < from.length; position++) {
        const at = from[position]!;
        if (!wanted[at]) continue;
        const rule = ruleFor(node, position);
        if (typeof rule === "string") continue;
        const input = order[at]!;
        arrive(at, sumTo(throughChoice(node, position, input, g, rule), input, node));
      }
    }
  } finally {
    currentCall.enterGradientOf(outer);
  }
  return ends.map((nodes, i) => {
    const { shape, dtype } = inputs[i]!;
    const shares = nodes.flatMap((_, j) =>
      areLast[i]![j]! ? (arriving[endsAt[i]![j]!]?.total ?? []) : [],
    );
    if (shares.length > 0) return shares.reduce(together);
    return first.get(inputs[i]!) ?? full(shape, 0, computedDType(dtype));
  });
}

/** Each input, with the other nodes of `order` that stand for the same tensor. */
function sameTensors(
  order: readonly Node[],
  inputs: readonly Node[],
): readonly (readonly Node[])[] {
  const tensors = new Map<object, Node[]>();
  for (const { cell } of inputs) if (cell.tensor) tensors.set(cell.tensor, []);
  if (tensors.size > 0) {
    for (const node of order) if (node.cell.tensor) tensors.get(node.cell.tensor)?.push(node);
  }
  return inputs.map((input) => {
    const nodes = input.cell.tensor && tensors.get(input.cell.tensor)!;
    return nodes ? [input, ...nodes.filter((node) => node !== input)] : [input];
  });
}

/**
 * Gives the positions in `order` of nodes; `order.length` for those not in it. Valid until
 * something else walks over the graph.
 */
function positionsIn(order: readonly Node[]): (nodes: readonly Node[]) => readonly number[] {
  const mark = newMark();
  for (let i = 0; i < order.length; i++) {
    const node = order[i]!;
    node.mark = mark;
    node.number = i;
  }
  const positionOf = (node: Node) => (node.mark === mark ? node.number : order.length);
  return (nodes) => nodes.map(positionOf);
}

function ruleFor(node: Node, position: number) {
  const rules = node.operation.gradient;
  return rules[Math.min(position, rules.length - 1)]!;
}

/**
 * Tells for each position whether its node is one of `ends`, or lies above one in `order` and
 * passes a gradient on to it.
 */
function thatPassOn(
  operation: string,
  order: readonly Node[],
  positions: readonly (readonly number[])[],
  ends: readonly (readonly Node[])[],
  endsAt: readonly (readonly number[])[],
): readonly boolean[] {
  // One more, for nodes that are not in the order.
  const wanted = new Array<boolean>(order.length + 1).fill(false);
  for (const list of endsAt) for (const at of list) wanted[at] = at < order.length;
  const found = () => [...ends.flat(), ...order.filter((_, at) => wanted[at])];
  for (let i = 0; i < order.length; i++) {
    const node = order[i]!;
    checkHistory(operation, node, found);
    if (!hasFractions(node.dtype)) continue;
    const from = positions[i]!;
    for (let position = 0; position < from.length && !wanted[i]; position++) {
      wanted[i] = wanted[from[position]!]! && typeof ruleFor(node, position) !== "string";
    }
  }
  return wanted;
}

/** Sums a contribution over the axes along which `input` was broadcast. */
function sumTo(share: Node, input: Node, node: Node): Node {
  const dtype = computedDType(input.dtype);
  if (share.dtype !== dtype) {
    throw new Error(
      `unreachable: the gradient of ${node.operation.name} is ${share.dtype}, expected ${dtype}`,
    );
  }
  if (shapesEqual(share.shape, input.shape)) return share;
  const added = share.shape.length - input.shape.length;
  const axes = share.shape.flatMap((size, axis) => {
    const own = axis < added ? undefined : input.shape[axis - added];
    return own === size ? [] : [axis];
  });
  checkBroadcast(share.shape, input.shape, node);
  return summed(share, axes, input.shape);
}

/** A rule must give a broadcast of its input: anything else is a fault in the rule. */
function checkBroadcast(share: Shape, input: Shape, node: Node): void {
  const added = share.length - input.length;
  const fits =
    added >= 0 && input.every((size, axis) => size === share[added + axis] || size === 1);
  if (!fits) {
    throw new Error(
      `unreachable: the gradient of ${node.operation.name} is ${formatShape(share)}, ` +
        `its input ${formatShape(input)}`,
    );
  }
}

function checkCost(operation: string, cost: Node, seed: Node | undefined): void {
  if (!hasFractions(cost.dtype)) {
    throw new GradientError(
      `${operation}: the cost is ${cost.dtype}, expected float32 or float64; ` +
        "only numbers with fractions have gradients",
    );
  }
  if (!seed && elementCount(cost.shape) !== 1) {
    throw new GradientError(
      `${operation}: the cost must be one number, got ${formatShape(cost.shape)}; ` +
        "reduce it (mean, sum) or give a seed gradient of that shape",
    );
  }
  if (!seed) return;
  checkSameShape(`${operation}: seed and cost`, seed.shape, cost.shape);
  if (!hasFractions(seed.dtype)) {
    throw new DTypeError(`${operation}: the seed is ${seed.dtype}, expected ${cost.dtype}`);
  }
}

function checkInput(operation: string, input: Node, position: number): void {
  if (hasFractions(input.dtype)) return;
  throw new GradientError(
    `${operation}: input ${position} is ${input.dtype}, expected float32 or float64; ` +
      'only numbers with fractions have gradients: cast("float32") first',
  );
}

function seedOf(cost: Node, seed: Node | undefined): Node {
  const dtype = computedDType(cost.dtype);
  return seed ? cast(seed, dtype) : full(cost.shape, 1, dtype);
}
