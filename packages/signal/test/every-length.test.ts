// Errors of transforms of all lengths to 128 and all prime ones to 5,000: half a minute of work.
import { expect, test } from "vitest";
import { lengths, worstError } from "./lengths.ts";

const work = 600_000; // milliseconds

test(
  "each length to 128 and each prime one to 5,000 is within 4 log2(n) units in the last place",
  () => {
    expect(lengths).toContain(4999);
    for (let from = 0; from < 5000; from += 250) {
      const worst = worstError((n) => n > from && n <= from + 250);
      expect(worst.share, `length ${worst.n}`).toBeLessThan(1);
    }
  },
  work,
);
