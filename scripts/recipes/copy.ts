// A copy of the repository, its changes included, in which recipes are followed.
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

export class Copy {
  readonly path: string = mkdtempSync(join(tmpdir(), "nabla-recipes-"));

  constructor() {
    const changed = this.#git(root, "stash", "create").trim();
    this.#git(root, "worktree", "add", "--quiet", "--detach", this.path, changed || "HEAD");
    const added = this.#git(root, "ls-files", "--others", "--exclude-standard", "-z");
    for (const file of added.split("\0").filter(Boolean)) {
      cpSync(join(root, file), join(this.path, file));
    }
    // Links of the repository's own packages lead to the copy's, those of others to where they are.
    const packages = readdirSync(join(root, "packages")).map((name) => join("packages", name));
    for (const folder of ["", ...packages]) {
      const modules = join(folder, "node_modules");
      cpSync(join(root, modules), join(this.path, modules), {
        recursive: true,
        verbatimSymlinks: true,
        filter: (source) => !/node_modules\/[.](?!bin)/.test(source),
      });
    }
    symlinkSync(join(root, "node_modules/.pnpm"), join(this.path, "node_modules/.pnpm"));
  }

  #git(folder: string, ...args: readonly string[]): string {
    const named = ["-c", "user.name=recipes", "-c", "user.email=recipes@example.com"];
    return execFileSync("git", [...named, ...args], { cwd: folder, encoding: "utf8" });
  }

  apply(diff: string): void {
    const options = ["apply", "-C1", "-"];
    execFileSync("git", options, {
      cwd: this.path,
      input: diff,
      stdio: ["pipe", "ignore", "inherit"],
    });
  }

  /** What has changed since `keep`, as a diff with one line around each change. */
  changes(): string {
    this.#git(this.path, "add", "--all", "packages");
    return this.#git(this.path, "diff", "--cached", "-U1", "--", "packages").replace(
      /^(diff --git|index|new file mode) .*\n/gm,
      "",
    );
  }

  keep(): void {
    this.#git(this.path, "commit", "--quiet", "--all", "--no-verify", "--message", "recipe");
  }

  restore(): void {
    this.#git(this.path, "reset", "--quiet", "--hard");
    this.#git(this.path, "clean", "--quiet", "--force", "-d", "packages");
  }

  /** The output of the first command that fails; undefined if none does. */
  firstFailure(tests: readonly string[]): string | undefined {
    const node = ["--conditions=@nabla/source", "--import", "tsx"];
    const commands = [
      ["node", ...node, "scripts/operations.ts"],
      ["node", "--import", "tsx", "scripts/doctest/write.ts"],
      ["npx", "tsc", "--noEmit"],
      ["npx", "biome", "check"],
      // Types have been checked, and the reference is an oracle in these tests.
      ["npx", "vitest", "run", ...tests, "--project=wasm", "--typecheck.enabled=false"],
    ];
    for (const [command, ...args] of commands) {
      const { status, stdout, stderr } = spawnSync(command!, args, {
        cwd: this.path,
        encoding: "utf8",
        env: { ...process.env, CI: "true", NO_COLOR: "1" },
      });
      if (status !== 0) return `${command} ${args.join(" ")}\n${stdout}${stderr}`;
    }
    return undefined;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
    this.#git(root, "worktree", "prune");
  }
}
