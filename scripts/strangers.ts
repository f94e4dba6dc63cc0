/**
 * Runs the projects under strangers/ as people outside the repository would: copies of them in a fresh
 * folder, on the packages that npm installs from their tarballs.
 */
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, styleText } from "node:util";

const root = new URL("..", import.meta.url).pathname;
const all = readdirSync(join(root, "strangers"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { help: { type: "boolean", short: "h" }, keep: { type: "boolean" } },
});
if (values.help) {
  console.log(`Usage: strangers [project…] [--keep]

Builds and packs the packages, and runs the projects (all when none is named) on the tarballs.

  --keep   leaves the folder of the copies where it is, and says where

Projects: ${all.join(", ")}`);
  process.exit(0);
}
const unknown = positionals.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`strangers: no project ${unknown.join(", ")}; there are ${all.join(", ")}`);
  process.exit(2);
}

interface Outcome {
  readonly isRight: boolean;
  readonly output: string;
}

/** Runs a command in a folder; its output, and whether it went well. */
function run(folder: string, command: string, ...args: string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    execFile(command, args, { cwd: folder, maxBuffer: 2 ** 27 }, (error, stdout, stderr) => {
      resolve({ isRight: error === null, output: `${stdout}${stderr}`.trim() });
    });
  });
}

/** As `run`, and stops where it does not go well. */
async function must(folder: string, command: string, ...args: string[]): Promise<void> {
  const { isRight, output } = await run(folder, command, ...args);
  if (!isRight) throw new Error(`${command} ${args.join(" ")}\n${output}`);
}

/** So many projects at a time: they wait for npm most of the time. */
const lanes = 2;

const folder = mkdtempSync(join(tmpdir(), "nabla-strangers-"));
let failures = 0;
try {
  const pnpm = ["--yes", "pnpm@12"];
  for (const name of readdirSync(join(root, "packages"))) {
    rmSync(join(root, "packages", name, "dist"), { recursive: true, force: true });
  }
  await must(root, "npx", ...pnpm, "build");
  const published = ["--filter", "./packages/*", "--filter", "!@nabla/playground"];
  const each = ["--recursive", ...published, "exec"];
  await must(root, "npx", ...pnpm, ...each, "pnpm", "pack", "--pack-destination", folder);
  const tarballs = readdirSync(folder).map((name) => `../${name}`);

  const waiting = positionals.length > 0 ? [...positionals] : [...all];
  const lane = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const project = join(folder, name);
      const start = performance.now();
      cpSync(join(root, "strangers", name), project, { recursive: true });
      const install = await run(project, "npm", "install", "--no-audit", "--no-fund", ...tarballs);
      const test = install.isRight ? await run(project, "npm", "test", "--silent") : install;
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      if (!test.isRight) failures++;
      const mark = test.isRight ? styleText("green", "ok") : styleText("red", "failed");
      console.log(`${mark} ${name} (${seconds} s)`);
      console.log(test.output.replace(/^/gm, "   "));
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
} finally {
  if (values.keep) console.log(`kept: ${folder}`);
  else rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;
