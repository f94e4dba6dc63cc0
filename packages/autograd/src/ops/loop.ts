// Loops: a body, which is a graph of its own, repeated over sequences with carries from each iteration
// to the next. A loop has several outcomes, and each is a node; those of one loop are computed together,
// and so are their gradients (autodiff/loop-gradients.ts).

import { createNode } from "../graph/create.ts";
import { NablaError } from "../graph/errors.ts";
import type { Body, Loop, Node, NodeOf } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";
import type { Data } from "../scalar/dtype.ts";

/** A loop, before anything is asked of it. */
export interface Repeated {
  readonly operation: Loop;
  /** As the body's inputs: the first carries, the sequences, and what is shared. */
  readonly inputs: readonly Node[];
}

/** A body, as it is given: placeholders, and what an iteration makes of them. */
export interface Iteration extends Pick<Body, "length" | "isReversed" | "isRecomputed" | "next"> {
  /** The public name of the loop. */
  readonly name: string;
  readonly carries: readonly Node[];
  readonly elements: readonly Node[];
  readonly shared: readonly Node[];
  /** The one of these that tells which iterations run; undefined: all. */
  readonly condition: Node | undefined;
  /** Nodes beside `next` that outcomes may be of. */
  readonly others: readonly Node[];
}

/** A loop of the iteration. */
export function loopOf(iteration: Iteration): Loop {
  const { name, length, isReversed, isRecomputed, next, others } = iteration;
  const { carries, elements, shared, condition } = iteration;
  const inputs = [...carries, ...elements, ...shared];
  const order = topologicalOrder([...next, ...others]);
  const computed = order.filter((node) => !inputs.includes(node));
  const byHost = computed.find(({ family }) => family === "host");
  if (byHost) {
    const { name: function_ } = byHost.operation;
    throw new NablaError(
      `${name}: ${function_} is a host function, which is called once a run; call it outside the loop`,
    );
  }
  const body: Body = {
    length,
    isReversed,
    isRecomputed,
    condition: condition && inputs.indexOf(condition),
    next,
    inputs,
    sequences: elements.length,
    nodes: [...inputs, ...computed],
  };
  return { family: "loop", name, gradient: [gradientRule], body };
}

function gradientRule(): never {
  throw new Error("unreachable: a loop's gradients come from all its outcomes");
}

/** The value of a carry after the last iteration. */
export function lastOf({ operation, inputs }: Repeated, carry: number): Node {
  const { shape, dtype } = operation.body.next[carry]!;
  return createNode(operation, inputs, { isStacked: false, position: carry }, shape, dtype);
}

/** The values of a node of the body in all iterations, along a first axis; zeros where none runs. */
export function stackOf({ operation, inputs }: Repeated, node: Node): Node {
  const { length, nodes } = operation.body;
  const position = nodes.indexOf(node);
  if (position < 0) throw new Error(`unreachable: ${node.operation.name} is not of the body`);
  const shape = [length, ...node.shape];
  return createNode(operation, inputs, { isStacked: true, position }, shape, node.dtype);
}

/**
 * Whether the iteration that has the elements at `index` runs, by the value of the condition: the whole
 * sequence, if it is an element of one.
 */
export function runsAt(body: Body, condition: Data | undefined, index: number): boolean {
  if (!condition) return true;
  const { next, sequences, length } = body;
  const isElement = body.condition! >= next.length && body.condition! < next.length + sequences;
  const size = isElement ? condition.length / length : condition.length;
  const from = isElement ? index * size : 0;
  for (let i = from; i < from + size; i++) if (condition[i]) return true;
  return false;
}

/** The error for a loop whose condition still holds after its last iteration. */
export function unfinished({ name, body }: Loop): NablaError {
  const { length } = body;
  return new NablaError(
    `${name}: the condition still holds after ${length} steps; give a larger maxSteps than ${length}`,
  );
}

/** The node of the body that an outcome is of. */
export function nodeOfOutcome({ operation, attributes }: NodeOf<"loop">): Node {
  const { isStacked, position } = attributes;
  const { next, nodes } = operation.body;
  return (isStacked ? nodes : next)[position]!;
}

/** Whether two nodes are outcomes of one loop, on the same inputs. */
export function areOfOneLoop(a: Node, b: Node): boolean {
  return a.operation === b.operation && a.inputs.every((input, i) => input === b.inputs[i]);
}
