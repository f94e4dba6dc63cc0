// Loops: a body, which is a graph of its own, repeated over sequences with carries from each iteration
// to the next. A loop has several outcomes, and each is a node; those of one loop are computed together,
// and so are their gradients (autodiff/loop-gradients.ts).
import { type Body, createNode, type Loop, type Node, type NodeOf } from "../graph/node.ts";
import { topologicalOrder } from "../graph/order.ts";

/** A loop, before anything is asked of it. */
export interface Repeated {
  readonly operation: Loop;
  /** As the body's inputs: the first carries, the sequences, and what is shared. */
  readonly inputs: readonly Node[];
}

/** A body, as it is given: placeholders, and what an iteration makes of them. */
export interface Iteration extends Pick<Body, "length" | "isReversed" | "next"> {
  readonly carries: readonly Node[];
  readonly elements: readonly Node[];
  readonly shared: readonly Node[];
  /** Nodes beside `next` that outcomes may be of. */
  readonly others: readonly Node[];
}

/** A loop of the iteration. */
export function loopOf({ carries, elements, shared, others, ...own }: Iteration): Loop {
  const inputs = [...carries, ...elements, ...shared];
  const order = topologicalOrder([...own.next, ...others]);
  const computed = order.filter((node) => !inputs.includes(node));
  const body: Body = {
    ...own,
    inputs,
    sequences: elements.length,
    nodes: [...inputs, ...computed],
  };
  return { family: "loop", name: "scan", gradient: [gradientRule], body };
}

function gradientRule(): never {
  throw new Error("unreachable: a loop's gradients come from all its outcomes");
}

/** The value of a carry after the last iteration. */
export function lastOf({ operation, inputs }: Repeated, carry: number): Node {
  const { shape, dtype } = operation.body.next[carry]!;
  return createNode(operation, inputs, { isStacked: false, position: carry }, shape, dtype);
}

/** The values of a node of the body in all iterations, along a first axis. */
export function stackOf({ operation, inputs }: Repeated, node: Node): Node {
  const { length, nodes } = operation.body;
  const position = nodes.indexOf(node);
  if (position < 0) throw new Error(`unreachable: ${node.operation.name} is not of the body`);
  const shape = [length, ...node.shape];
  return createNode(operation, inputs, { isStacked: true, position }, shape, node.dtype);
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
