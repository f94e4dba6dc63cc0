// Creates nodes, and copies them onto other inputs.
import { type DType, isHalf } from "../scalar/dtype.ts";
import type { AttributesOf, Cell, Family, Node, NodeOf, OperationOf } from "./node.ts";
import { checkLimits, type Shape } from "./shape.ts";
import { currentCall, type Site } from "./site.ts";

/**
 * Creates a node whose shape and dtype its family has checked; throws `ShapeError` if the shape is
 * too large to compute. (Not frozen: that takes four times as long as everything else here.)
 */
export function createNode<F extends Family>(
  operation: OperationOf[F] & { readonly family: F },
  inputs: readonly Node[],
  attributes: AttributesOf[F],
  shape: Shape,
  dtype: DType,
): NodeOf<F> {
  checkLimits(currentCall.nameOr(operation.name), shape);
  if (isHalf(dtype) && !ofHalves.has(operation.family)) {
    throw new Error(`unreachable: ${operation.name} is computed in ${dtype}`);
  }
  return nodeOf(operation, inputs, attributes, shape, dtype, newCell(currentCall.site));
}

/** Families that can have elements of 16 bits: those that move them, and casts. */
const ofHalves: ReadonlySet<Family> = new Set<Family>([
  "source",
  "literal",
  "elementwise",
  "movement",
  "gather",
  "ordered",
  "custom",
  "loop",
]);

/**
 * How many levels a node of this shape counts as. What has few elements counts as several: planning such
 * graphs takes the time, not computing them, so they are computed in smaller pieces, which share a plan.
 */
export function levelsOf(shape: Shape): number {
  return shape.length === 0 || (shape.length === 1 && shape[0]! <= 16) ? 4 : 1;
}

let count = 0;

/** How many nodes were created so far. */
export function nodeCount(): number {
  return count;
}

/** Creates all nodes: objects of one hidden class are faster. */
function nodeOf<F extends Family>(
  operation: OperationOf[F] & { readonly family: F },
  inputs: readonly Node[],
  attributes: AttributesOf[F],
  shape: Shape,
  dtype: DType,
  cell: Cell,
): NodeOf<F> {
  const { family } = operation;
  let depth = 0;
  for (let i = 0; i < inputs.length; i++) depth = Math.max(depth, inputs[i]!.depth);
  if (inputs.length > 0) depth += levelsOf(shape);
  const serial = count++;
  return {
    family,
    operation,
    inputs,
    attributes,
    shape,
    dtype,
    depth,
    serial,
    cell,
    mark: 0,
    number: 0,
  };
}

function newCell(site: Site | undefined): Cell {
  return {
    site,
    value: undefined,
    home: undefined,
    overwritten: undefined,
    owner: undefined,
    keptBelow: undefined,
    isCounted: false,
    isRemembered: false,
    timesPlanned: 0,
  };
}

/** The attributes of families that have none: one object for all nodes. */
export const noAttributes: Readonly<Record<string, never>> = Object.freeze({});

/** Copies a node onto other inputs of the same shapes and dtypes; its site stays. */
export function copyNode(node: Node, inputs: readonly Node[]): Node {
  return withInputs(node, inputs, newCell(node.cell.site));
}

/** The same for a node of its own, created at `site`. */
export function copyAt(site: Site, node: Node, inputs: readonly Node[]): Node {
  return withInputs(node, inputs, newCell(site));
}

/** The same for a plan, whose own nodes never get values: they share a cell. */
export function copyForPlan(node: Node, inputs: readonly Node[]): Node {
  return withInputs(node, inputs, cellOfPlans);
}

const cellOfPlans = newCell(undefined);

function withInputs(node: Node, inputs: readonly Node[], cell: Cell): Node {
  const { operation, attributes, shape, dtype } = node;
  // A node's family ties its operation to its attributes; a copy keeps both.
  return nodeOf(operation as never, inputs, attributes as never, shape, dtype, cell) as Node;
}
