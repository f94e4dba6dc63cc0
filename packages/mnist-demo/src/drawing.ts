// Draws digits in a terminal, side by side, with the network's answers. With colours, one character
// shows two pixels, one above the other: "▀" in the upper one's grey on the lower one's. Without, it
// shows their mean as a character that is about as dark.

import { styled, type Terminal } from "./terminal.ts";

/** An image with the network's answer and the label. */
export interface AnsweredDigit {
  /** 28 rows of 28 pixels: 0 is paper, 255 is ink. */
  readonly pixels: ArrayLike<number>;
  readonly answer: number;
  readonly label: number;
}

const side = 28;
const gap = "  ";
/** From paper to ink, for a dark terminal: more ink is more light. */
const shades = " .:-=+*#%@";

/**
 * The digits as lines of text, as many side by side as the terminal has room for, the answer and
 * the label under each. Margins that are blank in all of them are left out.
 */
export function drawDigits(digits: readonly AnsweredDigit[], terminal: Terminal): string {
  if (digits.length === 0) return "";
  const box = inkedBox(digits);
  const captions = digits.map((digit) => captionOf(digit));
  const width = Math.max(box.right - box.left, ...captions.map(({ length }) => length));
  const inRow = Math.max(1, Math.floor((terminal.columns + gap.length) / (width + gap.length)));
  const lines: string[] = [];
  for (let from = 0; from < digits.length; from += inRow) {
    const row = digits.slice(from, from + inRow);
    const drawn = row.map((digit) => drawDigit(digit.pixels, box, width, terminal));
    for (let y = 0; y < drawn[0]!.length; y++) {
      lines.push(drawn.map((linesOfDigit) => linesOfDigit[y]!).join(gap));
    }
    const under = row.map((digit, i) => {
      const color = digit.answer === digit.label ? "green" : "red";
      return styled(terminal, color, captions[from + i]!.padEnd(width));
    });
    lines.push(under.join(gap), "");
  }
  return lines.map((line) => line.trimEnd()).join("\n");
}

function captionOf({ answer, label }: AnsweredDigit): string {
  return `answer ${answer}, label ${label} ${answer === label ? "✓" : "✗"}`;
}

/** A part of an image: rows `top` to `bottom`, columns `left` to `right`, ends excluded. */
interface Box {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

function inkedBox(digits: readonly AnsweredDigit[]): Box {
  const hasInk = (y: number, x: number) => digits.some(({ pixels }) => pixels[y * side + x]! > 0);
  const all = Array.from({ length: side }, (_, i) => i);
  const rows = all.filter((y) => all.some((x) => hasInk(y, x)));
  const columns = all.filter((x) => all.some((y) => hasInk(y, x)));
  return {
    top: rows[0] ?? 0,
    bottom: (rows.at(-1) ?? side - 1) + 1,
    left: columns[0] ?? 0,
    right: (columns.at(-1) ?? side - 1) + 1,
  };
}

function drawDigit(
  pixels: ArrayLike<number>,
  { top, bottom, left, right }: Box,
  width: number,
  terminal: Terminal,
): string[] {
  const lines: string[] = [];
  for (let y = top; y < bottom; y += 2) {
    const pairs: Pair[] = [];
    for (let x = left; x < right; x++) {
      const lower = y + 1 < bottom ? pixels[(y + 1) * side + x]! : 0;
      pairs.push({ upper: pixels[y * side + x]!, lower });
    }
    const isGrey = terminal.colors === "full" || terminal.colors === "256";
    const line = isGrey ? drawGrey(pairs, terminal.colors) : pairs.map(shadeOf).join("");
    lines.push(line + " ".repeat(width - pairs.length));
  }
  return lines;
}

interface Pair {
  readonly upper: number;
  readonly lower: number;
}

function shadeOf({ upper, lower }: Pair): string {
  const mean = (upper + lower) / 2 / 255;
  return shades[Math.round(mean * (shades.length - 1))]!;
}

/** A change of colours is written only where they do change. */
function drawGrey(pairs: readonly Pair[], colors: "full" | "256"): string {
  const greyOf = colors === "full" ? fullGrey : indexedGrey;
  let line = "";
  let before = "";
  for (const { upper, lower } of pairs) {
    const grey = `\x1b[38;${greyOf(upper)};48;${greyOf(lower)}m`;
    line += grey === before ? "▀" : `${grey}▀`;
    before = grey;
  }
  return `${line}\x1b[0m`;
}

function fullGrey(level: number): string {
  return `2;${level};${level};${level}`;
}

/**
 * Of xterm's 256 colours, 16 is black, 231 white, and 232 to 255 are the greys between: 8, 18, …
 * 238.
 */
function indexedGrey(level: number): string {
  const step = Math.round((level - 8) / 10);
  if (step < 0) return "5;16";
  return step > 23 ? "5;231" : `5;${232 + step}`;
}
