// docs/layers.md is what the layers do; `pnpm test:docs layers-page -u` writes it anew.
import { expect, test } from "vitest";
import { layersPage } from "./layers-table.ts";

test("docs/layers.md is what the layers do now", async () => {
  await expect(layersPage()).toMatchFileSnapshot("../../../docs/layers.md");
});
