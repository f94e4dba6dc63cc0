// The structure of a graph as whole numbers: operations, attributes, shapes, dtypes and wiring, but
// not the data. Graphs of equal structure share a plan. (Numbers, because a step that is not
// compiled looks its plan up each time: as text, the seed's network took 60 µs of it, so it takes a
// tenth.)
import type { Node } from "../../graph/node.ts";
import { newMark } from "../../graph/order.ts";
import { dtypes } from "../../scalar/dtype.ts";

/**
 * A graph's structure, and the nodes with values that it begins at, in the order it mentions them.
 */
export interface Structure {
  /** Good until the next structure is asked for. */
  readonly words: Int32Array;
  readonly hash: number;
  readonly inputs: readonly Node[];
}

const dtypeNumbers = new Map(dtypes.map((dtype, i) => [dtype, i]));
const operationNumbers = new WeakMap<object, number>();
let operationCount = 0;
const textNumbers = new Map<string, number>();

/** In place of an entry of a list that is no word by itself. */
const isWide = -(2 ** 31);

/** Writes numbers one after another. */
class Writer {
  #words = new Int32Array(4096);
  #count = 0;
  readonly #bits = new Float64Array(1);
  readonly #halves = new Int32Array(this.#bits.buffer);

  begin(): void {
    this.#count = 0;
  }

  word(value: number): void {
    if (this.#count === this.#words.length) {
      const wider = new Int32Array(2 * this.#count);
      wider.set(this.#words);
      this.#words = wider;
    }
    this.#words[this.#count++] = value;
  }

  number(value: number): void {
    this.#bits[0] = value;
    this.word(this.#halves[0]!);
    this.word(this.#halves[1]!);
  }

  list(values: readonly number[]): void {
    this.word(values.length);
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if ((value | 0) === value && value !== isWide) this.word(value);
      else {
        // The stride or dilation of a window is any number.
        this.word(isWide);
        this.number(value);
      }
    }
  }

  words(): Int32Array {
    return this.#words.subarray(0, this.#count);
  }
}

const writer = new Writer();

/** The structure of the graph of `order`: all nodes without a value, inputs first. */
export function structureOf(order: readonly Node[], outputs: readonly Node[]): Structure {
  const mark = newMark();
  const inputs: Node[] = [];
  writer.begin();
  for (let position = 0; position < order.length; position++) {
    const node = order[position]!;
    writer.word(operationNumber(node.operation));
    writer.word(node.inputs.length);
    for (const input of node.inputs) writeReference(input, mark, inputs);
    writeAttributes(node);
    writer.word(dtypeNumbers.get(node.dtype)!);
    writer.list(node.shape);
    node.cell.mark = mark;
    node.cell.number = position;
  }
  for (const output of outputs) writeReference(output, mark, inputs);
  const words = writer.words();
  return { words, hash: hashOf(words), inputs };
}

/** Which node it is: its position in the order, or the -1st, -2nd, … of the inputs. */
function writeReference(node: Node, mark: number, inputs: Node[]): void {
  const { cell } = node;
  if (cell.mark !== mark) {
    // Only a node with a value has no number yet when it is used.
    cell.mark = mark;
    cell.number = -1 - inputs.length;
    inputs.push(node);
    writer.word(dtypeNumbers.get(node.dtype)!);
    writer.list(node.shape);
  }
  writer.word(cell.number);
}

/** A number of its own for each operation. */
export function operationNumber(operation: object): number {
  let number = operationNumbers.get(operation);
  if (number === undefined) operationNumbers.set(operation, (number = operationCount++));
  return number;
}

function writeAttributes(node: Node): void {
  switch (node.family) {
    case "source":
    case "elementwise":
    case "contract":
    case "custom":
    case "routine":
      return;
    case "literal":
      writer.number(node.attributes.value);
      return;
    case "reduce":
      writer.list(node.attributes.axes);
      return;
    default:
      for (const value of Object.values(node.attributes) as readonly unknown[]) {
        if (typeof value === "number") writer.number(value);
        else if (Array.isArray(value)) writer.list(value as readonly number[]);
        else writer.word(textNumber(String(value)));
      }
  }
}

function textNumber(text: string): number {
  let number = textNumbers.get(text);
  if (number === undefined) textNumbers.set(text, (number = textNumbers.size));
  return number;
}

/** FNV-1a, a word at a time: http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashOf(words: Int32Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ words[i]!, 0x01000193);
  // The low bits of a product do not see the high ones.
  return hash ^ (hash >>> 15);
}
