// Text by characters: a number for each character that the training text has.
import { NablaError, Tensor } from "@nabla/autograd";
import { describe } from "@nabla/autograd/checks";

/** Turns text into numbers and back. */
export interface Vocabulary {
  /** The characters, in the order of their code points; the place of one is its number. */
  readonly characters: readonly string[];
  /** How many there are. */
  readonly size: number;
  /** The number of each character. Throws `NablaError` for one that is not among them, with its place. */
  readonly encode: (text: string) => Int32Array<ArrayBuffer>;
  /** The text of some numbers. Throws `NablaError` for a number of no character. */
  readonly decode: (ids: ArrayLike<number>) => string;
}

/** Throws `NablaError` for what is no list of numbers or typed array. */
export function checkIds(ids: unknown): void {
  const isList = Array.isArray(ids) || (ArrayBuffer.isView(ids) && "length" in ids);
  if (isList) return;
  const hint = ids instanceof Tensor ? "; give its dataSync()" : "";
  throw new NablaError(
    `decode: got ${describe(ids)}, expected a list of numbers or a typed array${hint}`,
  );
}

/**
 * The characters (code points) of a text, numbered in their order; a vocabulary is made again by
 * `vocabularyOf(vocabulary.characters.join(""))`, a text for the metadata of a model's file. Throws
 * `NablaError` for an empty text, and for halves of surrogate pairs.
 *
 * @example
 * const { size, encode, decode } = vocabularyOf("hello");
 * size; // => 4
 * encode("hole"); // => Int32Array [1, 3, 2, 0]
 * decode([1, 0]); // => "he"
 */
export function vocabularyOf(text: string): Vocabulary {
  if (typeof text !== "string" || text === "") {
    throw new NablaError(`vocabularyOf: got ${describe(text)}, expected a text that is not empty`);
  }
  if (/\p{Surrogate}/u.test(text)) {
    throw new NablaError("vocabularyOf: the text has half a surrogate pair, expected Unicode");
  }
  const characters = [...new Set(text)].sort((a, b) => a.codePointAt(0)! - b.codePointAt(0)!);
  const places = new Map(characters.map((character, i) => [character, i]));
  return {
    characters,
    size: characters.length,
    encode(given) {
      if (typeof given !== "string") {
        throw new NablaError(`encode: got ${describe(given)}, expected a text`);
      }
      return Int32Array.from([...given], (character, i) => {
        const place = places.get(character);
        if (place !== undefined) return place;
        throw new NablaError(
          `encode: ${describe(character)} at ${i} is none of the ${characters.length} characters`,
        );
      });
    },
    decode(ids) {
      checkIds(ids);
      return Array.from(ids, (id, i) => {
        const character = characters[id];
        if (character !== undefined) return character;
        const given = `${describe(id)} at ${i}`;
        throw new NablaError(`decode: got ${given}, expected integers below ${characters.length}`);
      }).join("");
    },
  };
}
