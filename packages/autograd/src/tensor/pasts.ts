// Bounds the histories that are kept, of values whose graphs are not below them. The oldest are
// dropped first.

/** A history that can be dropped. */
export interface Past {
  letGo(): void;
}

/** Bounds on histories. */
export interface PastLimits {
  /** How many nodes and bytes derivatives reach back, in total. */
  readonly nodes: number;
  readonly bytes: number;
  /** How many bytes of values may be kept below a known value. */
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
  /** Weak, so that histories of finished loops can be collected. */
  readonly past: WeakRef<Past>;
  readonly nodes: number;
  readonly bytes: number;
}
const pasts: Kept[] = [];
let nodesKept = 0;
let bytesKept = 0;

/** Keeps `past`, of this size, as long as it is among the newest. */
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
