// Changes to the bytes of files, and what must hold of whoever reads them: an error of one line, or what
// the file says; memory in proportion to the file.
import { NablaError } from "@nabla/autograd";
import fc from "fast-check";

export type Outcome = "read" | "refused";

type Change = (bytes: Uint8Array) => Uint8Array;

const nat = fc.nat();

const inBytes: fc.Arbitrary<Change> = fc
  .tuple(fc.constantFrom("replace", "flip", "insert", "remove", "truncate", "repeat"), nat, nat)
  .map(([kind, place, value]) => (bytes) => {
    const changed = [...bytes];
    const at = place % (changed.length + 1);
    if (kind === "insert") changed.splice(at, 0, value % 256);
    else if (kind === "remove") changed.splice(at, 1 + (value % 9));
    else if (kind === "truncate") changed.length = at;
    else if (kind === "repeat") changed.splice(at, 0, ...changed.slice(at, at + (value % 99)));
    else if (at < changed.length) {
      changed[at] = kind === "flip" ? changed[at]! ^ (1 << (value % 8)) : value % 256;
    }
    return Uint8Array.from(changed);
  });

/** A byte near the end, where elements stand: the file is mostly as good as before. */
const inElements: fc.Arbitrary<Change> = fc.tuple(nat, nat).map(([place, value]) => (bytes) => {
  const changed = bytes.slice();
  const at = bytes.length - 1 - (place % 30);
  if (at >= 0) changed[at] = value % 256;
  return changed;
});

/** A part that `parts` finds in the file's text (a character a byte) is another text. */
function inText(parts: RegExp, texts: readonly string[]): fc.Arbitrary<Change> {
  return fc.tuple(nat, fc.constantFrom(...texts)).map(([place, text]) => (bytes) => {
    const file = Buffer.from(bytes).toString("latin1");
    const found = [...file.matchAll(parts)];
    const part = found[place % Math.max(1, found.length)];
    if (!part) return bytes;
    const end = part.index + part[0].length;
    return Uint8Array.from(
      Buffer.from(file.slice(0, part.index) + text + file.slice(end), "latin1"),
    );
  });
}

/** Files after some changes. */
export function mutated(
  files: readonly Uint8Array[],
  { parts, texts }: { readonly parts: RegExp; readonly texts: readonly string[] },
): fc.Arbitrary<Uint8Array> {
  const change = fc.oneof(inBytes, inText(parts, texts), { arbitrary: inElements, weight: 2 });
  const changes = fc.array(change, { minLength: 1, maxLength: 4 });
  return fc
    .tuple(fc.constantFrom(...files), changes)
    .map(([file, list]) => list.reduce<Uint8Array>((bytes, change) => change(bytes), file));
}

/** What is returned, or the message of the error, which must be ours and of one line. */
export async function outcomeOf<T>(read: () => T | Promise<T>): Promise<T | string> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof NablaError) || !/^\w+: .{1,2000}$/.test(error.message)) throw error;
    return error.message;
  }
}

/** Throws where reading took more memory than some copies of the file. */
export async function withinBound<T>(bytes: Uint8Array, read: () => Promise<T>): Promise<T> {
  const before = process.memoryUsage().arrayBuffers;
  const result = await read();
  const taken = process.memoryUsage().arrayBuffers - before;
  if (taken > 100 * bytes.length + 4_000_000) throw new Error(`${taken} bytes of memory taken`);
  return result;
}

/** All that JSON would lose is in it. */
export function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => {
    if (typeof part === "bigint") return String(part);
    if (typeof part !== "number" || (Number.isFinite(part) && !Object.is(part, -0))) return part;
    return Object.is(part, -0) ? "-0" : String(part);
  });
}

export function expectSame(given: unknown, expected: unknown, what: string): void {
  const [a, b] = [given, expected].map(textOf);
  if (a !== b) throw new Error(`${what}: ${a}, expected ${b}`);
}

/** As many runs as NABLA_FUZZ_FILES says, or so many. */
export function runsOr(usual: number): number {
  return Number(process.env["NABLA_FUZZ_FILES"] ?? usual);
}
