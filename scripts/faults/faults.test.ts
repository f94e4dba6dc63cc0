// A few of the kills of `pnpm faults`.
import { test } from "vitest";
import { checkKills } from "./kills.ts";

// Four processes start one after the other, on machines that may be busy.
const timeout = 300_000;

test("a training that is killed twice ends as one that is not", { timeout }, async () => {
  await checkKills({ kills: 2, seed: 1 });
});
