// Errors of transforms of some lengths; every-length.test.ts has all of them.
import { expect, test } from "vitest";
import { lengths, worstError } from "./lengths.ts";

test("lengths to 128 are within 4 log2(n) units in the last place", () => {
  expect(worstError((n) => n <= 16 || (n <= 128 && n % 9 === 1)).share).toBeLessThan(1);
});

test("so are primes beyond", () => {
  const some = lengths.filter((n, i) => n > 128 && (i % 160 === 0 || n > 4998));
  expect(some.length).toBeGreaterThan(4);
  expect(worstError((n) => some.includes(n)).share).toBeLessThan(1);
});
