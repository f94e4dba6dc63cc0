// What is kept of the past, in all: where values came from whose graph is not below them. The
// oldest pasts are let go first.

/** What values were computed from. */
export interface Past {
  letGo(): void;
}

/** Derivatives reach back so far, together. */
export const keptNodes = 300_000;
export const keptBytes: number = 2 ** 28;

interface Kept {
  /** Weak, so that what a finished loop left behind can be collected. */
  readonly past: WeakRef<Past>;
  readonly nodes: number;
  readonly bytes: number;
}
const pasts: Kept[] = [];
let nodesKept = 0;
let bytesKept = 0;

/** Keeps `past`, which holds so much, as long as it is among the latest. */
export function remember(past: WeakRef<Past>, nodes: number, bytes: number): void {
  pasts.push({ past, nodes, bytes });
  nodesKept += nodes;
  bytesKept += bytes;
  while (pasts.length > 1 && (nodesKept > keptNodes || bytesKept > keptBytes)) {
    const oldest = pasts.shift()!;
    nodesKept -= oldest.nodes;
    bytesKept -= oldest.bytes;
    oldest.past.deref()?.letGo();
  }
}
