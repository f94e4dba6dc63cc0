// docs/operations.md: complete, and what `pnpm operations` writes.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { missingFromCatalogue, operationsPage } from "./operations-table.ts";

test("every public operation is in the catalogue", () => {
  expect(missingFromCatalogue()).toEqual({ missing: [], unknown: [] });
});

test("docs/operations.md is what the operations do now (pnpm operations writes it)", () => {
  const page = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
  expect(page).toBe(operationsPage());
});
