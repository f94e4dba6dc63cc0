// Argument parsing for all commands: the available options, how values are read, and errors for
// invalid ones.

import { parseArgs } from "node:util";
import { NablaError } from "@nabla/autograd";

/** The options that a command has. */
export interface OptionNames<Value extends string, Flag extends string> {
  /** What errors start with. */
  readonly command: string;
  /** Options that take a value. */
  readonly values: readonly Value[];
  /** Flags. */
  readonly flags?: readonly Flag[];
  /** What a positional argument is, such as "a file"; undefined: none is allowed. */
  readonly alone?: string;
}

/** The parsed arguments: the text of each given option. */
export interface Given<Value extends string, Flag extends string = never> {
  /**
   * The value of an option, or `otherwise` if it was not given. Throws `NablaError` for other
   * texts.
   */
  read<T, U>(name: Value, kind: Kind<T>, otherwise: U): T | U;
  has(name: Value | Flag): boolean;
  /** The positional argument, if allowed. */
  readonly alone: string | undefined;
}

/** How a value is parsed from its text (undefined: it is invalid), and a description of valid values. */
export interface Kind<T> {
  readonly read: (text: string) => T | undefined;
  readonly expected: string;
}

/**
 * The result of `meaning` for the given options, or "help" if requested. Throws `NablaError` for unknown
 * options, and for other arguments.
 */
export function readArguments<Options, Value extends string, Flag extends string = never>(
  names: OptionNames<Value, Flag>,
  given: readonly string[],
  meaning: (said: Given<Value, Flag>) => Options,
): Options | "help" {
  const { command, values, flags = [], alone: expected } = names;
  // `pnpm train -- --epochs 3` hands the "--" on.
  const args = given[0] === "--" ? given.slice(1) : [...given];
  const { tokens } = parseArgs({
    args,
    options: {
      ...Object.fromEntries(values.map((name) => [name, { type: "string" } as const])),
      ...Object.fromEntries(flags.map((name) => [name, { type: "boolean" } as const])),
      help: { type: "boolean", short: "h" },
    },
    strict: false,
    tokens: true,
  });
  const texts = new Map<string, string>();
  let wantsHelp = false;
  const alone: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") alone.push(token.value);
    if (token.kind !== "option") continue;
    if (token.name === "help") wantsHelp = true;
    else {
      const known = knownOption(command, [...values, ...flags], token.name, token.rawName);
      texts.set(known, token.value ?? "");
    }
  }
  if (wantsHelp) return "help";
  const [stray] = expected === undefined ? alone : alone.slice(1);
  const options = meaning({
    alone: expected === undefined ? undefined : alone[0],
    has: (name) => texts.has(name),
    read(name, kind, otherwise) {
      const text = texts.get(name);
      if (text === undefined) return otherwise;
      const value = kind.read(text);
      if (value !== undefined) return value;
      const got = text === "" ? "nothing" : JSON.stringify(text);
      throw new NablaError(`--${name}: got ${got}, expected ${kind.expected}`);
    },
  });
  // Last, because a value after a missing one becomes positional.
  if (stray === undefined) return options;
  throw new NablaError(
    `${command}: got ${JSON.stringify(stray)}, expected ${expected ? `${expected} and options` : "only options"}`,
  );
}

export const positiveInteger: Kind<number> = {
  read: (text) => integer(text, 1, Number.MAX_SAFE_INTEGER),
  expected: "a positive integer",
};

export const naturalNumber: Kind<number> = {
  read: (text) => integer(text, 0, Number.MAX_SAFE_INTEGER),
  expected: "an integer from 0",
};

export const positiveNumber: Kind<number> = {
  read: (text) => {
    const value = /^(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : 0;
    return value > 0 && Number.isFinite(value) ? value : undefined;
  },
  expected: "a positive number",
};

/** Any text; `what` describes it in errors. */
export function name(what: string): Kind<string> {
  return { read: (text) => text || undefined, expected: what };
}

export function oneOf<Name extends string>(names: readonly Name[]): Kind<Name> {
  return {
    read: (text) => names.find((known) => known === text),
    expected: `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`,
  };
}

/** One or more integers, with commas between them. */
export function integers(least: number, most: number, example: string): Kind<readonly number[]> {
  return {
    read: (text) => {
      const all = text.split(",").map((part) => integer(part.trim(), least, most));
      return all.includes(undefined) ? undefined : (all as number[]);
    },
    expected: `one or more integers from ${least} to ${most}, such as ${example}`,
  };
}

export function integer(text: string, least: number, most: number): number | undefined {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

function knownOption(
  command: string,
  options: readonly string[],
  name: string,
  rawName: string,
): string {
  const known = options.find((option) => option === name);
  if (known !== undefined) return known;
  const [nearest] = [...options, "help"]
    .map((option) => ({ option, distance: editDistance(name, option) }))
    .filter(({ option, distance }) => distance <= 2 || option.startsWith(name))
    .sort((a, b) => a.distance - b.distance);
  const all = `expected --${options.join(", --")} or --help`;
  const hint = nearest ? `did you mean --${nearest.option}?` : all;
  throw new NablaError(`${command}: there is no option ${JSON.stringify(rawName)}; ${hint}`);
}

/** How many letters must be put in, left out or replaced (V. I. Levenshtein, 1966). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(previous[j]! + 1, row[j - 1]! + 1, replaced));
    }
    previous = row;
  }
  return previous[b.length]!;
}
