/**
 * `pnpm api`: what has changed in the public names since the reports in api/ were written, which a test
 * compares (scripts/api/report.test.ts). `pnpm api --write` writes them.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { entries, reportFile, reportOf } from "./api/report.ts";

const isWriting = process.argv.includes("--write");
const folder = mkdtempSync(path.join(tmpdir(), "nabla-api-"));
try {
  for (const [name, entry] of Object.entries(entries)) {
    const [file, now] = [reportFile(name), reportOf(entry)];
    const before = existsSync(file) ? readFileSync(file, "utf8") : "";
    if (now === before) continue;
    if (isWriting) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, now);
      console.log(`written: api/${name}.txt`);
      continue;
    }
    process.exitCode = 1;
    const [old, changed] = [path.join(folder, "before"), path.join(folder, `${name}.txt`)];
    writeFileSync(old, before);
    writeFileSync(changed, now);
    try {
      execFileSync("git", ["diff", "--no-index", old, changed], { stdio: "inherit" });
    } catch {
      // git says by its exit status that there are differences.
    }
  }
} finally {
  rmSync(folder, { recursive: true });
}
