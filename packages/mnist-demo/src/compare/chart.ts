// Curves drawn with characters, on a logarithmic axis that starts at 0.

import { formatCount } from "../progress.ts";
import { type Style, styled, type Terminal } from "../terminal.ts";

export interface Curve {
  /** One character. */
  readonly mark: string;
  readonly style: Style;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

export interface ChartOptions {
  readonly height: number;
  /** What x counts: written after the largest x. */
  readonly unit: string;
  /** A dotted line at a height. */
  readonly level?: number;
}

/**
 * Curves over one range of x and y, as wide as the terminal: the first column is x = 0, the others
 * are the powers from the smallest positive x on. Each curve is its marks joined by steps; later
 * curves are drawn over earlier ones. Points that are not finite are left out.
 */
export function chart(
  curves: readonly Curve[],
  { height, unit, level }: ChartOptions,
  terminal: Terminal,
): string[] {
  const all = curves
    .flatMap(({ points }) => points)
    .filter(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  const positive = all.map(({ x }) => x).filter((x) => x > 0);
  if (positive.length === 0) return [];
  const ys = all.map(({ y }) => y);
  const [top, bottom] = [Math.max(...ys, level ?? 0), Math.min(0, ...ys)];
  const labels = [top, (top + bottom) / 2, bottom].map((y) => y.toPrecision(3));
  const margin = Math.max(...labels.map(({ length }) => length)) + 2;
  const inner = Math.max(Math.min(terminal.columns, 100) - margin, 10);
  const [left, right] = [Math.min(...positive), Math.max(...positive)];
  const decades = Math.max(Math.log(right / left), Number.MIN_VALUE);
  const xOf = (column: number) =>
    column === 0 ? 0 : left * Math.exp((decades * (column - 1)) / (inner - 2));
  const columnOf = (x: number) => 1 + Math.round((Math.log(x / left) / decades) * (inner - 2));
  const rowOf = (y: number) =>
    top === bottom ? 0 : Math.round(((top - y) / (top - bottom)) * (height - 1));
  const cells = Array.from({ length: height }, () => Array.from({ length: inner }, () => " "));
  if (level !== undefined) cells[rowOf(level)]!.fill("·");
  for (const { mark, style, points } of curves) {
    const drawn = styled(terminal, style, mark);
    for (let column = 0; column < inner; column++) {
      // A little beyond, so that the last point is not lost to rounding.
      const x = xOf(column) * (1 + 1e-9);
      const y = points.findLast((point) => point.x <= x)?.y;
      if (y !== undefined && Number.isFinite(y)) cells[rowOf(y)]![column] = drawn;
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
  const axis = axisOf(inner, `${formatCount(right)} ${unit}`, left, right, columnOf);
  return [
    ...lines,
    `${" ".repeat(margin - 2)} +${"-".repeat(inner)}`,
    `${" ".repeat(margin)}${axis}`,
  ];
}

/** "0", the powers of ten that have room, and at the right end `end`. */
function axisOf(
  width: number,
  end: string,
  left: number,
  right: number,
  columnOf: (x: number) => number,
): string {
  let line = "0";
  for (let x = 10 ** Math.ceil(Math.log10(left)); x < right; x *= 10) {
    const [at, text] = [columnOf(x), formatCount(x)];
    const isClear = at > line.length && at + text.length < width - end.length;
    if (isClear) line = line.padEnd(at) + text;
  }
  return line + end.padStart(width - line.length);
}
