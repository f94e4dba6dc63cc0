// Live progress: in a terminal a bar that is drawn over, elsewhere a plain line for each epoch. Our
// own, because the packages for this write colours into pipes, ignore NO_COLOR or fall silent.

import { type Environment, type Stream, styled, type Terminal, terminalOf } from "./terminal.ts";

/** How far training is. */
export interface Standing {
  readonly epoch: number;
  readonly epochs: number;
  /** The part of this epoch that is done, 0 to 1. */
  readonly done: number;
  readonly cost: number;
  readonly examplesPerSecond: number;
  readonly secondsLeft: number;
}

export interface Progress {
  /** Shows the progress of training; at the end of an epoch, `done` is 1. */
  show(standing: Standing): void;
  /** Takes a bar away, so that something else can be written. */
  clear(): void;
}

/** Often enough to look alive, seldom enough to cost nothing. */
const millisecondsBetweenBars = 50;

/** Progress on a stream, usually stderr. `now` gives milliseconds. */
export function progressOn(
  stream: Stream,
  env: Environment,
  now: () => number = () => performance.now(),
): Progress {
  let drawnAt = Number.NEGATIVE_INFINITY;
  let isDrawn = false;
  return {
    show(standing) {
      // Asked for each time: people resize their terminals.
      const terminal = terminalOf(stream, env);
      if (!terminal.isLive) {
        if (standing.done >= 1) stream.write(`${formatLine(standing)}\n`);
        return;
      }
      if (standing.done < 1 && now() - drawnAt < millisecondsBetweenBars) return;
      drawnAt = now();
      isDrawn = true;
      stream.write(`\r\x1b[2K${formatBar(standing, terminal)}`);
    },
    clear() {
      if (isDrawn) stream.write("\r\x1b[2K");
      isDrawn = false;
    },
  };
}

/** `epoch  3/10  cost 0.0912  41,200 examples/s  12 s left` */
export function formatLine(standing: Standing): string {
  return [epochOf(standing), ...figuresOf(standing)].join("  ");
}

/** Widest useful and narrowest legible bar. */
const widest = 30;
const narrowest = 5;

/** One line with a bar; what does not fit is left out: the bar first, then from the right. */
export function formatBar(standing: Standing, terminal: Terminal): string {
  // In a terminal's last column some would begin a new line, which could not be drawn over.
  const room = terminal.columns - 1;
  const percent = `${String(Math.floor(standing.done * 100)).padStart(3)} %`;
  const parts = [percent, ...figuresOf(standing)];
  let text = epochOf(standing);
  const taken = [text, ...parts].join("  ").length + 2;
  const width = Math.min(widest, room - taken);
  if (width >= narrowest) return [text, barOf(standing.done, width, terminal), ...parts].join("  ");
  for (const part of parts) {
    if (text.length + 2 + part.length > room) break;
    text += `  ${part}`;
  }
  return text.slice(0, Math.max(0, room));
}

function barOf(done: number, width: number, terminal: Terminal): string {
  const full = Math.floor(done * width);
  return (
    styled(terminal, "cyan", "█".repeat(full)) + styled(terminal, "dim", "░".repeat(width - full))
  );
}

/** The epochs' numbers are padded to align in columns. */
export function epochOf({ epoch, epochs }: Pick<Standing, "epoch" | "epochs">): string {
  return `epoch ${String(epoch).padStart(String(epochs).length)}/${epochs}`;
}

function figuresOf({ cost, examplesPerSecond, secondsLeft }: Standing): string[] {
  return [
    `cost ${cost.toFixed(4)}`,
    `${formatCount(examplesPerSecond)} examples/s`,
    `${formatDuration(secondsLeft)} left`,
  ];
}

/** `41,234` */
export function formatCount(count: number): string {
  return Math.round(count).toLocaleString("en-US");
}

/** `8 s`, `2 min 5 s`, `1 h 3 min` */
export function formatDuration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (!Number.isFinite(whole)) return "?";
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
