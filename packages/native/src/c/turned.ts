// Elements that are side by side in memory, but not in a vector: as many rows as a vector has lanes are
// loaded side by side, 16 bytes of each, and transposed in registers. Such are the loops of what
// transposes, and of copies of a product's operand.
import {
  bytesPerElement,
  operandsOf,
  type Statement,
  strideAlong,
  type KernelValue as Value,
  type Variable,
} from "@nabla/autograd/backend";
import { registerType } from "./operators.ts";
import type { Writer } from "./writer.ts";

/** Bytes of each row that are transposed at a time. */
export const bytesAtOnce = 16;

type Load = Extract<Value, { kind: "load" }>;

/** How many elements of a row are transposed at a time. */
export function togetherOf({ dtype }: Load): number {
  return bytesAtOnce / bytesPerElement(dtype);
}

/**
 * The loads in a loop's statements, all of elements of one size, that go along a row with `outer`, a
 * loop around it, and from row to row with `inner`, its variable.
 */
export function turnedLoads(
  statements: readonly Statement[],
  outer: Variable,
  inner: Variable,
  lanes: number,
): readonly Load[] {
  const loads = loadsAlways(statements).filter(({ buffer, index }) => {
    if (bytesPerElement(buffer.dtype) < 4) return false;
    const stride = strideAlong(index, inner) ?? 0;
    return strideAlong(index, outer) === 1 && Math.abs(stride) > 1;
  });
  const [first] = loads;
  if (!first) return [];
  const together = togetherOf(first);
  if (lanes % together > 0 || outer.size < together) return [];
  return loads.filter((load) => togetherOf(load) === together);
}

/** The loads of what is stored, but for those in a guard, which may not exist. */
export function loadsAlways(statements: readonly Statement[]): readonly Load[] {
  const seen = new Set<Value>();
  for (const statement of statements) if (statement.kind === "store") seen.add(statement.value);
  // Includes parts added meanwhile.
  for (const value of seen) for (const operand of operandsOf(value)) seen.add(operand);
  return [...seen].filter((value): value is Load => value.kind === "load");
}

/**
 * Writes statements for so many values of `outer` from its counter on, and the vector of now along
 * `inner`.
 */
export function writeTurned(
  statements: readonly Statement[],
  loads: readonly Load[],
  outer: Variable,
  together: number,
  writer: Writer,
): void {
  const { scopes, values, lanes } = writer;
  const { variable, valid } = values.vector!;
  const names = loads.map((load) => {
    const addresses = Array.from({ length: lanes }, (_, lane) => {
      // The first row stands in for missing ones.
      const row = values.shifted(variable, lane < valid ? lane : 0);
      return values.address(row.value(load) as Load);
    });
    return turned(addresses, registerType(load.dtype, lanes), together, writer);
  });
  for (let position = 0; position < together; position++) {
    const here = values.shifted(outer, position);
    loads.forEach((load, i) => scopes.know(here.value(load), lanes, names[i]![position]!));
    for (const one of statements) writer.statement(here.statement(one));
  }
}

/**
 * The names of vectors with an element of each row: the first elements at the addresses, the second
 * ones, and so on.
 */
export function turned(
  addresses: readonly string[],
  type: string,
  together: number,
  { scopes, lanes }: Writer,
): readonly string[] {
  const named = (text: string): string => {
    const name = scopes.fresh("v");
    scopes.line(`${type} ${name} = ${text}; OPAQUE(${name});`);
    return name;
  };
  // Each has parts of rows that are `together` apart, which exchange elements with those of others.
  const parts = Array.from({ length: together }, (_, i) => {
    const rows = addresses.filter((_row, lane) => lane % together === i);
    return named(`quarters_${type}(${rows.join(", ")})`);
  });
  const chosen = (a: string, b: string, within: readonly number[]): string => {
    const places = Array.from({ length: lanes }, (_, lane) => {
      const place = within[lane % together]!;
      const start = lane - (lane % together);
      return place < together ? start + place : lanes + start + place - together;
    });
    return named(`SHUFFLE_${type}(${a}, ${b}, ${places.join(", ")})`);
  };
  const [a, b, c, d] = parts as [string, string, string, string];
  if (together === 2) return [chosen(a, b, [0, 2]), chosen(a, b, [1, 3])];
  const [odd, even] = [
    [0, 4, 1, 5],
    [2, 6, 3, 7],
  ];
  const [low, high] = [
    [0, 1, 4, 5],
    [2, 3, 6, 7],
  ];
  const [ab, cd] = [chosen(a, b, odd), chosen(c, d, odd)];
  const [abBehind, cdBehind] = [chosen(a, b, even), chosen(c, d, even)];
  return [
    chosen(ab, cd, low),
    chosen(ab, cd, high),
    chosen(abBehind, cdBehind, low),
    chosen(abBehind, cdBehind, high),
  ];
}
