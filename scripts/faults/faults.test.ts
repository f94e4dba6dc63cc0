// One of the kills of `pnpm faults`, which kills ranks as well.
import { test } from "vitest";
import { checkKills } from "./kills.ts";

// Three processes start one after the other, on machines that may be busy.
const timeout = 300_000;

test("a training that is killed ends as one that is not", { timeout }, async () => {
  await checkKills({ kills: 1, seed: 1 });
});
