// docs/operations.md is what `pnpm operations` writes.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { operationsPage } from "./operations-table.ts";

test("docs/operations.md is what the operations do now", () => {
  const page = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
  expect(page, "docs/operations.md is behind: npx --yes pnpm@12 operations writes it").toBe(
    operationsPage(),
  );
});
