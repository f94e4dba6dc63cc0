// Runs every example of README.md, docs/ and the docstrings.

import { examples } from "virtual:examples";
import { describe, test } from "vitest";

describe("the examples of the documentation do what they say", () => {
  for (const { place, runs, run } of examples) test.runIf(runs)(place, run);
});
