// Kernels that plans share. A network that processes sequences step by step has the same kernels for
// every length, and the parts in which a deep graph is computed have most of theirs in common.

import { hashOf, Writer, wordsEqual } from "../../graph/words.ts";
import type { Buffer, Kernel } from "../kernel/language.ts";
import type { Form } from "./forms.ts";

/** The kernels of a form. */
export interface FormKernels {
  readonly kernels: readonly {
    readonly kernel: Kernel;
    readonly reads: readonly Buffer[];
    readonly writes: readonly Buffer[];
  }[];
  /** Which starts the kernels take as arguments, before the buffers. */
  readonly starts: readonly number[];
  /** Buffers for something other than a node, numbered after those of nodes. */
  readonly added: readonly Buffer[];
  /** Whether they register checks, whose numbers are the plan's. */
  readonly hasChecks: boolean;
}

/** Forms that are kept; beyond that, all are forgotten. */
const mostForms = 1024;

interface Entry {
  readonly words: Int32Array;
  readonly kernels: FormKernels;
}

/** The kernels of forms in earlier plans for one target. */
export class KernelCache {
  readonly #mostForms: number;
  readonly #entries = new Map<number, readonly Entry[]>();
  readonly #writer = new Writer();
  #count = 0;

  constructor(most: number = mostForms) {
    this.#mostForms = most;
  }

  /** The kernels of a form whose members are all known; new ones from `make`. */
  get(form: Form, make: () => FormKernels): FormKernels {
    const words = this.#key(form);
    const hash = hashOf(words);
    const known = this.#entries.get(hash)?.find((entry) => wordsEqual(entry.words, words));
    if (known) return known.kernels;
    const kernels = make();
    if (kernels.hasChecks) return kernels;
    if (this.#count >= this.#mostForms) this.#forget();
    const entry: Entry = { words: words.slice(), kernels };
    this.#entries.set(hash, [...(this.#entries.get(hash) ?? []), entry]);
    this.#count++;
    return kernels;
  }

  #forget(): void {
    this.#entries.clear();
    this.#count = 0;
  }

  /** All that the kernels depend on: the form, its starts, and which of them are arguments. */
  #key({ words, first, different }: Form): Int32Array {
    const writer = this.#writer;
    writer.begin();
    for (let i = 0; i < words.length; i++) writer.word(words[i]!);
    first.starts.forEach((start, position) => {
      const isArgument = different.has(position);
      writer.word(isArgument ? 1 : 0);
      if (!isArgument) writer.integer(start);
    });
    // Arguments are in this order, with their largest values.
    for (const [position, greatest] of different) {
      writer.word(position);
      writer.integer(greatest);
    }
    return writer.words();
  }
}
