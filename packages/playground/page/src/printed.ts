// Values as text, as a console writes them.

/** What writes itself, as tensors do. */
const custom = Symbol.for("nodejs.util.inspect.custom");
const mostElements = 100;
const mostDepth = 4;
const lineWidth = 76;

/** Values as one line of a console: strings as they are, others as they would be written in code. */
export function printed(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === "string" ? value : textOf(value, []))).join(" ");
}

/** `above` are the objects that the value is in. */
function textOf(value: unknown, above: readonly object[]): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `[function ${value.name || "without a name"}]`;
  if (typeof value !== "object" || value === null)
    return Object.is(value, -0) ? "-0" : String(value);
  if (above.includes(value)) return "[circular]";
  if (custom in value && typeof value[custom] === "function") return String(value[custom]());
  if (value instanceof Error) return value.stack ?? String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "no date" : value.toISOString();
  if (value instanceof RegExp) return String(value);
  if (value instanceof Promise) return "Promise (await gives its value)";
  return structureOf(value, above);
}

function structureOf(value: object, above: readonly object[]): string {
  const name = nameOf(value);
  if (above.length >= mostDepth) return Array.isArray(value) ? "[…]" : `${name} {…}`.trimStart();
  const inside = [...above, value];
  const inner = (one: unknown): string => textOf(one, inside);
  if (Array.isArray(value))
    return enclosed("[", value.slice(0, mostElements).map(inner), "]", value.length);
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const elements = value as unknown as ArrayLike<number | bigint>;
    const first = Array.from({ length: Math.min(elements.length, mostElements) }, (_, i) =>
      inner(elements[i]),
    );
    return `${name}(${elements.length}) ${enclosed("[", first, "]", elements.length)}`;
  }
  if (value instanceof Map) {
    const entries = [...value]
      .slice(0, mostElements)
      .map(([key, one]) => `${inner(key)} => ${inner(one)}`);
    return `Map(${value.size}) ${enclosed("{", entries, "}", value.size)}`;
  }
  if (value instanceof Set) {
    const entries = [...value].slice(0, mostElements).map(inner);
    return `Set(${value.size}) ${enclosed("{", entries, "}", value.size)}`;
  }
  const keys = Object.keys(value);
  const entries = keys.slice(0, mostElements).map((key) => {
    const said = /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(key) ? key : JSON.stringify(key);
    return `${said}: ${inner((value as Record<string, unknown>)[key])}`;
  });
  return `${name} ${enclosed("{", entries, "}", keys.length)}`.trimStart();
}

/** The name of its class; nothing for plain objects. */
function nameOf(value: object): string {
  const { name } = (Object.getPrototypeOf(value) as object | null)?.constructor ?? {};
  return name === undefined || name === "Object" ? "" : name;
}

/** Entries between brackets, on one line where they fit. */
function enclosed(open: string, entries: readonly string[], close: string, count: number): string {
  const more = count - entries.length;
  const all = more > 0 ? [...entries, `… ${more} more`] : entries;
  if (all.length === 0) return open + close;
  const line = all.join(", ");
  const pad = open === "{" ? " " : "";
  if (line.length <= lineWidth && !line.includes("\n")) return open + pad + line + pad + close;
  return `${open}\n${rows(all).replaceAll(/^/gm, "  ")}\n${close}`;
}

/** Short entries share lines. */
function rows(entries: readonly string[]): string {
  const lines: string[] = [];
  for (const entry of entries) {
    const last = lines.at(-1);
    const joined = `${last}, ${entry}`;
    if (
      last !== undefined &&
      entry.length <= 16 &&
      !/[\n:]/.test(joined) &&
      joined.length <= lineWidth
    ) {
      lines[lines.length - 1] = joined;
    } else lines.push(entry);
  }
  return lines.join(",\n");
}
