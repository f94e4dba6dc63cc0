// Forms of groups. Groups that differ only in which buffers they use, and in where slices and parts of
// them begin, become kernels once, which are then given these: a network that goes through a sequence
// step by step has the same few kernels in each step.
import type { Node, NodeOf } from "../../graph/node.ts";
import type { Buffer } from "../kernel/language.ts";
import type { Group } from "./groups.ts";
import { NodeMap, type Numbering } from "./numbering.ts";
import { hashOf, operationNumber, Writer, wordsEqual } from "./words.ts";

/** Where a node is materialized; undefined if it is inlined into what uses it. */
type BufferOf = (node: Node) => Buffer | undefined;

/** What becomes kernels. */
export type Work =
  /** A group, of whose nodes others read those that are `kept`. */
  | { readonly kind: "group"; readonly group: Group; readonly kept: ReadonlySet<Node> }
  /** One part of a concatenation, and where it begins. */
  | {
      readonly kind: "part";
      readonly node: NodeOf<"movement">;
      readonly part: Node;
      readonly start: number;
    };

/** Work with what tells it from other work of its form. */
export interface Member {
  readonly work: Work;
  /** What it reads and computes of what is stored, in the order of mention. */
  readonly stored: readonly Node[];
  /** Where slices begin, one axis after the other, or the part does, in the order of mention. */
  readonly starts: readonly number[];
}

/** All work that is alike. */
export interface Form {
  readonly words: Int32Array;
  /** The first that was found. */
  readonly first: Member;
  /** Nodes of the first that have starts, with the number of the first one. */
  readonly started: ReadonlyMap<Node, number>;
  /** Those of the starts that are not the same in all, by their numbers, with the greatest. */
  readonly different: Map<number, number>;
}

/** Work as a member of its form. */
export interface FormedWork {
  readonly member: Member;
  readonly form: Form;
}

/** Finds out what is alike. */
export class Forms {
  readonly #bufferOf: BufferOf;
  readonly #forms = new Map<number, Form[]>();
  readonly #writer = new Writer();
  /** How many nodes work has mentioned so far, and which mention of a node was its last. */
  #count = 0;
  readonly #mentions: NodeMap<number>;

  constructor(numbers: Numbering, bufferOf: BufferOf) {
    this.#bufferOf = bufferOf;
    this.#mentions = new NodeMap(numbers);
  }

  /** The work as a member of its form. */
  add(work: Work): FormedWork {
    const started = new Map<Node, number>();
    const member = this.#write(work, started);
    const words = this.#writer.words();
    const hash = hashOf(words);
    const alike = this.#forms.get(hash) ?? [];
    let form = alike.find((other) => wordsEqual(other.words, words));
    if (!form) {
      form = { words: words.slice(), first: member, started, different: new Map() };
      this.#forms.set(hash, [...alike, form]);
    }
    const { different, first } = form;
    for (const [i, start] of member.starts.entries()) {
      const greatest = different.get(i) ?? first.starts[i]!;
      if (start !== greatest || different.has(i)) different.set(i, Math.max(start, greatest));
    }
    return { member, form };
  }

  /** Writes down what the work is, but for what tells it from others. */
  #write(work: Work, started: Map<Node, number>): Member {
    const writer = this.#writer;
    const stored: Node[] = [];
    const starts: number[] = [];
    const first = this.#count;
    const mention = (node: Node): void => this.#mentions.set(node, this.#count++);
    const refer = (node: Node): void => {
      const before = this.#mentions.get(node) ?? -1;
      if (before >= first) {
        writer.word(before - first);
        return;
      }
      mention(node);
      const isStored = this.#bufferOf(node) !== undefined;
      writer.word(isStored ? -1 : -2);
      if (isStored) {
        stored.push(node);
        writer.type(node);
      } else define(node);
    };
    // No deeper than what is inlined into one expression (stored.ts).
    const define = (node: Node): void => {
      writer.word(operationNumber(node.operation));
      if (node.family === "movement" && node.attributes.kind === "slice") {
        started.set(node, starts.length);
        starts.push(...node.attributes.start);
        writer.list(node.attributes.step);
      } else writer.attributes(node);
      writer.type(node);
      writer.word(node.inputs.length);
      for (const input of node.inputs) refer(input);
    };
    const store = (node: Node): void => {
      mention(node);
      stored.push(node);
    };
    writer.begin();
    if (work.kind === "group") {
      for (const node of work.group.nodes) {
        define(node);
        store(node);
        writer.word(work.kept.has(node) ? 1 : 0);
      }
    } else {
      const { node, part, start } = work;
      writer.word(-3);
      writer.attributes(node);
      writer.type(node);
      store(node);
      started.set(node, 0);
      starts.push(start);
      refer(part);
    }
    return { work, stored, starts };
  }
}
