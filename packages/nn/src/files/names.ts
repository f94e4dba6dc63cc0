// Names and texts in files: what may stand in them, and how errors write them.
import { NablaError } from "@nabla/autograd";

/** JSON can write halves of surrogate pairs; UTF-8, and so other readers, have them not. */
export function checkUnicode(subject: string, text: string): void {
  if (!/\p{Surrogate}/u.test(text)) return;
  throw new NablaError(`${subject}: ${quoted(text)} has half a surrogate pair, expected Unicode`);
}

/** A name as errors write it: on one line, and not longer than a line. */
export function quoted(name: string): string {
  return shown(name);
}

/** A value of JSON, likewise. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
