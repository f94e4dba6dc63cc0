// Encodes graphs, and parts of them, as integers: equal ones give the same words.

import { dtypes } from "../scalar/dtype.ts";
import type { Body, Family, Loop, Node, Operation } from "./node.ts";

const dtypeNumbers = new Map(dtypes.map((dtype, i) => [dtype, i]));
const operationNumbers = new WeakMap<object, number>();
let operationCount = 0;
const textNumbers = new Map<string, number>();

/** Families whose attributes are no part of a structure. */
export const familiesWithoutWords: ReadonlySet<Family> = new Set<Family>([
  "source",
  "elementwise",
  "contract",
  "ordered",
  "custom",
  "routine",
  "host",
]);

/** Precedes an entry of a list that is not a word. */
const isWide = -(2 ** 31);

/** Writes numbers one after another. */
export class Writer {
  #words = new Int32Array(4096);
  #count = 0;
  readonly #bits = new Float64Array(1);
  readonly #halves = new Int32Array(this.#bits.buffer);

  /** Discards everything written. */
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

  /** Any number, in one word if it is an int32. */
  integer(value: number): void {
    if ((value | 0) === value && value !== isWide) this.word(value);
    else {
      // The stride or dilation of a window can be any number.
      this.word(isWide);
      this.number(value);
    }
  }

  list(values: readonly number[]): void {
    this.word(values.length);
    for (let i = 0; i < values.length; i++) this.integer(values[i]!);
  }

  /** A name, such as an operator's. */
  text(value: string): void {
    this.word(textNumber(value));
  }

  attributes(node: Node): void {
    if (familiesWithoutWords.has(node.family)) return;
    switch (node.family) {
      case "literal":
        this.number(node.attributes.value);
        return;
      case "reduce":
        this.list(node.attributes.axes);
        return;
      default:
        for (const value of Object.values(node.attributes) as readonly unknown[]) {
          if (typeof value === "number") this.number(value);
          else if (Array.isArray(value)) this.list(value as readonly number[]);
          else this.text(String(value));
        }
    }
  }

  /** Writes a dtype and a shape. */
  type({ dtype, shape }: Node): void {
    this.word(dtypeNumbers.get(dtype)!);
    this.list(shape);
  }

  /** The words written since `begin`; valid until the next one. */
  words(): Int32Array {
    return this.#words.subarray(0, this.#count);
  }
}

/** A unique number for each operation; loops of equal bodies have the same. */
export function operationNumber(operation: Operation): number {
  let number = operationNumbers.get(operation);
  if (number === undefined) {
    number = operation.family === "loop" ? loopNumber(operation) : operationCount++;
    operationNumbers.set(operation, number);
  }
  return number;
}

/** How many loops are remembered; a forgotten one gets another number when it is seen again. */
const mostLoops = 1000;
/** Loops that there were, by the hash of their words. */
const loops = new Map<number, { readonly words: Int32Array; readonly number: number }[]>();

function loopNumber({ body, name }: Loop): number {
  const writer = new Writer();
  const { length, isReversed, isRecomputed, condition } = body;
  writer.text(name);
  writer.integer(length);
  writer.list([isReversed ? 1 : 0, isRecomputed ? 1 : 0, condition ?? -1]);
  writeBody(writer, body, []);
  const words = writer.words().slice();
  const hash = hashOf(words);
  const alike = loops.get(hash) ?? [];
  const known = alike.find((one) => wordsEqual(one.words, words));
  if (known) return known.number;
  const number = operationCount++;
  if (loops.size >= mostLoops) loops.clear();
  loops.set(hash, [...alike, { words, number }]);
  return number;
}

/** Writes what a body computes, whatever the number of its iterations, and further results of it. */
export function writeBody(writer: Writer, body: Body, results: readonly Node[]): void {
  const { inputs, sequences, next, nodes } = body;
  const positions = new Map(nodes.map((node, i) => [node, i]));
  const reference = (node: Node) => writer.word(positions.get(node)!);
  writer.list([inputs.length, sequences, next.length, nodes.length, results.length]);
  for (const input of inputs) writer.type(input);
  for (const node of nodes.slice(inputs.length)) {
    writer.word(operationNumber(node.operation));
    writer.word(node.inputs.length);
    node.inputs.forEach(reference);
    writer.attributes(node);
    writer.type(node);
  }
  next.forEach(reference);
  results.forEach(reference);
}

function textNumber(text: string): number {
  let number = textNumbers.get(text);
  if (number === undefined) textNumbers.set(text, (number = textNumbers.size));
  return number;
}

/** FNV-1a, a word at a time: http://www.isthe.com/chongo/tech/comp/fnv/ */
export function hashOf(words: Int32Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < words.length; i++) hash = Math.imul(hash ^ words[i]!, 0x01000193);
  // Low bits of a product do not depend on high ones.
  return hash ^ (hash >>> 15);
}

export function wordsEqual(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
