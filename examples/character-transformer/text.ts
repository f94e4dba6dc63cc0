// Sentences that anyone may have: made by a rule, so that it is known how well they can be
// foretold. "anna finds 7 coins, so anna has 7 coins. " has four free choices; all else follows
// from them, the second half only for who looks back. Words of one place begin with different
// letters: a choice is all in one character.

/** The people in the sentences. */
export const usual: readonly string[] = [
  "anna",
  "ben",
  "carol",
  "david",
  "emma",
  "frank",
  "greta",
  "hugo",
];
/** Half of them renamed: what a trained model is fine-tuned to. */
export const others: readonly string[] = [
  "anna",
  "bob",
  "carol",
  "dora",
  "emma",
  "felix",
  "greta",
  "henry",
];
const verbs = ["finds", "keeps", "likes", "sees"];
const numbers = ["2", "3", "4", "5", "6", "7", "8", "9"];
const things = ["apples", "birds", "coins", "ducks", "eggs", "figs", "gloves", "hats"];

/** The characters that there are; a character's index is its label. */
export const alphabet: string = " ,.abcdefghijklmnopqrstuvwxyz23456789";

export interface Text {
  readonly text: string;
  /**
   * -log(probability) of each character, given those before it: what no model can do better than.
   */
  readonly surprise: readonly number[];
}

/** At least `length` characters of sentences, cut there. `choose(n)` draws 0 to n - 1. */
export function sentences(
  length: number,
  choose: (n: number) => number,
  names: readonly string[] = usual,
): Text {
  let text = "";
  const surprise: number[] = [];
  const write = (word: string, choices = 1) => {
    text += word;
    surprise.push(Math.log(choices), ...Array.from({ length: word.length - 1 }, () => 0));
  };
  const pick = (words: readonly string[]): string => {
    const word = words[choose(words.length)]!;
    write(word, words.length);
    return word;
  };
  while (text.length < length) {
    const name = pick(names);
    write(" ");
    pick(verbs);
    write(" ");
    const number = pick(numbers);
    write(" ");
    const thing = pick(things);
    write(`, so ${name} has ${number} ${thing}. `);
  }
  return { text: text.slice(0, length), surprise: surprise.slice(0, length) };
}

/** The labels of a text. */
export function labelsOf(text: string): number[] {
  return [...text].map((character) => alphabet.indexOf(character));
}
