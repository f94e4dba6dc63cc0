// What a stream that people may be watching can show.

/** What we need of `process.stdout` and `process.stderr`. */
export interface Stream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  getColorDepth?(env?: Environment): number;
  write(text: string): unknown;
}

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Terminal {
  /**
   * Whether a line may be drawn over: a person's terminal, not a file, a dumb one or a build's log.
   */
  readonly isLive: boolean;
  /** Characters in a line. */
  readonly columns: number;
  readonly colors: "none" | "basic" | "256" | "full";
}

/** NO_COLOR is kept as https://no-color.org says: any value but an empty one. */
export function terminalOf(stream: Stream, env: Environment): Terminal {
  const isLive = stream.isTTY === true && env["TERM"] !== "dumb" && !env["CI"];
  const depth = isLive && !env["NO_COLOR"] ? (stream.getColorDepth?.(env) ?? 1) : 1;
  // A terminal of unknown width reports 0.
  return { isLive, columns: stream.columns || 80, colors: colorsOf(depth) };
}

function colorsOf(bits: number): Terminal["colors"] {
  if (bits >= 24) return "full";
  if (bits >= 8) return "256";
  return bits >= 4 ? "basic" : "none";
}

/**
 * Terminals' names for the colours in use, by "select graphic rendition" (ECMA-48, section
 * 8.3.117).
 */
const renditions = { red: 31, green: 32, yellow: 33, cyan: 36, dim: 2 } as const;

/** How text is shown. */
export type Style = keyof typeof renditions;

/** `text` in a colour, where there are colours. */
export function styled({ colors }: Pick<Terminal, "colors">, style: Style, text: string): string {
  return colors === "none" ? text : `\x1b[${renditions[style]}m${text}\x1b[0m`;
}

/** A character whose upper half, and that behind it, have shades. */
export interface Shades {
  readonly text: string;
  /** 0 is dark and 1 light; of "▀" the upper half, of other characters nothing if they have a style. */
  readonly above: number;
  readonly below: number;
  readonly style?: Style;
}

/** From dark to light, in red, green and blue. */
const [darkest, lightest] = [
  [16, 26, 58],
  [226, 232, 240],
] as const;
/** The greys of a terminal of 256 colours. */
const [firstGrey, greys] = [232, 24];

/** A character on a shade, where a terminal has enough colours for them. */
export function shaded({ colors }: Terminal, { text, above, below, style }: Shades): string {
  const shade = (value: number): string => {
    if (colors === "256") return `5;${firstGrey + Math.round(value * (greys - 1))}`;
    const mixed = darkest.map((dark, i) => Math.round(dark + (lightest[i]! - dark) * value));
    return `2;${mixed.join(";")}`;
  };
  const front = style === undefined ? `38;${shade(above)}` : `1;${renditions[style]}`;
  return `\x1b[${front};48;${shade(below)}m${text}\x1b[0m`;
}
