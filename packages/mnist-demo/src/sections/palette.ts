// The colours of all figures. The same colour means the same everywhere.

/** More, or positive; less, or negative; activations. Distinct without red and green. */
export const more = "#0072b2";
export const less = "#d55e00";
export const level = "#555555";

/** The full set, and the shades of mini-batches, from the largest to the smallest. */
export const full = "#8c510a";
const minis = ["#01665e", "#35978f", "#5fb8ae", "#93d1c7"] as const;
export const mini: string = minis[0];

/** The colours of `count` descents by the size of their batches, ascending; the last is the full set. */
export function batchColors(count: number): readonly string[] {
  const others = Array.from(
    { length: Math.max(count - 1, 0) },
    (_, i) => minis[Math.min(i, minis.length - 1)]!,
  );
  return [...others.reverse(), full];
}
