// The walk in a terminal, a chapter a screen, as the reader presses keys.
import { wrapped } from "../sections/bars.ts";
import { printedSection, type Section } from "../sections/section.ts";
import { type Stream, styled, type Terminal } from "../terminal.ts";

/** Why and at which chapter the reader has left: where the next tour starts. */
export interface Left {
  readonly at: number;
  readonly because:
    | "done"
    | "interrupted"
    | "otherDigit"
    | "otherNeuron"
    | "stepByOne"
    | "stepByAll";
}

interface Guided {
  readonly stdout: Stream;
  readonly terminal: Terminal;
  /** Keys as they are pressed, each as the terminal sends it. */
  readonly keys: AsyncIterator<string>;
  /** The chapter to begin at. */
  readonly at: number;
  /** The network that is explained, and its training so far. */
  readonly what: string;
}

/** Clears the screen and the scrollback, and moves to the top. */
const clear = "\x1b[2J\x1b[3J\x1b[H";
const [enter, right, left, controlC] = ["\r", "\x1b[C", "\x1b[D", "\x03"];

/** Keys that end the walk, as another one begins. */
const leaving: ReadonlyMap<string, Left["because"]> = new Map([
  ["q", "done"],
  [controlC, "interrupted"],
  ["d", "otherDigit"],
  ["n", "otherNeuron"],
  ["t", "stepByOne"],
  ["a", "stepByAll"],
]);

/** Shows chapters, in the order that the reader chooses, until the reader quits. */
export async function guide(sections: readonly Section[], given: Guided): Promise<Left> {
  const { stdout, terminal, keys, what } = given;
  const last = sections.length - 1;
  let at = Math.min(given.at, last);
  const show = (): void => {
    const next = at < last ? "Enter next" : "Enter end";
    const lines = [
      what,
      `${next} · b back · 1-${sections.length} chapter · d other digit · n other neuron · q quit`,
      "Take a step: t as this digit wants · a as all want on average",
    ].flatMap((line) => wrapped(line, terminal));
    stdout.write(
      `${clear}${printedSection(sections[at]!, `${at + 1}/${sections.length}`, terminal)}\n` +
        lines.map((line) => `${styled(terminal, "dim", line)}\n`).join(""),
    );
  };
  show();
  for (;;) {
    const { value: key, done } = await keys.next();
    const because = done ? "done" : leaving.get(key);
    if (because !== undefined) return { at, because };
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
