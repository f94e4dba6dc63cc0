// A program as part of an address: a link opens it.

/** Characters of a program that fits into a link. */
export const mostCharacters = 20_000;
/** Of text that is read from a link: characters take up to three bytes. */
const mostBytes = 3 * mostCharacters;

/** What the part of an address behind "#" asks for. */
export type Asked =
  | { readonly kind: "program"; readonly text: string }
  | { readonly kind: "example"; readonly name: string }
  | { readonly kind: "nothing" }
  | { readonly kind: "unreadable" };

/** What opens a program: "#program=…"; undefined for one that is too long. */
export async function linkOf(text: string): Promise<string | undefined> {
  if (text.length > mostCharacters) return undefined;
  const packed = await through(
    new CompressionStream("deflate-raw"),
    new TextEncoder().encode(text),
  );
  return `#program=${base64url(packed!)}`;
}

/** Reads what an address asks for, whatever it is. */
export async function askedIn(hash: string): Promise<Asked> {
  const [, kind, value] = /^#(program|example)=(.*)$/s.exec(hash) ?? [];
  if (value === undefined) return hash.length > 1 ? { kind: "unreadable" } : { kind: "nothing" };
  if (kind === "example") return { kind: "example", name: value };
  const text = await textIn(value);
  return text === undefined ? { kind: "unreadable" } : { kind: "program", text };
}

async function textIn(packed: string): Promise<string | undefined> {
  if (!/^[\w-]*$/.test(packed)) return undefined;
  try {
    const bytes = Uint8Array.from(
      atob(packed.replaceAll("-", "+").replaceAll("_", "/")),
      (character) => character.charCodeAt(0),
    );
    const unpacked = await through(new DecompressionStream("deflate-raw"), bytes, mostBytes);
    return unpacked && new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(unpacked);
  } catch {
    // Not base64, not deflated or not UTF-8.
    return undefined;
  }
}

/** What comes out of a stream that bytes are put into; undefined if that is more than `most` bytes. */
async function through(
  stream: CompressionStream | DecompressionStream,
  bytes: Uint8Array<ArrayBuffer>,
  most = Infinity,
): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = new Blob([bytes]).stream().pipeThrough<Uint8Array>(stream).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > most) {
      await reader.cancel();
      return undefined;
    }
    parts.push(part.value);
  }
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function base64url(bytes: Uint8Array): string {
  const binary = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(binary).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
