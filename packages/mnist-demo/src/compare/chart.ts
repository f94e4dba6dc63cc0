// Curves drawn with characters.

export interface Curve {
  /** One character. */
  readonly mark: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface ChartOptions {
  readonly width: number;
  readonly height: number;
  /** What stands behind the numbers under the chart. */
  readonly unit: string;
}

/**
 * Curves over one range of x and y, each as marks joined by steps; later curves are drawn over
 * earlier ones. Points that are not finite are left out.
 */
export function chart(curves: readonly Curve[], { width, height, unit }: ChartOptions): string[] {
  const all = curves
    .flatMap(({ points }) => points)
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  if (all.length === 0) return [];
  const [xs, ys] = [all.map(({ x }) => x), all.map(({ y }) => y)];
  const [right, top, bottom] = [Math.max(...xs), Math.max(...ys), Math.min(0, ...ys)];
  const labels = [top, (top + bottom) / 2, bottom].map((y) => y.toPrecision(3));
  const margin = Math.max(...labels.map(({ length }) => length)) + 2;
  const inner = Math.max(width - margin, 10);
  const cells = Array.from({ length: height }, () => Array.from({ length: inner }, () => " "));
  for (const { mark, points } of curves) {
    for (let column = 0; column < inner; column++) {
      const x = (right * column) / (inner - 1);
      // A little beyond, so that the last point is not lost to rounding.
      const y = points.findLast((point) => point.x <= x * (1 + 1e-9))?.y;
      if (y === undefined || !Number.isFinite(y)) continue;
      const share = top === bottom ? 0 : (top - y) / (top - bottom);
      cells[Math.round(share * (height - 1))]![column] = mark;
    }
  }
  const label = new Map([
    [0, labels[0]!],
    [Math.floor((height - 1) / 2), labels[1]!],
    [height - 1, labels[2]!],
  ]);
  const lines = cells.map((row, i) =>
    `${(label.get(i) ?? "").padStart(margin - 2)} |${row.join("")}`.trimEnd(),
  );
  const end = `${right.toPrecision(3)} ${unit}`;
  const under = `${" ".repeat(margin)}0${end.padStart(inner - 1)}`;
  return [...lines, `${" ".repeat(margin - 2)} +${"-".repeat(inner)}`, under];
}
