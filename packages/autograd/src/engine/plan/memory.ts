// Where buffers lie: one arena, laid out by how long each buffer is needed, so that what is no longer
// needed makes room for what comes.
import { bytesPerElement } from "../../scalar/dtype.ts";
import type { Buffer } from "../kernel/language.ts";

/** Buffers start at multiples of this: a cache line, and four vectors. */
export const alignment = 64;

/** Bytes that a buffer takes in the arena. One vector is added, so that a vector may be read at the end. */
export function bytesOf(buffer: Buffer): number {
  const bytes = buffer.size * bytesPerElement(buffer.dtype) + 16;
  return Math.ceil(bytes / alignment) * alignment;
}

/** First and last step at which a buffer is needed. */
export interface Lifetime {
  readonly buffer: Buffer;
  readonly first: number;
  readonly last: number;
}

export interface Layout {
  /** In bytes from the arena's start. */
  readonly offsets: ReadonlyMap<Buffer, number>;
  readonly bytes: number;
}

/** Offsets under which no two buffers that are needed at one time overlap: largest first, lowest fit. */
export function layOut(lifetimes: readonly Lifetime[]): Layout {
  const bySize = [...lifetimes].sort((a, b) => bytesOf(b.buffer) - bytesOf(a.buffer));
  const placed: { readonly life: Lifetime; readonly from: number; readonly to: number }[] = [];
  for (const life of bySize) {
    const taken = placed
      .filter(({ life: other }) => other.first <= life.last && life.first <= other.last)
      .sort((a, b) => a.from - b.from);
    const size = bytesOf(life.buffer);
    let from = 0;
    for (const other of taken) {
      if (from + size <= other.from) break;
      from = Math.max(from, other.to);
    }
    placed.push({ life, from, to: from + size });
  }
  const offsets = new Map(placed.map(({ life, from }) => [life.buffer, from]));
  return { offsets, bytes: placed.reduce((end, { to }) => Math.max(end, to), 0) };
}
