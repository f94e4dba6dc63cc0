// A few of the kills of `pnpm faults`.
import { test } from "vitest";
import { problemHere } from "../../packages/mpi/test/mpirun.ts";
import { checkKills } from "./kills.ts";

// Four processes start one after the other, on machines that may be busy.
const timeout = 300_000;

test("a training that is killed twice ends as one that is not", { timeout }, async () => {
  await checkKills({ kills: 2, seed: 1 });
});

test.skipIf(problemHere !== undefined)(
  "so does one of two ranks, one of which is killed",
  { timeout },
  async () => {
    await checkKills({ kills: 1, ranks: 2, seed: 2 });
  },
);
