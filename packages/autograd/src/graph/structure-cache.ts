// A cache keyed by structures of graphs.
import type { Structure } from "./structure.ts";
import { wordsEqual } from "./words.ts";

/** Keeps what was made for structures; evicts the least recently used. */
export class StructureCache<Kept extends { readonly bytes: number }> {
  readonly #mostKept: number;
  readonly #mostBytes: number;
  readonly #dropped: (kept: Kept) => void;
  readonly #entries = new Map<number, Entry<Kept>[]>();
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

  /** The cached entry of a structure, if there is one. */
  find({ words, hash }: Structure): Kept | undefined {
    const known = this.#entries.get(hash)?.find((entry) => wordsEqual(entry.words, words));
    if (!known) return undefined;
    known.used = ++this.#time;
    return known.kept;
  }

  /** The cached entry of a structure, or a new one from `make`. */
  get(structure: Structure, make: () => Kept): Kept {
    const known = this.find(structure);
    if (known) return known;
    const { words, hash } = structure;
    const own = words.slice();
    const kept = make();
    const entry: Entry<Kept> = { words: own, kept, used: ++this.#time };
    const entries = this.#entries.get(hash);
    if (entries) entries.push(entry);
    else this.#entries.set(hash, [entry]);
    this.#count++;
    this.#bytes += bytesOf(entry);
    if (this.#count > this.#mostKept || this.#bytes > this.#mostBytes) this.#drop(entry);
    return kept;
  }

  /** Evicts the older half of the entries, but not `newest`: rarely, and all at once. */
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
  readonly kept: Kept;
  used: number;
}

function bytesOf({ words, kept }: Entry<{ readonly bytes: number }>): number {
  return words.byteLength + kept.bytes;
}
