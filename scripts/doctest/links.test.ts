// What documentation points to is there: files, pictures, and headings within files, as
// remark-validate-links follows them.

import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { globSync } from "tinyglobby";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const documents = [
  "*.md",
  "docs/**/*.md",
  "{examples,fixtures,strangers}/**/*.md",
  "packages/*/*.md",
  "benchmarks/*.md",
];

test("links in documentation lead to files and headings that are there", () => {
  const files = globSync(documents, {
    cwd: root,
    ignore: ["**/node_modules/**", "docs/reference"],
  });
  expect(files.length).toBeGreaterThan(10);
  // There is no address of the repository that links could begin with.
  const flags = ["--frail", "--quiet", "--use", "remark-validate-links=repository:false"];
  const command = join(root, "node_modules", ".bin", "remark");
  const { status, stderr } = spawnSync(command, [...flags, ...files], {
    cwd: root,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  expect(status).toBe(0);
});
