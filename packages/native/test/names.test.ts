// Names in C: none is that of a type or of another variable.
import { expect, test } from "vitest";
import { Scopes } from "../src/c/scopes.ts";

test("names are no types", () => {
  const scopes = new Scopes();
  const names = Array.from({ length: 300 }, (_, n) => scopes.fresh("ifuv"[n % 4]!));
  expect(new Set(names).size).toBe(names.length);
  expect(names.filter((name) => /^[ifu]\d+$/.test(name))).toEqual([]);
});
