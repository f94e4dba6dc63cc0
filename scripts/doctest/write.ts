// Writes every example to .examples/, as a module with the lines it has in its file, so that the
// compiler checks the examples with everything else: README.md:12 becomes .examples/README.md/12.ts.

import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { findExamples } from "./examples.ts";
import { exampleModule, publicNames } from "./module.ts";

const root = join(import.meta.dirname, "../..");
const folder = join(root, ".examples");
const names = publicNames(root);

rmSync(folder, { recursive: true, force: true });
for (const example of findExamples(root)) {
  const path = join(folder, example.file, `${example.line}.ts`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, exampleModule(example, names));
}
