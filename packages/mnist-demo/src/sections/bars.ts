// Numbers as bars of characters, in as many columns as the terminal has room for.

import { styled, type Terminal } from "../terminal.ts";

/** From one eighth of a character to all of it. */
const eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"];

/** A bar of up to `width` characters for `share`, 0 to 1. */
export function bar(share: number, width: number): string {
  const parts = Math.round(Math.min(Math.max(share, 0), 1) * width * 8);
  return "█".repeat(Math.floor(parts / 8)) + eighths[parts % 8]!;
}

/**
 * One line of figures: what it is, the number, and how long its bar is beside those of the others.
 */
export interface Figure {
  readonly label: string;
  readonly value: number;
}

/** A number in seven characters; its sign always, so that up and down differ without colours. */
export function signed(value: number): string {
  const text = Math.abs(value) >= 100 ? value.toExponential(1) : value.toPrecision(3);
  const short = Math.abs(value) < 0.001 && value !== 0 ? value.toExponential(1) : text.slice(0, 7);
  return `${value < 0 ? "" : "+"}${short}`.padStart(8);
}

/**
 * A change beside others of which the greatest is `greatest`: all with as many digits behind the
 * point.
 */
function signedBeside(value: number, greatest: number): string {
  const digits = 2 - Math.floor(Math.log10(greatest));
  if (digits > 5) return signed(value);
  return `${value < 0 ? "-" : "+"}${Math.abs(value).toFixed(Math.max(digits, 0))}`.padStart(8);
}

export interface BarOptions {
  /** Whether values are wanted changes, up or down, or levels from 0 to 1. */
  readonly kind: "change" | "level";
  /** Characters of the longest bar. */
  readonly longest: number;
}

/** Figures as bars, side by side where there is room. */
export function bars(
  figures: readonly Figure[],
  { kind, longest }: BarOptions,
  terminal: Terminal,
): string[] {
  const labels = Math.max(...figures.map(({ label }) => label.length));
  const greatest = Math.max(...figures.map(({ value }) => Math.abs(value)), Number.MIN_VALUE);
  const scale = kind === "level" ? Math.max(1, greatest) : greatest;
  const numbers = kind === "level" ? 5 : 8;
  const room = Math.min(longest, terminal.columns - labels - numbers - 3);
  const width = Math.max(room, 0);
  const cells = figures.map(({ label, value }) => {
    const number = kind === "level" ? value.toFixed(2).padStart(5) : signedBeside(value, greatest);
    const drawn = bar(Math.abs(value) / scale, width);
    const color = kind === "level" ? "cyan" : value < 0 ? "red" : "green";
    const padding = " ".repeat(width - [...drawn].length);
    return `${label.padStart(labels)} ${number} ${styled(terminal, color, drawn)}${padding}`;
  });
  return columnsOf(cells, labels + numbers + width + 2, terminal);
}

/** Cells of a width, in columns that are read downwards. */
function columnsOf(cells: readonly string[], width: number, { columns }: Terminal): string[] {
  const across = Math.max(1, Math.floor((columns + 2) / (width + 2)));
  const rows = Math.ceil(cells.length / across);
  return Array.from({ length: rows }, (_, row) =>
    cells
      .filter((_, i) => i % rows === row)
      .join("  ")
      .trimEnd(),
  );
}

/** Rows of cells under each other, as many of the columns as the terminal has room for. */
export function table(rows: readonly (readonly string[])[], terminal: Terminal): string[] {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length)));
  let room = terminal.columns + 2;
  const shown = widths.findIndex((width) => (room -= width + 2) < 0);
  return rows.map((row) =>
    row
      .slice(0, shown < 0 ? widths.length : Math.max(shown, 1))
      .map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!)))
      .join("  ")
      .trimEnd(),
  );
}

/** Text in lines that are no longer than the terminal's. */
export function wrapped(text: string, { columns }: Terminal): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + word.length + 1 > Math.min(columns, 100)) {
      lines.push(line);
      line = "";
    }
    line += line === "" ? word : ` ${word}`;
  }
  return [...lines, line];
}
