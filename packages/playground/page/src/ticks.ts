// Round numbers along an axis.

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** A range with all finite values in it; of none, and of one, a range around it. */
export function rangeOf(values: readonly number[]): Range {
  let [from, to] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    from = Math.min(from, value);
    to = Math.max(to, value);
  }
  if (from > to) return { from: 0, to: 1 };
  const around = Math.abs(from) / 2 || 0.5;
  return from === to ? { from: from - around, to: to + around } : { from, to };
}

/** Three to seven numbers in a range, 1, 2 or 5 times a power of ten apart. */
export function ticks({ from, to }: Range): readonly { value: number; text: string }[] {
  const power = 10 ** Math.floor(Math.log10((to - from) / 4));
  const step = [1, 2, 5, 10].map((times) => times * power).find((size) => size * 6 >= to - from)!;
  const first = Math.ceil(from / step - 1e-9);
  const count = Math.floor(to / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => {
    const value = (first + i) * step;
    const size = Math.abs(value);
    const isPlain = size === 0 || (size < 1e6 && step >= 1e-4);
    const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    return { value, text: isPlain ? value.toFixed(decimals) : value.toPrecision(2) };
  });
}
