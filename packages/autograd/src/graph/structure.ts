// Structures: a graph as integers, namely operations, attributes, shapes, dtypes and wiring, but
// not data. Graphs of equal structure share a plan. (Integers, because a step that is not compiled
// looks its plan up each time: string keys took 60 µs for the README's network, ten times as long.)
import type { Node } from "./node.ts";
import { newMark } from "./order.ts";
import { hashOf, operationNumber, Writer } from "./words.ts";

/** A graph's structure, and the nodes with values that it starts from, in the order of mention. */
export interface Structure {
  /** Valid until the next structure is computed. */
  readonly words: Int32Array;
  readonly hash: number;
  readonly inputs: readonly Node[];
}

const writer = new Writer();

/** The structure of the graph `order`: all nodes without a value, inputs first. */
export function structureOf(order: readonly Node[], outputs: readonly Node[]): Structure {
  const mark = newMark();
  const inputs: Node[] = [];
  writer.begin();
  for (let position = 0; position < order.length; position++) {
    const node = order[position]!;
    writer.word(operationNumber(node.operation));
    writer.word(node.inputs.length);
    for (const input of node.inputs) writeReference(input, mark, inputs);
    writer.attributes(node);
    writer.type(node);
    node.mark = mark;
    node.number = position;
  }
  for (const output of outputs) writeReference(output, mark, inputs);
  const words = writer.words();
  return { words, hash: hashOf(words), inputs };
}

/** Writes a node as its position in the order, or as the -1st, -2nd, … of the inputs. */
function writeReference(node: Node, mark: number, inputs: Node[]): void {
  if (node.mark !== mark) {
    // A node that is used before it has a number has a value.
    node.mark = mark;
    node.number = -1 - inputs.length;
    inputs.push(node);
    writer.type(node);
  }
  writer.word(node.number);
}
