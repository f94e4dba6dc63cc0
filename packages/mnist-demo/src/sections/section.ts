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
  const parts = sections.map(({ title, text }, i) => {
    const heading = wrapped(`${i + 1}. ${title}`, terminal);
    return [
      ...heading.map((line) => styled(terminal, "cyan", line)),
      ...text(terminal).map((line) => line.trimEnd()),
      "",
    ].join("\n");
  });
  return parts.join("\n");
}
