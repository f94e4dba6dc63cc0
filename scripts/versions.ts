/**
 * `pnpm versions patch|minor|major|1.2.3`: the next version of all packages, which have one; what CHANGELOG.md
 * has under "Unreleased" becomes its notes. For releases (CONTRIBUTING.md).
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const heading = "## [Unreleased]\n";

interface Package {
  readonly version: string;
  readonly private?: boolean;
}

function packageIn(folder: string): Package {
  return JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as Package;
}

function raise(folder: string, to: string): string {
  execFileSync("npm", ["version", to, "--no-git-tag-version", "--no-workspaces-update"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return packageIn(folder).version;
}

const [to] = process.argv.slice(2);
if (!to || !/^(patch|minor|major|\d+\.\d+\.\d+\S*)$/.test(to)) {
  console.error(`versions: got ${to ?? "nothing"}, expected patch, minor, major, or a version`);
  process.exit(2);
}
const file = path.join(root, "CHANGELOG.md");
const log = readFileSync(file, "utf8");
const [, notes = ""] = log.split(heading);
if (notes.split("\n## [")[0]!.trim() === "") {
  console.error('versions: CHANGELOG.md has nothing under "Unreleased", expected what has changed');
  process.exit(2);
}
const folders = readdirSync(path.join(root, "packages"))
  .map((name) => path.join(root, "packages", name))
  .filter((folder) => !packageIn(folder).private);
const [first, ...others] = folders;
const version = raise(first!, to);
for (const folder of others) raise(folder, version);
const day = new Date().toISOString().slice(0, 10);
writeFileSync(file, log.replace(heading, `${heading}\n## [${version}] - ${day}\n`));
console.log(`versions: ${folders.length} packages are ${version} now`);
