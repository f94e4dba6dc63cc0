// CSV files with mistakes in them.
import type fc from "fast-check";
import {
  expectSame,
  mutated,
  type Outcome,
  outcomeOf,
  withinBound,
} from "../../../fixtures/mutations.ts";
import { csv, csvRows } from "../src/index.ts";

const files = [
  "a,b,c\n1,x,2.5\n2,y,\n3,x,-1e3\n4,y,NaN\n",
  'name,text\r\n"Ada","says ""hi"", twice"\r\n"B\nC",plain\r\n,""\r\n',
  "\ufeffü;é\n1;2\n\n3;4",
].map((text) => new TextEncoder().encode(text));

export const mutatedCsv: fc.Arbitrary<Uint8Array> = mutated(files, {
  parts: /"|,|;|\r?\n|[^",;\r\n]+/g,
  texts: ['"', '""', ",", "\n", "\r\n", "\r", "", "1e400", "9007199254740993", "inf", "\xff", "a"],
});

export async function checkCsv(bytes: Uint8Array): Promise<Outcome> {
  const given = await withinBound(bytes, () => outcomeOf(() => recordsIn(bytes)));
  const inPieces = await outcomeOf(() => recordsIn(pieces(bytes)));
  // Of two mistakes, another one may be seen first.
  const outcome = (one: typeof given) => (typeof one === "string" ? "refused" : one);
  expectSame(outcome(inPieces), outcome(given), "what is read in pieces");
  const table = await outcomeOf(() => csv(bytes));
  if (typeof given === "string") return "refused";
  if (typeof table !== "string") expectSame(table.count, given.length, "the rows of the table");
  const strict = strictly(new TextDecoder().decode(bytes));
  if (strict && strict.length > 0) {
    const [names, ...records] = strict;
    const expected = records.map((record) => record.map((field, i) => [names![i], field]));
    expectSame(given.map(Object.entries), expected, "what is read");
  }
  return "read";
}

async function recordsIn(source: Uint8Array | AsyncIterable<Uint8Array>) {
  const records: Readonly<Record<string, string>>[] = [];
  for await (const record of csvRows(source)) records.push(record);
  return records;
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 3) yield bytes.subarray(at, at + 3);
}

/** The records of a text that keeps all rules of RFC 4180, character by character; undefined for others. */
function strictly(given: string): string[][] | undefined {
  const text = given.replaceAll(/\r\n?/g, "\n");
  const records: string[][] = [[""]];
  // "" in quotes is a value, also where it is the whole line; an empty line is no record.
  const quoted = new Set<string[]>();
  let state: "start" | "plain" | "quoted" | "closed" = "start";
  for (const character of text) {
    const record = records.at(-1)!;
    const last = record.length - 1;
    if (state === "quoted") {
      if (character === '"') state = "closed";
      else record[last] += character;
    } else if (character === '"') {
      if (state === "plain") return undefined;
      if (state === "closed") record[last] += '"';
      quoted.add(record);
      state = "quoted";
    } else if (character === ",") {
      record.push("");
      state = "start";
    } else if (character === "\n") {
      records.push([""]);
      state = "start";
    } else {
      if (state === "closed") return undefined;
      record[last] += character;
      state = "plain";
    }
  }
  if (state === "quoted") return undefined;
  // Integers as names of columns would come in another order.
  const filled = records.filter((one) => one.length > 1 || one[0] !== "" || quoted.has(one));
  if (filled[0]?.some((name) => /^\d+$/.test(name))) return undefined;
  return filled;
}
