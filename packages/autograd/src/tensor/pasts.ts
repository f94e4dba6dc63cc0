// What is kept of the past, in all: where values came from whose graph is not below them. The
// oldest pasts are let go first.

/** What values were computed from. */
export interface Past {
  letGo(): void;
}

/** Bounds of what is kept. */
export interface PastLimits {
  /** Derivatives reach back so many nodes and bytes, together. */
  readonly nodes: number;
  readonly bytes: number;
  /** So many bytes of values may stand below one that is known. */
  readonly bytesBelow: number;
}
let limits: PastLimits = { nodes: 300_000, bytes: 2 ** 28, bytesBelow: 2 ** 24 };

export function pastLimits(): PastLimits {
  return limits;
}

/** Sets bounds, and returns those before; for tests. */
export function setPastLimits(given: Partial<PastLimits>): PastLimits {
  const before = limits;
  limits = { ...before, ...given };
  return before;
}

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
  while (pasts.length > 1 && (nodesKept > limits.nodes || bytesKept > limits.bytes)) {
    const oldest = pasts.shift()!;
    nodesKept -= oldest.nodes;
    bytesKept -= oldest.bytes;
    oldest.past.deref()?.letGo();
  }
}
