// The recipes of CONTRIBUTING.md: what they promise, and that their diffs still apply. `pnpm recipes` follows
// them to the end.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { counted, promised, recipesIn } from "./guide.ts";

const root = join(import.meta.dirname, "../..");
const text = readFileSync(join(root, "CONTRIBUTING.md"), "utf8");
const recipes = recipesIn(text);

test("each row of the table has a recipe", () => {
  const rows = text.match(/^\| \[.*?\]\(#add-/gm) ?? [];
  expect(recipes).toHaveLength(rows.length);
});

describe.each(recipes)("$title", (recipe) => {
  test("touches as many files as the table says", () => {
    expect(counted(recipe.diff)).toEqual(promised(text, recipe));
  });

  test("has a diff that applies", () => {
    const options = { cwd: root, input: recipe.diff, encoding: "utf8" } as const;
    const { stderr } = spawnSync("git", ["apply", "-C1", "--check", "-"], options);
    expect(
      stderr,
      "the lines beside a change are others now: write them into CONTRIBUTING.md",
    ).toBe("");
  });
});
