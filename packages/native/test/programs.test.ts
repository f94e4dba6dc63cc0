// The bits of WebAssembly: of random programs here, of as many as one likes by `pnpm fuzz programs`.
import { native } from "@nabla/native";
import { afterAll, beforeAll, describe, test, vi } from "vitest";
import { checkRandomNatively } from "../../../scripts/fuzz/natively.ts";
import { problemHere } from "./toolchains.ts";

describe.skipIf(problemHere !== undefined)("C gives the bits of WebAssembly", () => {
  // Nothing is left behind.
  beforeAll(() => vi.stubEnv("NABLA_CACHE", "off"));
  afterAll(() => vi.unstubAllEnvs());

  test("in exact programs", async () => {
    await checkRandomNatively("exact", { runs: 5, seed: 1, together: 5 });
  });

  test("in smooth programs", async () => {
    await checkRandomNatively("smooth", { runs: 5, seed: 2, together: 5 });
  });
});

test.runIf(problemHere !== undefined)(
  "nothing can be compiled here, which is told",
  ({ expect }) => {
    console.log(`nothing runs natively here: ${native.problem}`);
    expect(native.problem).toContain(problemHere);
  },
);
