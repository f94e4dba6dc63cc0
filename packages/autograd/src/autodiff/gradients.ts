// The reverse pass: from a cost back to what it depends on. Nothing here knows an operation.
import { DTypeError, GradientError } from "../graph/errors.ts";
import { checkHistory, origins } from "../graph/history.ts";
import type { Node } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import {
  checkSameShape,
  elementCount,
  formatShape,
  type Shape,
  shapesEqual,
} from "../graph/shape.ts";
import { beginGradientOf, siteOfCall } from "../graph/site.ts";
import { full } from "../ops/creation.ts";
import { cast } from "../ops/operands.ts";
import { isFloating } from "../scalar/dtype.ts";
import { Contributions } from "./contributions.ts";
import { summed, throughChoice, together } from "./selections.ts";

/**
 * The gradients of `cost` with respect to `inputs`, as nodes: zeros where it does not depend on
 * one. `seed` is what the cost itself stands for in what follows it; 1 if left out, and then the
 * cost must be one number. `order`: what to go back through, inputs first, if it is known already.
 */
export function gradients(
  operation: string,
  cost: Node,
  inputs: readonly Node[],
  seed?: Node,
  order: readonly Node[] = topologicalOrder([cost], origins),
): readonly Node[] {
  checkCost(operation, cost, seed);
  inputs.forEach((input, i) => checkInput(operation, input, i));
  const others = sameTensors(order, inputs);
  const wanted = thatPassOn(operation, order, [...inputs, ...[...others.values()].flat()]);
  const arriving = new Map([[cost, new Contributions(seedOf(cost, seed))]]);
  const pass = siteOfCall(operation, cost.shape);
  const outer = beginGradientOf(undefined);
  try {
    for (let i = order.length - 1; i >= 0; i--) {
      const node = order[i]!;
      const contributions = arriving.get(node);
      if (!contributions || !wanted.has(node)) continue;
      beginGradientOf({ operation: node.operation.name, site: node.cell.site, pass });
      const g = contributions.total;
      for (const [position, input] of origins(node).entries()) {
        if (!wanted.has(input)) continue;
        const rule = ruleFor(node, position);
        if (typeof rule === "string") continue;
        const given = throughChoice(node, input, g, (of) => rule(of, node.inputs, node, position));
        const share = sumTo(given, input, node);
        const sum = arriving.get(input);
        if (sum) sum.add(share);
        else arriving.set(input, new Contributions(share));
      }
    }
  } finally {
    beginGradientOf(outer);
  }
  return inputs.map((input) => {
    const nodes = [input, ...(others.get(input) ?? [])];
    // A source passes on what it has to the node that it stands for, if that is there.
    const last = nodes.filter((node) => !origins(node).some((origin) => nodes.includes(origin)));
    const shares = last.flatMap((node) => arriving.get(node)?.total ?? []);
    return shares.length > 0 ? shares.reduce(together) : full(input.shape, 0, input.dtype);
  });
}

/** Of each input the other nodes of `order` that stand for the same tensor. */
function sameTensors(
  order: readonly Node[],
  inputs: readonly Node[],
): ReadonlyMap<Node, readonly Node[]> {
  const tensors = new Map<object, Node[]>();
  for (const { cell } of inputs) if (cell.tensor) tensors.set(cell.tensor, []);
  if (tensors.size === 0) return none;
  for (const node of order) if (node.cell.tensor) tensors.get(node.cell.tensor)?.push(node);
  return new Map(
    inputs.flatMap((input) => {
      const nodes = input.cell.tensor && tensors.get(input.cell.tensor)!;
      return nodes ? [[input, nodes.filter((node) => node !== input)]] : [];
    }),
  );
}

const none: ReadonlyMap<Node, readonly Node[]> = new Map();

function ruleFor(node: Node, position: number) {
  const rules = node.operation.gradient;
  return rules[Math.min(position, rules.length - 1)]!;
}

/** The inputs and all between them and the end of `order` that passes a gradient on to one. */
function thatPassOn(
  operation: string,
  order: readonly Node[],
  inputs: readonly Node[],
): ReadonlySet<Node> {
  const wanted = new Set(inputs);
  for (const node of order) {
    checkHistory(operation, node, wanted);
    if (!isFloating(node.dtype)) continue;
    const passesOn = origins(node).some(
      (input, position) => wanted.has(input) && typeof ruleFor(node, position) !== "string",
    );
    if (passesOn) wanted.add(node);
  }
  return wanted;
}

/** Summed over the axes along which `input` was broadcast, back to its shape. */
function sumTo(share: Node, input: Node, node: Node): Node {
  if (share.dtype !== input.dtype) {
    throw new Error(
      `unreachable: the gradient of ${node.operation.name} is ${share.dtype}, its input ${input.dtype}`,
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
  if (!isFloating(cost.dtype)) {
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
  if (!isFloating(seed.dtype)) {
    throw new DTypeError(`${operation}: the seed is ${seed.dtype}, expected ${cost.dtype}`);
  }
}

function checkInput(operation: string, input: Node, position: number): void {
  if (isFloating(input.dtype)) return;
  throw new GradientError(
    `${operation}: input ${position} is ${input.dtype}, expected float32 or float64; ` +
      'only numbers with fractions have gradients: cast("float32") first',
  );
}

function seedOf(cost: Node, seed: Node | undefined): Node {
  return seed ? cast(seed, cost.dtype) : full(cost.shape, 1, cost.dtype);
}
