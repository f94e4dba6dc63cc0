// A cache keyed by structures of graphs.
import type { Node } from "./node.ts";
import { type Structure, structureOf, Template } from "./structure.ts";
import { wordsEqual } from "./words.ts";

/** What is kept for a graph's structure, and the graph's inputs, in the order of mention. */
export interface Found<Kept> {
  readonly kept: Kept;
  readonly inputs: readonly Node[];
}

/** Keeps what was made for structures; evicts the least recently used. */
export class StructureCache<Kept extends { readonly bytes: number }> {
  readonly #mostKept: number;
  readonly #mostBytes: number;
  readonly #dropped: (kept: Kept) => void;
  readonly #entries = new Map<number, Entry<Kept>[]>();
  /** The entry that was found last. */
  #last: Entry<Kept> | undefined;
  #count = 0;
  #bytes = 0;
  #time = 0;

  constructor(mostKept: number, mostBytes: number, dropped: (kept: Kept) => void) {
    this.#mostKept = mostKept;
    this.#mostBytes = mostBytes;
    this.#dropped = dropped;
  }

  /** All cached entries. */
  *all(): Iterable<Kept> {
    for (const entries of this.#entries.values()) for (const { kept } of entries) yield kept;
  }

  /** What is kept for the structure of a graph, if anything is. */
  find(order: readonly Node[], outputs: readonly Node[]): Kept | undefined {
    return this.#entryOf(structureOf(order, outputs))?.kept;
  }

  /**
   * What is kept for the structure of a graph, or what \`make\` makes for it: if that is undefined,
   * nothing is kept.
   */
  get<Made extends Kept | undefined>(
    order: readonly Node[],
    outputs: readonly Node[],
    make: (structure: Structure) => Made,
  ): Found<Kept | Made> {
    // In a loop, the structure that followed last time is likely to follow again.
    const expected = this.#last?.next;
    const inputs = expected?.template.match(order, outputs);
    if (inputs) return { kept: this.#used(expected!).kept, inputs };
    const structure = structureOf(order, outputs);
    const known = this.#entryOf(structure);
    if (known) return { kept: this.#used(known).kept, inputs: structure.inputs };
    // The next structure overwrites these words.
    const own = { ...structure, words: structure.words.slice() };
    const template = new Template(order, outputs);
    const kept = make(own);
    if (kept) this.#add(own, template, kept);
    return { kept, inputs: own.inputs };
  }

  #entryOf({ words, hash }: Structure): Entry<Kept> | undefined {
    return this.#entries.get(hash)?.find((entry) => wordsEqual(entry.words, words));
  }

  #used(entry: Entry<Kept>): Entry<Kept> {
    entry.used = ++this.#time;
    if (this.#last) this.#last.next = entry;
    this.#last = entry;
    return entry;
  }

  #add({ words, hash }: Structure, template: Template, kept: Kept): void {
    const entry = this.#used({ words, template, kept, used: 0, next: undefined });
    const entries = this.#entries.get(hash);
    if (entries) entries.push(entry);
    else this.#entries.set(hash, [entry]);
    this.#count++;
    this.#bytes += bytesOf(entry);
    if (this.#count > this.#mostKept || this.#bytes > this.#mostBytes) this.#drop(entry);
  }

  /** Evicts the older half of the entries, but not \`newest\`: rarely, and all at once. */
  #drop(newest: Entry<Kept>): void {
    const all = [...this.#entries].flatMap(([hash, entries]) =>
      entries.map((entry) => ({ hash, entry })),
    );
    all.sort((a, b) => a.entry.used - b.entry.used);
    for (const { hash, entry } of all.slice(0, Math.ceil(all.length / 2))) {
      if (entry === newest) continue;
      const others = this.#entries.get(hash)!.filter((other) => other !== entry);
      if (others.length > 0) this.#entries.set(hash, others);
      else this.#entries.delete(hash);
      this.#count--;
      this.#bytes -= bytesOf(entry);
      this.#dropped(entry.kept);
    }
  }
}

interface Entry<Kept> {
  readonly words: Int32Array;
  readonly template: Template;
  readonly kept: Kept;
  used: number;
  /** The entry that was found after it the last time; it was used later, so it is dropped no earlier. */
  next: Entry<Kept> | undefined;
}

function bytesOf({ words, template, kept }: Entry<{ readonly bytes: number }>): number {
  return words.byteLength + template.bytes + kept.bytes;
}
