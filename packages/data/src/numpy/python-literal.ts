// Literals of Python as the headers of NumPy's files have them: strings, integers, truth values, None,
// tuples, lists and dictionaries; of escapes only those of quotes and backslashes.
// Source: https://docs.python.org/3/library/ast.html#ast.literal_eval

/** A dictionary is a `Map`, a tuple or list an array, None is null. */
export type Literal =
  | string
  | number
  | boolean
  | null
  | readonly Literal[]
  | ReadonlyMap<string, Literal>;

const token =
  /[ \t\r\n]*(?:(?<number>[+-]?\d+)L?\b|(?<word>True|False|None)\b|[bu]?'(?<single>(?:[^'\\\n]|\\['"\\])*)'|[bu]?"(?<double>(?:[^"\\\n]|\\['"\\])*)"|(?<mark>[()[\]{},:]))/y;

const space = /[ \t\r\n]*$/y;

/** Lists within lists, at most. */
const deepest = 20;

/** The value of a literal; undefined if the text is not one. */
export function parseLiteral(text: string): Literal | undefined {
  const reader = new Reader(text);
  try {
    const value = reader.value(0);
    return reader.isAtEnd() ? value : undefined;
  } catch (error) {
    if (error instanceof Unreadable) return undefined;
    throw error;
  }
}

class Unreadable extends Error {}

type Token = Readonly<Record<"number" | "word" | "single" | "double" | "mark", string | undefined>>;

const words: Readonly<Record<string, Literal>> = { True: true, False: false, None: null };

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  isAtEnd(): boolean {
    space.lastIndex = this.#at;
    return space.test(this.#text);
  }

  value(depth: number): Literal {
    const { number, word, single, double, mark } = this.#next();
    if (number !== undefined) return Number(number);
    if (word !== undefined) return words[word]!;
    const string = single ?? double;
    if (string !== undefined) {
      return string.replaceAll(/\\(.)/g, "$1");
    }
    if (depth < deepest) {
      if (mark === "(") return this.#items(")", depth);
      if (mark === "[") return this.#items("]", depth);
      if (mark === "{") return this.#entries(depth);
    }
    throw new Unreadable();
  }

  #next(): Token {
    token.lastIndex = this.#at;
    const found = token.exec(this.#text);
    if (!found) throw new Unreadable();
    this.#at = token.lastIndex;
    return found.groups as Token;
  }

  /** Whether this mark comes next; then it is passed. */
  #passes(mark: string): boolean {
    const before = this.#at;
    if (!this.isAtEnd() && this.#next().mark === mark) return true;
    this.#at = before;
    return false;
  }

  /** Up to the closing mark. A single item in parentheses without a comma is itself, as in Python. */
  #items(end: ")" | "]", depth: number): Literal {
    const items: Literal[] = [];
    let hasComma = false;
    while (!this.#passes(end)) {
      if (items.length > 0 && !hasComma) throw new Unreadable();
      items.push(this.value(depth + 1));
      hasComma = this.#passes(",");
    }
    return end === ")" && items.length === 1 && !hasComma ? items[0]! : items;
  }

  #entries(depth: number): Literal {
    const entries = new Map<string, Literal>();
    let hasComma = true;
    while (!this.#passes("}")) {
      if (!hasComma) throw new Unreadable();
      const key = this.value(depth + 1);
      if (typeof key !== "string" || entries.has(key) || !this.#passes(":")) throw new Unreadable();
      entries.set(key, this.value(depth + 1));
      hasComma = this.#passes(",");
    }
    return entries;
  }
}
