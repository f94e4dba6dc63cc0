// The walk in a terminal, a chapter a screen, as the reader presses keys.
import type { Section } from "../sections/section.ts";
import { printedSection } from "../sections/section.ts";
import { type Stream, styled, type Terminal } from "../terminal.ts";

/** Why the reader has left the chapters, and at which: what the next walk begins with. */
export interface Left {
  readonly at: number;
  readonly because: "done" | "interrupted" | "otherDigit" | "otherNeuron";
}

interface Guided {
  readonly stdout: Stream;
  readonly terminal: Terminal;
  /** Keys as they are pressed, each as the terminal sends it. */
  readonly keys: AsyncIterator<string>;
  /** The chapter to begin at. */
  readonly at: number;
}

/** Clears the screen, and what was scrolled, and goes to its top. */
const clear = "\x1b[2J\x1b[3J\x1b[H";
const [enter, right, left, controlC] = ["\r", "\x1b[C", "\x1b[D", "\x03"];

/** Shows a chapter, and another one as the reader asks for it, until the reader has enough. */
export async function guide(sections: readonly Section[], given: Guided): Promise<Left> {
  const { stdout, terminal, keys } = given;
  const last = sections.length - 1;
  let at = Math.min(given.at, last);
  const show = (): void => {
    const next = at < last ? "Enter next" : "Enter end";
    const line = `${next} · b back · 1-${sections.length} chapter · d other digit · n other neuron · q quit`;
    stdout.write(
      `${clear}${printedSection(sections[at]!, `${at + 1}/${sections.length}`, terminal)}\n` +
        `${styled(terminal, "dim", line)}\n`,
    );
  };
  show();
  for (;;) {
    const { value: key, done } = await keys.next();
    if (done || key === "q") return { at, because: "done" };
    if (key === controlC) return { at, because: "interrupted" };
    if (key === "d") return { at, because: "otherDigit" };
    if (key === "n") return { at, because: "otherNeuron" };
    const before = at;
    const chapter = Number(key);
    if ([enter, "\n", " ", right].includes(key)) {
      if (at === last) return { at, because: "done" };
      at++;
    } else if (["b", left].includes(key)) at = Math.max(at - 1, 0);
    else if (chapter >= 1 && chapter <= sections.length) at = chapter - 1;
    if (at !== before) show();
  }
}
