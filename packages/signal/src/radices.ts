// The sizes of the stages that a transform is done in.

/** A prime factor up to this size has a stage; lengths with larger ones are done by chirps. */
const largestPrime = 128;

/** Other stages are no larger: a larger product has more arithmetic than two small ones. */
const largestComposite = 64;

/** What comes between two stages, as so many elements more in a product. */
const overhead = 13;

const known = new Map<number, readonly number[] | null>();
const mostKnown = 1024;

/**
 * Factors of `n` that are the sizes of stages, the largest first; null if a prime factor is too
 * large. The time of a stage of size r is about proportional to r + `overhead`: measured with radices 8 to
 * 64 on WebAssembly, for the product and for what comes between two of them.
 */
export function radicesOf(n: number): readonly number[] | null {
  const before = known.get(n);
  if (before !== undefined) return before;
  if (known.size >= mostKnown) known.clear();
  const found = cheapest(n, new Map())?.radices.toSorted((a, b) => b - a) ?? null;
  known.set(n, found);
  return found;
}

/** The time of a transform of n in these stages, in proportion. */
export function costOf(n: number): number {
  const radices = radicesOf(n);
  if (!radices) return Number.POSITIVE_INFINITY;
  return n * radices.reduce((sum, r) => sum + r + overhead, 0);
}

interface Division {
  readonly cost: number;
  readonly radices: readonly number[];
}

function cheapest(n: number, found: Map<number, Division | null>): Division | null {
  if (n === 1) return { cost: 0, radices: [] };
  const before = found.get(n);
  if (before !== undefined) return before;
  let best: Division | null = null;
  for (let r = 2; r <= largestPrime && r <= n; r++) {
    if (n % r !== 0 || (r > largestComposite && !isPrime(r))) continue;
    const rest = cheapest(n / r, found);
    if (!rest) continue;
    const cost = rest.cost + r + overhead;
    if (!best || cost < best.cost) best = { cost, radices: [r, ...rest.radices] };
  }
  found.set(n, best);
  return best;
}

function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return n > 1;
}
