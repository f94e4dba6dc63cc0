// The number of threads that back ends should use.

let wanted = Infinity;

/** As many as the machine can run, unless fewer are wanted. */
export function wantedThreads(): number {
  return wanted;
}

/** Chooses how many threads run large graphs, if the machine has them. */
export function setWantedThreads(count: number): void {
  wanted = count;
}
