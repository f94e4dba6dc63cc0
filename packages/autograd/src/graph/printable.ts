// Foreign text in messages: a name from a file must not move a terminal's cursor.
import { NablaError } from "./errors.ts";

/**
 * C0, DEL and C1 (whose U+009B begins a terminal's commands as ESC [ does), separators of lines,
 * and what changes the direction of text (https://www.unicode.org/reports/tr9/).
 */
const control = /[\p{Cc}\p{Bidi_Control}\p{Zl}\p{Zp}\ufeff]/gu;

/**
 * Escapes control characters, and characters that change the direction of text: for messages that
 * show names and paths from elsewhere.
 *
 * @example
 * printable("weights\u001b[2J"); // => "weights\u001b[2J"
 */
export function printable(text: string): string {
  if (typeof text !== "string") {
    throw new NablaError(`printable: got a value of type ${typeof text}, expected a string`);
  }
  return text.replace(control, (character) => {
    const code = character.charCodeAt(0);
    return `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** A text in quotes, as one line. */
export function quoted(text: string): string {
  return printable(JSON.stringify(text));
}
