// Divides the elements of several arrays, in sequence, among the ranks that add them up: equal shares,
// smaller for the last ranks.
import type { Data } from "@nabla/autograd/backend";
import type { Parts } from "./communicator.ts";

/** In bytes. */
export interface Shares {
  /** What each rank has room for. */
  readonly chunk: number;
  /** Where this rank's own share is among all. */
  readonly from: number;
  readonly to: number;
  /** What each other rank is sent: its share of this rank's elements. A rank sends itself nothing. */
  readonly sent: Parts;
  /** Received from each other rank, one row each: its elements of this rank's share. */
  readonly received: Parts;
}

/** The shares of this many elements. */
export function sharesOf(
  count: number,
  bytesPerElement: number,
  rank: number,
  size: number,
): Shares {
  const chunk = bytesPerElement * Math.ceil(count / size);
  const startOf = (of: number) => Math.min(bytesPerElement * count, of * chunk);
  const [from, to] = [startOf(rank), startOf(rank + 1)];
  const byRank = (bytes: (of: number) => number) =>
    Int32Array.from({ length: size }, (_, of) => bytes(of));
  const toOthers = (bytes: (of: number) => number) => byRank((of) => (of === rank ? 0 : bytes(of)));
  return {
    chunk,
    from,
    to,
    sent: { counts: toOthers((of) => startOf(of + 1) - startOf(of)), offsets: byRank(startOf) },
    received: { counts: toOthers(() => to - from), offsets: byRank((of) => of * chunk) },
  };
}

/**
 * Copies the elements of all inputs, in sequence, to `joined`, if given; those of this rank's own share
 * go to its row among `rows` instead, since they are not sent.
 */
export function join(
  inputs: readonly Data[],
  { from, to, chunk, received }: Shares,
  rank: number,
  rows: Uint8Array,
  joined?: Uint8Array,
): void {
  if (to - from < chunk) rows.fill(0);
  const own = received.offsets[rank]! - from;
  let at = 0;
  for (const input of inputs) {
    const bytes = bytesOf(input);
    const ownFrom = Math.min(bytes.length, Math.max(0, from - at));
    const ownTo = Math.min(bytes.length, Math.max(0, to - at));
    if (ownFrom < ownTo) rows.set(bytes.subarray(ownFrom, ownTo), own + at + ownFrom);
    if (joined) {
      joined.set(bytes.subarray(0, ownFrom), at);
      joined.set(bytes.subarray(ownTo), at + ownTo);
    }
    at += bytes.length;
  }
}

export function bytesOf({ buffer, byteOffset, byteLength }: Data): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
