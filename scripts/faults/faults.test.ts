// A few of the kills of `pnpm faults`.
import { test } from "vitest";
import { checkKills } from "./kills.ts";

// Five processes start one after the other, on machines that may be busy.
const timeout = 300_000;

test("a training that is killed three times ends as one that is not", { timeout }, async () => {
  await checkKills({ kills: 3, seed: 1 });
});
