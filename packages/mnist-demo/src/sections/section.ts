// A part of what a command tells: as text for a terminal, and as figures for a page.

import type * as Plot from "@observablehq/plot";
import { styled, type Terminal } from "../terminal.ts";
import { wrapped } from "./bars.ts";

export interface Section {
  readonly title: string;
  /** Lines that are no longer than the terminal's. */
  readonly text: (terminal: Terminal) => readonly string[];
  readonly figures: readonly SectionFigure[];
}

/** What Observable Plot draws of a section. */
export interface SectionFigure {
  readonly caption: string;
  /** Made only where it is drawn, for Plot is not loaded otherwise. */
  readonly options: (plot: typeof Plot) => Plot.PlotOptions;
}

/** All sections as text, with numbered titles. */
export function printed(sections: readonly Section[], terminal: Terminal): string {
  return sections.map((one, i) => printedSection(one, `${i + 1}.`, terminal)).join("\n");
}

/** One section as text, its title behind `number`. */
export function printedSection(
  { title, text }: Section,
  number: string,
  terminal: Terminal,
): string {
  const heading = wrapped(`${number} ${title}`, terminal);
  return [
    ...heading.map((line) => styled(terminal, "cyan", line)),
    ...text(terminal).map((line) => line.trimEnd()),
    "",
  ].join("\n");
}
