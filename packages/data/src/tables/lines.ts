// Text that comes in pieces of bytes.
import { NablaError } from "@nabla/autograd";
import { checkOptions, count, describe } from "@nabla/autograd/checks";
import { wrapped } from "../checks.ts";
import { type Bytes, chunksOf, type LaterBytes, subjectOf } from "../sources.ts";

/** Text as it is, in place of a file of it. */
export interface Text {
  readonly text: string;
}

/** A file of text in UTF-8, or text. */
export type TextSource = Bytes | LaterBytes | Text;

function isText(source: unknown): source is Text {
  return typeof (source as Partial<Text> | null)?.text === "string";
}

/** The text piece by piece, with line ends as \n whatever they were. Throws for what is no UTF-8. */
export async function* textOf(subject: string, source: TextSource): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let held = "";
  const normal = (text: string, isLast: boolean): string => {
    const all = held + text;
    // The \n of a \r\n may be in the next piece.
    held = !isLast && all.endsWith("\r") ? "\r" : "";
    return all.slice(0, all.length - held.length).replaceAll(/\r\n?/g, "\n");
  };
  const decoded = (bytes?: Uint8Array): string => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode();
    } catch {
      throw new NablaError(`${subject}: the text is no UTF-8`);
    }
  };
  if (isText(source)) {
    yield normal(source.text.replace(/^\ufeff/, ""), true);
    return;
  }
  try {
    for await (const bytes of chunksOf(subject, source)) yield normal(decoded(bytes), false);
  } catch (error) {
    if (typeof source !== "string" || !source.includes("\n")) throw error;
    const { message } = wrapped(subject, error);
    throw new NablaError(`${message}; text itself is given as { text }`, { cause: error });
  }
  yield normal(decoded(), true);
}

/** As many characters as a record or a line may have, unless the caller says more. */
export const mostCharacters: number = 2 ** 20;

export interface LineOptions {
  /** Of a line. Default: 2^20. */
  readonly mostCharacters?: number;
}

/**
 * The values of a file with one JSON value a line (https://jsonlines.org), one after the other: for
 * `from(() => jsonLines(path))`, too. Empty lines are passed over. Throws `NablaError` for a line that
 * is no JSON or longer than `mostCharacters`, with its number.
 *
 * @example
 * const text = '{"x": 1}\n{"x": 2}\n';
 * for await (const value of jsonLines({ text })) console.log(value);
 * // => { x: 1 }
 * //    { x: 2 }
 */
export async function* jsonLines(
  source: TextSource,
  options: LineOptions = {},
): AsyncGenerator<unknown, void, undefined> {
  const subject = subjectOf("jsonLines", source);
  checkOptions(subject, options, { mostCharacters: count });
  const { mostCharacters: most = mostCharacters } = options;
  let number = 0;
  for await (const line of linesOf(subject, source, most)) {
    number++;
    if (line.trim() === "") continue;
    try {
      yield JSON.parse(line) as unknown;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new NablaError(`${subject}: line ${number} is no JSON: ${describe(line)}`);
    }
  }
}

async function* linesOf(
  subject: string,
  source: TextSource,
  most: number,
): AsyncGenerator<string, void, undefined> {
  // What there is of the line under way, not joined before its end has come.
  let parts: string[] = [];
  let size = 0;
  for await (const piece of textOf(subject, source)) {
    const [first = "", ...others] = piece.split("\n");
    parts.push(first);
    size += first.length;
    for (const next of others) {
      if (size > most) throw tooLong(subject, "a line", most);
      yield parts.join("");
      parts = [next];
      size = next.length;
    }
    if (size > most) throw tooLong(subject, "a line", most);
  }
  if (size > 0) yield parts.join("");
}

/** The error for more text than one record may have. */
export function tooLong(subject: string, what: string, most: number): NablaError {
  return new NablaError(
    `${subject}: ${what} has more than ${most} characters; mostCharacters allows more`,
  );
}
