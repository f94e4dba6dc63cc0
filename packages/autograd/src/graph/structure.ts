// Structures: a graph as integers, namely operations, attributes, shapes, dtypes and wiring, but
// not data. Graphs of equal structure share a plan. (Integers, because a step that is not compiled
// looks its plan up each time: string keys took 60 µs for the README's network, ten times as long.)

import type { DType } from "../scalar/dtype.ts";
import { noAttributes } from "./create.ts";
import type { Node, Operation } from "./node.ts";
import { newMark } from "./order.ts";
import { type Shape, shapesEqual } from "./shape.ts";
import { familiesWithoutWords, hashOf, operationNumber, Writer } from "./words.ts";

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
  if (node.mark !== mark) writer.type(node);
  writer.word(referenceTo(node, mark, inputs));
}

/** A node's position in the order. One that is used before it has a number has a value. */
function referenceTo(node: Node, mark: number, inputs: Node[]): number {
  if (node.mark !== mark) {
    node.mark = mark;
    node.number = -1 - inputs.length;
    inputs.push(node);
  }
  return node.number;
}

/**
 * A structure in a form that a graph can be compared with node by node. That takes about a quarter of the
 * time of encoding the graph.
 */
export class Template {
  readonly #operations: readonly (Operation | number)[];
  readonly #attributes: Node["attributes"][];
  /** Of the nodes in their order, and then of the inputs. */
  readonly #shapes: Shape[];
  readonly #dtypes: readonly DType[];
  /** The number of a node's inputs, and references to them; then references to the outputs. */
  readonly #references: Int32Array;

  constructor(order: readonly Node[], outputs: readonly Node[]) {
    const mark = newMark();
    const inputs: Node[] = [];
    const references: number[] = [];
    order.forEach((node, position) => {
      references.push(node.inputs.length);
      for (const input of node.inputs) references.push(referenceTo(input, mark, inputs));
      node.mark = mark;
      node.number = position;
    });
    for (const output of outputs) references.push(referenceTo(output, mark, inputs));
    this.#operations = order.map(({ operation }) => identityOf(operation));
    // Those of other families may keep a history or a closure alive.
    this.#attributes = order.map(({ family, attributes }) =>
      familiesWithoutWords.has(family) ? noAttributes : attributes,
    );
    this.#shapes = [...order, ...inputs].map(({ shape }) => shape);
    this.#dtypes = [...order, ...inputs].map(({ dtype }) => dtype);
    this.#references = Int32Array.from(references);
  }

  /** About as many bytes as it takes. */
  get bytes(): number {
    return 24 * this.#shapes.length + this.#references.byteLength;
  }

  /** The inputs of a graph of this structure, in the order of mention; undefined for another structure. */
  match(order: readonly Node[], outputs: readonly Node[]): readonly Node[] | undefined {
    const count = this.#operations.length;
    if (order.length !== count) return undefined;
    const mark = newMark();
    const inputs: Node[] = [];
    let next = 0;
    for (let position = 0; position < count; position++) {
      const node = order[position]!;
      const { inputs: own } = node;
      if (identityOf(node.operation) !== this.#operations[position]) return undefined;
      if (own.length !== this.#references[next++]) return undefined;
      for (let i = 0; i < own.length; i++) {
        if (referenceTo(own[i]!, mark, inputs) !== this.#references[next++]) return undefined;
      }
      if (!this.#isTypeAt(position, node)) return undefined;
      if (node.attributes !== this.#attributes[position] && !this.#hasAttributes(position, node)) {
        return undefined;
      }
      node.mark = mark;
      node.number = position;
    }
    for (let i = 0; i < outputs.length; i++) {
      if (referenceTo(outputs[i]!, mark, inputs) !== this.#references[next++]) return undefined;
    }
    if (next !== this.#references.length || count + inputs.length !== this.#shapes.length) {
      return undefined;
    }
    for (let i = 0; i < inputs.length; i++) {
      if (!this.#isTypeAt(count + i, inputs[i]!)) return undefined;
    }
    return inputs;
  }

  #isTypeAt(position: number, { dtype, shape }: Node): boolean {
    if (dtype !== this.#dtypes[position]) return false;
    if (shape === this.#shapes[position]) return true;
    if (!shapesEqual(shape, this.#shapes[position]!)) return false;
    // The next graph probably has the same object.
    this.#shapes[position] = shape;
    return true;
  }

  #hasAttributes(position: number, { family, attributes }: Node): boolean {
    if (familiesWithoutWords.has(family)) return true;
    if (!haveEqualEntries(attributes, this.#attributes[position]!)) return false;
    this.#attributes[position] = attributes;
    return true;
  }
}

/**
 * The operation, or its number: loops of equal bodies have the same, and a template should not keep a body
 * or a host function alive.
 */
function identityOf(operation: Operation): Operation | number {
  const { family } = operation;
  return family === "loop" || family === "host" ? operationNumber(operation) : operation;
}

function haveEqualEntries(a: object, b: object): boolean {
  const keys = Object.keys(a);
  const [own, other] = [a, b] as readonly [Entries, Entries];
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => key in other && areEqual(own[key], other[key]))
  );
}

type Entries = Readonly<Record<string, unknown>>;

function areEqual(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return Object.is(a, b);
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}
