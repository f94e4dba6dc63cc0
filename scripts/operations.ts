// Writes docs/operations.md: what each operation can do, found by doing it.
import { writeFileSync } from "node:fs";
import {
  missingFromCatalogue,
  operationsPage,
} from "../packages/autograd/test/operations-table.ts";

const { missing } = missingFromCatalogue();
if (missing.length > 0) {
  console.error(`not in packages/autograd/test/catalogue.ts: ${missing.join(", ")}`);
  process.exitCode = 1;
} else {
  writeFileSync(new URL("../docs/operations.md", import.meta.url), operationsPage());
}
