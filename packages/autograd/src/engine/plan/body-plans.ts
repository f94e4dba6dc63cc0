// Plans of loops' bodies, which loops of all lengths share.
import type { Body, Node } from "../../graph/node.ts";
import { hashOf, Writer, wordsEqual, writeBody } from "../../graph/words.ts";
import type { Plan } from "./steps.ts";

/** Plans that are kept; beyond that, all are forgotten. */
const mostPlans = 256;

/** The plans of bodies in earlier plans for one target. */
export class BodyPlans {
  readonly #entries = new Map<
    number,
    readonly { readonly words: Int32Array; readonly plan: Plan }[]
  >();
  #count = 0;

  /** The plan of a body that also gives `results`; a new one from `make`. */
  get(body: Body, results: readonly Node[], make: () => Plan): Plan {
    const writer = new Writer();
    writeBody(writer, body, results);
    const words = writer.words().slice();
    const hash = hashOf(words);
    const known = this.#entries.get(hash)?.find((entry) => wordsEqual(entry.words, words));
    if (known) return known.plan;
    const plan = make();
    if (this.#count >= mostPlans) {
      this.#entries.clear();
      this.#count = 0;
    }
    this.#entries.set(hash, [...(this.#entries.get(hash) ?? []), { words, plan }]);
    this.#count++;
    return plan;
  }
}
