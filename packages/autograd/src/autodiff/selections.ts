// Selections: gradients that are partly masked, `where(condition, g, 0)`. Masked elements must stay 0
// in the backward pass, but 0 times an infinite derivative is NaN: so the mask is carried along and
// applied last.
import type { GradientRule, Node } from "../graph/node.ts";
import { type Shape, shapesEqual } from "../graph/shape.ts";
import { add, isChoice, logicalAnd, logicalNot, logicalOr, where } from "../ops/elementwise.ts";
import { broadcastTo, reshape } from "../ops/movement.ts";
import { sum } from "../ops/reduce.ts";

/** The parts of `where(condition, chosen, 0)` or `where(condition, 0, chosen)`. */
export interface Selection {
  readonly condition: Node;
  /** The value of the condition where `chosen` is taken. */
  readonly when: boolean;
  /** Has the selection's full shape. */
  readonly chosen: Node;
}

/** Sees `g` as a selection, if it is one. */
export function selectionOf(g: Node): Selection | undefined {
  if (!isChoice(g)) return undefined;
  const [condition, a, b] = g.inputs as readonly [Node, Node, Node];
  if (isZero(b)) return { condition, when: true, chosen: broadcastTo(a, g.shape) };
  if (isZero(a)) return { condition, when: false, chosen: broadcastTo(b, g.shape) };
  return undefined;
}

function isZero(node: Node): boolean {
  return node.family === "literal" && node.attributes.value === 0;
}

/** `chosen` where `selection` selects, else 0; one selection if `chosen` is a selection too. */
function selected({ condition, when }: Selection, chosen: Node): Node {
  const inner = selectionOf(chosen);
  if (!inner) return when ? where(condition, chosen, 0) : where(condition, 0, chosen);
  if (inner.condition === condition && inner.when === when) return chosen;
  const both = logicalAnd(holds({ condition, when }), holds(inner));
  return where(both, inner.chosen, 0);
}

/** The condition under which a selection takes `chosen`. */
export function holds({ condition, when }: Pick<Selection, "condition" | "when">): Node {
  return when ? condition : logicalNot(condition);
}

/**
 * Applies `rule`, of one input of `node`, to the node's gradient `g`. The mask is applied last if
 * each element of the rule's result depends on at most one of `g`.
 */
export function throughChoice(
  node: Node,
  position: number,
  input: Node,
  g: Node,
  rule: GradientRule,
): Node {
  const { inputs } = node;
  const selection = selectionOf(g);
  if (!selection) return rule(g, inputs, node, position);
  if (node.family === "elementwise" || node.family === "reduce") {
    const share = rule(selection.chosen, inputs, node, position);
    return share === selection.chosen ? g : selected(selection, share);
  }
  // If the gradient goes on through other operations, they share the mask with other users of `g`.
  if (!isMove(node) || !carries(input)) return rule(g, inputs, node, position);
  const share = rule(selection.chosen, inputs, node, position);
  if (share === selection.chosen) return g;
  const unmoved = isReshape(node) ? before(selection.condition, share.shape) : undefined;
  const condition =
    unmoved ?? rule(broadcastTo(selection.condition, g.shape), inputs, node, position);
  return selected({ ...selection, condition }, share);
}

/** Whether a mask is carried on through `node`. */
function carries(node: Node): boolean {
  return node.family === "elementwise" || node.family === "reduce" || isMove(node);
}

/** Whether the rule only moves elements of the gradient. */
function isMove(node: Node): boolean {
  return node.family === "movement" && node.attributes.kind !== "window";
}

function isReshape(node: Node): boolean {
  return node.family === "movement" && node.attributes.kind === "reshape";
}

/**
 * The condition before it was broadcast and reshaped from `shape`: a condition that is constant along an
 * axis stays so in both passes.
 */
function before(condition: Node, shape: Shape): Node | undefined {
  if (!isReshape(condition)) return undefined;
  const below = condition.inputs[0]!;
  if (!shapesEqual(below.shape, shape)) return undefined;
  const isBroadcast = below.family === "movement" && below.attributes.kind === "broadcast";
  return isBroadcast ? below.inputs[0]! : below;
}

/** `share` summed over `axes`, in `shape`. A mask that is constant along them is kept. */
export function summed(share: Node, axes: Shape, shape: Shape): Node {
  const total = (of: Node) => reshape(sum(of, axes, true), shape);
  const selection = selectionOf(share);
  if (!selection) return total(share);
  const { condition, chosen } = selection;
  const added = share.shape.length - condition.shape.length;
  if (axes.some((axis) => axis >= added && condition.shape[axis - added] !== 1)) {
    return total(share);
  }
  const behind = condition.shape.slice(Math.max(0, condition.shape.length - shape.length));
  return selected({ ...selection, condition: reshape(condition, behind) }, total(chosen));
}

/** The sum of two contributions to one gradient. Elements masked in both stay 0. */
export function together(a: Node, b: Node): Node {
  const [first, second] = [selectionOf(a), selectionOf(b)];
  if (!first || !second) return add(a, b);
  if (first.condition !== second.condition) {
    return where(logicalOr(holds(first), holds(second)), add(a, b), 0);
  }
  return first.when === second.when ? selected(first, add(first.chosen, second.chosen)) : add(a, b);
}
