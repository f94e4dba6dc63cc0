// A copy of the repository, its changes included, in which recipes are followed.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
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
    this.#git(this.path, "add", "--all", "packages", "docs");
    return this.#git(this.path, "diff", "--cached", "-U1", "--", "packages", "docs").replace(
      /^(diff --git|index|new file mode) .*\n/gm,
      "",
    );
  }

  keep(): void {
    this.#git(this.path, "commit", "--quiet", "--all", "--no-verify", "--message", "recipe");
  }

  restore(): void {
    this.#git(this.path, "reset", "--quiet", "--hard");
    this.#git(this.path, "clean", "--quiet", "--force", "-d", "packages", "docs");
  }

  /** The output of a command that fails; undefined if none does. What needs nothing of another runs beside it. */
  async firstFailure(tests: readonly string[]): Promise<string | undefined> {
    const node = ["node", "--conditions=@nabla/source", "--import", "tsx"];
    const without = this.#withoutFile(tests);
    if (without.length > 0) return `no test file's path contains ${without.join(", or ")}`;
    // Types have been checked, and the reference is an oracle in these tests.
    const vitest = ["npx", "vitest", "run", "--project=wasm", "--project=processes"];
    const series = [
      [
        [...node, "scripts/doctest/write.ts"],
        ["npx", "tsc", "--noEmit"],
        ["npx", "tsc", "--noEmit", "-p", "packages/mnist-demo/page"],
      ],
      [
        [...node, "scripts/operations.ts"],
        ["npx", "biome", "check"],
      ],
      [[...vitest, "--typecheck.enabled=false", ...tests]],
    ];
    const results = await Promise.all(
      series.map(async (commands) => {
        for (const command of commands) {
          const output = await this.#failureOf(command);
          if (output !== undefined) return output;
        }
        return undefined;
      }),
    );
    return results.find((output) => output !== undefined);
  }

  /** The filters that no test file matches: Vitest complains only where none of all does. */
  #withoutFile(tests: readonly string[]): readonly string[] {
    const listed = ["ls-files", "--cached", "--others", "--exclude-standard", "*.test.ts"];
    const files = this.#git(this.path, ...listed).split("\n");
    return tests.filter((filter) => !files.some((file) => file.includes(filter)));
  }

  /** What a command says if it fails. */
  async #failureOf([file, ...args]: readonly string[]): Promise<string | undefined> {
    const env = { ...process.env, CI: "true", NO_COLOR: "1" };
    const child = spawn(file!, args, { cwd: this.path, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = `${[file, ...args].join(" ")}\n`;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    const [status] = await once(child, "close");
    return status === 0 ? undefined : output;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
    this.#git(root, "worktree", "prune");
  }
}
