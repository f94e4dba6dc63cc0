// What functions ask of their arguments, beside the checks that all packages share.
import { NablaError, printable } from "@nabla/autograd";
import type { Kind } from "@nabla/autograd/checks";

export const texts: Kind = [
  (x) => Array.isArray(x) && x.every((one) => typeof one === "string"),
  "a list of strings",
];

/** What an error of another library or the host says, as one of ours. */
export function wrapped(subject: string, error: unknown, what = ""): NablaError {
  if (error instanceof NablaError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const line = printable(message.replaceAll(/\s+/g, " ").slice(0, 200));
  return new NablaError(`${subject}: ${what}${line}`, { cause: error });
}
