// A few of the kills of `pnpm faults`.
import { test } from "vitest";
import { checkKills } from "./kills.ts";

test("a training that is killed five times ends with the bits of one that is not", async () => {
  await checkKills({ kills: 5, seed: 1 });
});
