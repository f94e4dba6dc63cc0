// Names and texts in files: which are allowed, and how errors quote them.
import { NablaError, printable } from "@nabla/autograd";

/** JSON can write halves of surrogate pairs; UTF-8, and so other readers, have them not. */
export function checkUnicode(subject: string, text: string): void {
  if (!/\p{Surrogate}/u.test(text)) return;
  throw new NablaError(`${subject}: ${quoted(text)} has half a surrogate pair, expected Unicode`);
}

/** A name as errors write it: on one line, and not longer than a line. */
export function quoted(name: string): string {
  return shown(name);
}

/** The same for a JSON value. */
export function shown(value: unknown): string {
  const text = printable(startOf(value, mostShown + 1) ?? "nothing");
  return text.length > mostShown ? `${text.slice(0, mostShown)}…` : text;
}

const mostShown = 60;

/**
 * The text of a JSON value, of which only the first `most` characters count: files may be arbitrarily
 * deep and long, so no more of it is visited.
 */
function startOf(value: unknown, most: number): string | undefined {
  if (typeof value === "string") return JSON.stringify(value.slice(0, most));
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  let text = isList ? "[" : "{";
  // Keys one by one: an object may have millions.
  for (const key in value) {
    if (text.length >= most) return text;
    if (text.length > 1) text += ",";
    if (!isList) text += `${JSON.stringify(key.slice(0, most))}:`;
    text += startOf((value as Readonly<Record<string, unknown>>)[key], most - text.length) ?? "";
  }
  return text + (isList ? "]" : "}");
}
