// Writes docs/operations.md: what each operation can do, found by doing it. What it finds wrong with one it
// says in a line.
import { writeFileSync } from "node:fs";
import {
  missingFromCatalogue,
  operationsPage,
} from "../packages/autograd/test/operations-table.ts";

const { missing } = missingFromCatalogue();
try {
  if (missing.length > 0) {
    throw new Error(`not in packages/autograd/test/catalogue.ts: ${missing.join(", ")}`);
  }
  writeFileSync(new URL("../docs/operations.md", import.meta.url), operationsPage());
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
