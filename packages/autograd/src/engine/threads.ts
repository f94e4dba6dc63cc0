// How many threads are wanted, of whatever runs graphs.

let wanted = Infinity;

/** As many as the machine can run, unless fewer are wanted. */
export function wantedThreads(): number {
  return wanted;
}

/** Chooses how many threads run what is large enough, as far as the machine has them. */
export function setWantedThreads(count: number): void {
  wanted = count;
}
