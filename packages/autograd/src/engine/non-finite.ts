// Finds where in a graph the first NaN or infinity appeared: evaluates nodes one by one on the current
// back end.
import { withReplaced } from "../autodiff/copy.ts";
import { copyNode } from "../graph/create.ts";
import { origins } from "../graph/history.ts";
import { dataOf, type Node, type NodeOf, type Value } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import { elementCount } from "../graph/shape.ts";
import { currentCall } from "../graph/site.ts";
import { constant, isPlaceholder } from "../ops/creation.ts";
import { stackOf } from "../ops/loop.ts";
import { bytesPerElement, type Data, filledData, numbersIn } from "../scalar/dtype.ts";
import { overwrittenError, realize, tracingError } from "./realize.ts";

/** Summary of a value's elements. */
export interface Range {
  /** The smallest finite element; NaN if there are none. */
  readonly min: number;
  readonly max: number;
  /** How many elements are NaN or infinite. */
  readonly nonFinite: number;
  /** The first of those, and its position in row-major order. */
  readonly first: { readonly value: number; readonly position: number } | undefined;
  readonly hasNaN: boolean;
}

/** A node that produced a NaN or an infinity, and its inputs. */
export interface NonFiniteOrigin {
  readonly node: Node;
  readonly range: Range;
  readonly inputs: readonly Range[];
}

/**
 * The first node below `root`, inputs first, that produced a NaN or an infinity from finite inputs
 * and contributed to `root` not being finite; undefined if that is finite. If there is none: the
 * first that produced a NaN from none, and then the first infinity that was given. `given`: values
 * of nodes that have none themselves.
 */
export function nonFiniteOrigin(
  operation: string,
  root: Node,
  given: ReadonlyMap<Node, Value> = new Map<Node, Value>(),
): NonFiniteOrigin | undefined {
  const { order, ranges } = rangesOf(operation, root, given);
  const isFinite = (node: Node) => ranges.get(node)!.nonFinite === 0;
  const hasNaN = (node: Node) => ranges.get(node)!.hasNaN;
  if (isFinite(root)) return undefined;
  const reasons = new Set(
    topologicalOrder([root], (node) => origins(node).filter((input) => !isFinite(input))),
  );
  // A node computed from an infinite literal is more useful than the literal itself.
  const suspects = order.filter((node) => reasons.has(node) && node.family !== "literal");
  const isMade = (node: Node) =>
    origins(node).length === 0 ? hasNaN(node) : origins(node).every(isFinite);
  const node =
    suspects.find(isMade) ??
    suspects.find((one) => hasNaN(one) && !origins(one).some(hasNaN)) ??
    suspects[0]!;
  const inputs = node.inputs.map((input) => ranges.get(input)!);
  return { node, range: ranges.get(node)!, inputs };
}

/** What a loop made, in one of its iterations. */
export interface OriginInLoop extends NonFiniteOrigin {
  /** The number of the iteration, from 0 in the order in which they run. */
  readonly step: number;
}

/**
 * The first operation in the iterations of a loop that produced a NaN or an infinity from finite
 * inputs; undefined if there is none, or if the number of iterations has no bound. `node` is the
 * operation on the values of that iteration.
 */
export function originInLoop(
  operation: string,
  loop: NodeOf<"loop">,
  given: ReadonlyMap<Node, Value> = new Map<Node, Value>(),
): OriginInLoop | undefined {
  const { body } = loop.operation;
  const { length, isReversed, inputs, nodes } = body;
  if (length === Number.POSITIVE_INFINITY) return undefined;
  const known = new Map(
    [...given].map(([node, value]) => [node, constant(value, node.shape, node.dtype)] as const),
  );
  const stacks = withReplaced(
    nodes.map((node) => stackOf(loop, node)),
    known,
  );
  realize(operation, stacks);
  const partOf = (node: Node, index: number): Data => {
    if (node.family === "literal") return filledData(node.dtype, 1, node.attributes.value);
    const size = elementCount(node.shape);
    const whole = dataOf(stacks[nodes.indexOf(node)]!.cell.value!);
    return whole.slice(index * size, (index + 1) * size);
  };
  for (let step = 0; step < length; step++) {
    const index = isReversed ? length - 1 - step : step;
    const ranges = new Map(
      nodes.map((node) => [node, rangeOf(numbersIn(node.dtype, partOf(node, index)))]),
    );
    const isFinite = (node: Node) => (ranges.get(node)?.nonFinite ?? 0) === 0;
    const made = nodes
      .slice(inputs.length)
      .find((node) => node.inputs.length > 0 && !isFinite(node) && node.inputs.every(isFinite));
    if (!made) continue;
    const stands = made.inputs.map((input) =>
      constant(partOf(input, index), input.shape, input.dtype),
    );
    return {
      node: copyNode(made, stands),
      range: ranges.get(made)!,
      inputs: made.inputs.map((input) => ranges.get(input)!),
      step,
    };
  }
  return undefined;
}

/** Nodes computed at a time: bounds how many values are held. */
const nodesAtOnce = 64;
const bytesAtOnce = 2 ** 26;

/** The ranges of `root` and all nodes below that may be the cause; inputs first. */
function rangesOf(
  operation: string,
  root: Node,
  given: ReadonlyMap<Node, Value>,
): { readonly order: readonly Node[]; readonly ranges: ReadonlyMap<Node, Range> } {
  const values = new Map<Node, Value>();
  const ranges = new Map<Node, Range>();
  const order = topologicalOrder([root], (node) => {
    const { overwritten } = node.cell;
    const value = given.get(node) ?? node.cell.value;
    if (!value) {
      if (overwritten !== undefined) throw overwrittenError(operation, node, [root]);
      if (isPlaceholder(node)) throw tracingError(operation);
      if (node.family === "literal") ranges.set(node, rangeOf([node.attributes.value]));
      return node.inputs;
    }
    values.set(node, value);
    const range = rangeOf(numbersIn(node.dtype, dataOf(value)));
    ranges.set(node, range);
    return range.nonFinite === 0 ? [] : origins(node);
  });
  const pending = order.filter((node) => !ranges.has(node));
  const uses = new Map<Node, number>();
  for (const { inputs } of pending) {
    for (const input of inputs) uses.set(input, (uses.get(input) ?? 0) + 1);
  }
  for (const some of portionsOf(pending)) {
    compute(operation, some, values);
    for (const node of some) {
      ranges.set(node, rangeOf(numbersIn(node.dtype, dataOf(values.get(node)!))));
      if (!uses.has(node)) values.delete(node);
      for (const input of node.inputs) {
        const left = uses.get(input)! - 1;
        uses.set(input, left);
        if (left === 0) values.delete(input);
      }
    }
  }
  return { order, ranges };
}

/** Splits `nodes` into lists that are computed one after another. */
function* portionsOf(nodes: readonly Node[]): Generator<readonly Node[]> {
  let portion: Node[] = [];
  let bytes = 0;
  for (const node of nodes) {
    portion.push(node);
    bytes += elementCount(node.shape) * bytesPerElement(node.dtype);
    if (portion.length < nodesAtOnce && bytes < bytesAtOnce) continue;
    yield portion;
    [portion, bytes] = [[], 0];
  }
  if (portion.length > 0) yield portion;
}

/** Computes `nodes` into `values`, which has the values of all their inputs. */
function compute(operation: string, nodes: readonly Node[], values: Map<Node, Value>): void {
  const copies = new Map<Node, Node>();
  const copyOf = (input: Node): Node => {
    if (input.family === "literal") return input;
    let copy = copies.get(input);
    if (!copy) {
      copy = constant(values.get(input)!, input.shape, input.dtype);
      copies.set(input, copy);
    }
    return copy;
  };
  currentCall.at(undefined, () => {
    for (const node of nodes) copies.set(node, copyNode(node, node.inputs.map(copyOf)));
  });
  realize(
    operation,
    nodes.map((node) => copies.get(node)!),
  );
  for (const node of nodes) values.set(node, copies.get(node)!.cell.value!);
}

function rangeOf(data: Data | readonly number[]): Range {
  let [min, max, nonFinite, hasNaN] = [
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    0,
    false,
  ];
  let first: Range["first"];
  for (let position = 0; position < data.length; position++) {
    const value = data[position]!;
    if (Number.isFinite(value)) {
      if (value < min) min = value;
      if (value > max) max = value;
      continue;
    }
    nonFinite++;
    hasNaN ||= Number.isNaN(value);
    first ??= { value, position };
  }
  if (nonFinite === data.length) min = max = Number.NaN;
  return { min, max, nonFinite, first, hasNaN };
}
