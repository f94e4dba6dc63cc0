// Undoes gzip (RFC 1952) without awaiting, and never into more bytes than the caller allows: a few
// kilobytes can unfold to gigabytes. Node's zlib is looked up when it is needed, so that a page can
// load this module; a page undoes gzip with DecompressionStream before it calls `readIdx`.

import type * as Zlib from "node:zlib";
import { NablaError } from "@nabla/autograd";

/** How much of a file `gunzipStart` reads. Deflate gives at most 1032 bytes for one: 68 MB. */
const startBytes = 65_536;

/** Whether `bytes` begin as every gzip file does. */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/** What the first bytes of a gzip file unfold to, though the file be cut off after them. */
export function gunzipStart(name: string, bytes: Uint8Array): Uint8Array {
  const { gunzipSync, constants } = zlib(name);
  return unfold(name, () =>
    gunzipSync(bytes.subarray(0, startBytes), { finishFlush: constants.Z_SYNC_FLUSH }),
  );
}

/** What a gzip file unfolds to; `undefined` if that is more than `most` bytes. */
export function gunzip(name: string, bytes: Uint8Array, most: number): Uint8Array | undefined {
  const { gunzipSync } = zlib(name);
  try {
    return unfold(name, () => gunzipSync(bytes, { maxOutputLength: most }));
  } catch (error) {
    if (codeOf(error) === "ERR_BUFFER_TOO_LARGE") return undefined;
    throw error;
  }
}

function unfold(name: string, run: () => Uint8Array): Uint8Array {
  try {
    return run();
  } catch (error) {
    if (!codeOf(error).startsWith("Z_")) throw error;
    throw new NablaError(`${name}: the gzip data is broken: ${(error as Error).message}`);
  }
}

function codeOf(error: unknown): string {
  return String((error as { readonly code?: unknown }).code);
}

function zlib(name: string): typeof Zlib {
  if (typeof process !== "undefined" && process.getBuiltinModule !== undefined) {
    return process.getBuiltinModule("node:zlib");
  }
  throw new NablaError(
    `${name}: gzip is undone in Node only; in a page, pipe the file through DecompressionStream first`,
  );
}
