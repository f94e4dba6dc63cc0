// nabla beside its peers on the same work.
//   pnpm bench [W1 "W5 512" scaling ...] [--repeats 7] [--newer]
// Without names: everything, on this Node and on a newer one, written to RESULTS.md. With names: those, on
// this Node or, with --newer, on the newer one. REASONS.md says why figures are as they are.
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { works } from "./works.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    repeats: { type: "string", default: "7" },
    newer: { type: "boolean", default: false },
  },
});
const here = fileURLToPath(new URL(".", import.meta.url));
const names = [...Object.keys(works), "scaling", "import", "W13", "W14"];
for (const name of positionals) {
  if (names.includes(name)) continue;
  console.error(`${name}: no such work; there are ${names.join(", ")}`);
  process.exit(1);
}

const peers = path.join(here, "peers");
if (!existsSync(path.join(peers, "node_modules"))) {
  console.log("installing the peers, once …");
  const flags = ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"];
  execFileSync("npm", flags, { cwd: peers, stdio: "inherit" });
}

/** A newer Node from npm; undefined where it has none for this machine. */
function newerNode(): string | undefined {
  const folder = `node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;
  const file = path.join(peers, "node_modules", folder, "bin", "node");
  return [file, `${file}.exe`].find((one) => existsSync(one));
}

/** The section of the page that one Node writes; progress goes to standard output. */
function sectionOf(node: string, chosen: readonly string[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), "nabla-bench-"));
  const file = path.join(folder, "section.md");
  try {
    const flags = ["--conditions=@nabla/source", "--import", "tsx"];
    const script = path.join(here, "section.ts");
    const args = [...flags, script, file, values.repeats, ...chosen];
    execFileSync(node, args, { stdio: "inherit" });
    return readFileSync(file, "utf8");
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const newer = newerNode();
if (newer === undefined) console.log("npm has no newer Node for this machine: it is left out");
if (positionals.length > 0) {
  if (values.newer && newer === undefined) process.exit(1);
  sectionOf(values.newer ? newer! : process.execPath, positionals);
} else {
  const nodes = [process.execPath, ...(newer === undefined ? [] : [newer])];
  const sections = nodes.map((node) => sectionOf(node, names));
  const [cpu] = cpus();
  const page = `# Results

Written by \`pnpm bench\` on ${cpus().length} cores of ${cpu!.model}. Medians of ${values.repeats} repeats, all contenders of a table in one
run, interleaved; the same weights and data, first costs compared. "PyTorch / nabla" and the like are the best time of
each peer over the best of nabla. Machines differ, and this one is shared: only ratios count.
[REASONS](REASONS.md) says why figures are as they are, and what would change them.

${Object.entries(works)
  .map(([work, what]) => `- ${work}: ${what}`)
  .join("\n")}

${sections.join("\n")}`;
  writeFileSync(path.join(here, "RESULTS.md"), page);
}
