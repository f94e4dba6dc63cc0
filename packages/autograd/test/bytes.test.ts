// Loads, casts, comparisons and arithmetic of bytes, beside loops over plain arrays.
import { realize } from "@nabla/autograd";
import fc from "fast-check";
import { expect, test } from "vitest";
import { byteCases, rowsOf } from "../../../scripts/fuzz/bytes.ts";

test("bytes and truth values of any length, at any offset", () => {
  const drawn = fc.tuple(fc.nat(70), fc.nat(17)).chain((sizes) => rowsOf(...sizes));
  fc.assert(
    fc.property(drawn, (rows) => {
      const cases = byteCases(rows);
      realize(...cases.map(({ result }) => result));
      for (const { name, result, wanted } of cases) {
        expect({ name, values: [...result.dataSync()].map(Number) }).toEqual({
          name,
          values: wanted,
        });
      }
    }),
    { numRuns: 30 },
  );
});
