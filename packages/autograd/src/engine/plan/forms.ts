// Forms of groups. Groups that differ only in their buffers, and in the offsets of slices and
// parts, share kernels, which take these as arguments: a network that processes a sequence step by
// step has the same few kernels in each step.
import type { Node, NodeOf } from "../../graph/node.ts";
import { hashOf, operationNumber, Writer, wordsEqual } from "../../graph/words.ts";
import type { BufferOf, Group } from "./groups.ts";
import { NodeMap, type Numbering } from "./numbering.ts";

/** Work that becomes kernels. */
export type Work =
  /** A group, with the nodes that others read in `kept`. */
  | { readonly kind: "group"; readonly group: Group; readonly kept: ReadonlySet<Node> }
  /** One part of a concatenation, and its offset. */
  | {
      readonly kind: "part";
      readonly node: NodeOf<"movement">;
      readonly part: Node;
      readonly start: number;
    };

/** Work with what distinguishes it from other work of its form. */
export interface Member {
  readonly work: Work;
  /** The materialized nodes that it reads and computes, in the order of mention. */
  readonly materialized: readonly Node[];
  /** Offsets of slices, one axis after the other, or of the part, in the order of mention. */
  readonly starts: readonly number[];
}

/** All work of the same form. */
export interface Form {
  readonly words: Int32Array;
  /** The first work that was found. */
  readonly first: Member;
  /** Nodes of the first that have starts, with the number of their first start. */
  readonly started: ReadonlyMap<Node, number>;
  /** The numbers of the starts that differ between members, with the largest value. */
  readonly different: Map<number, number>;
}

/** Work as a member of its form. */
export interface FormedWork {
  readonly member: Member;
  readonly form: Form;
}

/** Recognizes work of the same form. */
export class Forms {
  readonly #bufferOf: BufferOf;
  readonly #forms = new Map<number, Form[]>();
  readonly #writer = new Writer();
  /** How many nodes have been mentioned so far, and the last mention of each node. */
  #count = 0;
  readonly #mentions: NodeMap<number>;

  constructor(numbers: Numbering, bufferOf: BufferOf) {
    this.#bufferOf = bufferOf;
    this.#mentions = new NodeMap(numbers);
  }

  /** Adds work as a member of its form. */
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

  /** Writes down the work, except what distinguishes it from others. */
  #write(work: Work, started: Map<Node, number>): Member {
    const writer = this.#writer;
    const materialized: Node[] = [];
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
        materialized.push(node);
        writer.type(node);
      } else define(node);
    };
    // No deeper than what is inlined into one expression (materialized.ts).
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
      materialized.push(node);
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
    return { work, materialized, starts };
  }
}
