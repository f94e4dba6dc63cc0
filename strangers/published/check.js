// The tarballs as publint and arethetypeswrong see them. ESM only, so their other profiles do not apply.
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";

for (const tarball of readdirSync("..").filter((name) => name.endsWith(".tgz"))) {
  for (const [tool, ...options] of [
    ["publint", "--strict"],
    ["attw", "--profile", "esm-only", "--format", "ascii"],
  ]) {
    const { status, stdout, stderr } = spawnSync(`node_modules/.bin/${tool}`, [
      ...options,
      `../${tarball}`,
    ]);
    if (status !== 0) throw new Error(`${tool} ${tarball}:\n${stdout}${stderr}`);
    console.log(`${tool} ${tarball}: no findings`);
  }
}
