// The figures of the walk, as options for Observable Plot.

import { less, level, more } from "./palette.ts";
import type { SectionFigure } from "./section.ts";

const width = 448;

/** 28 rows of 28 grey levels. */
export function digitFigure(caption: string, pixels: ArrayLike<number>): SectionFigure {
  const ink = Array.from(pixels, (value, i) => ({ x: i % 28, y: Math.floor(i / 28), value }));
  return {
    caption,
    options: (plot) => ({
      width: 200,
      height: 200,
      margin: 4,
      x: { axis: null, domain: range(28), padding: 0 },
      y: { axis: null, domain: range(28), padding: 0 },
      color: { scheme: "greys", domain: [0, 255] },
      marks: [
        plot.cell(
          ink.filter(({ value }) => value > 0),
          { x: "x", y: "y", fill: "value", inset: 0 },
        ),
        plot.frame({ stroke: "#ccc" }),
      ],
    }),
  };
}

/** A square of numbers around 0, row by row; those that would hardly be seen are left out. */
export function pictureFigure(caption: string, values: readonly number[]): SectionFigure {
  const greatest = Math.max(...values.map(Math.abs), Number.MIN_VALUE);
  const side = Math.sqrt(values.length);
  const cells = values.map((value, i) => ({ x: i % side, y: Math.floor(i / side), value }));
  return {
    caption,
    options: (plot) => ({
      width: 260,
      height: 200,
      margin: 4,
      marginRight: 64,
      x: { axis: null, domain: range(side), padding: 0 },
      y: { axis: null, domain: range(side), padding: 0 },
      color: { type: "diverging", range: [less, "#ffffff", more], domain: [-greatest, greatest] },
      marks: [
        plot.cell(
          cells.filter(({ value }) => Math.abs(value) > greatest / 50),
          { x: "x", y: "y", fill: "value", inset: 0 },
        ),
        plot.frame({ stroke: "#ccc" }),
        plot.text([`blue is more, orange less, at most ${greatest.toPrecision(2)}`], {
          frameAnchor: "right",
          dx: 62,
          lineWidth: 6,
          textAnchor: "end",
        }),
      ],
    }),
  };
}

export function levelFigure(caption: string, values: readonly number[]): SectionFigure {
  return barFigure(caption, values, () => level);
}

export function changeFigure(caption: string, values: readonly number[]): SectionFigure {
  return barFigure(caption, values, (value) => (value < 0 ? less : more));
}

function barFigure(
  caption: string,
  values: readonly number[],
  colorOf: (value: number) => string,
): SectionFigure {
  const figures = values.map((value, i) => ({ i, value: rounded(value), color: colorOf(value) }));
  return {
    caption,
    options: (plot) => ({
      width,
      height: 140,
      marginLeft: 60,
      x: { label: null, type: "band", tickSize: 0 },
      y: { label: null, grid: true, ticks: 4, tickFormat: (y: number) => String(rounded(y)) },
      marks: [plot.barY(figures, { x: "i", y: "value", fill: "color" }), plot.ruleY([0])],
    }),
  };
}

export function matrixFigure(
  caption: string,
  rows: readonly { readonly row: string; readonly values: readonly number[] }[],
  names: readonly string[],
): SectionFigure {
  const cells = rows.flatMap(({ row, values }) =>
    values.map((value, c) => ({ row, name: names[c]!, value: rounded(value) })),
  );
  const greatest = Math.max(...cells.map(({ value }) => Math.abs(value)), Number.MIN_VALUE);
  return {
    caption,
    options: (plot) => ({
      width: 90 + 150 * names.length,
      height: 300,
      marginLeft: 70,
      marginTop: 24,
      x: { label: null, axis: "top", domain: [...names], tickSize: 0 },
      y: { label: null, domain: rows.map(({ row }) => row), tickSize: 0 },
      color: { type: "diverging", range: [less, "#ffffff", more], domain: [-greatest, greatest] },
      marks: [
        plot.cell(cells, { x: "name", y: "row", fill: "value", inset: 1 }),
        plot.text(cells, {
          x: "name",
          y: "row",
          text: ({ value }: { readonly value: number }) =>
            Math.abs(value) < greatest / 1e4 ? "≈ 0" : value.toPrecision(2),
          stroke: "#ffffff",
          fill: "#000000",
        }),
      ],
    }),
  };
}

/** Keeps files small: more digits than anybody sees are left out. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4));
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}
