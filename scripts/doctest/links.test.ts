// What documentation points to is there: files, pictures, and headings within files.

import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { globSync } from "tinyglobby";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..");
const documents = [
  "*.md",
  "docs/**/*.md",
  "examples/**/*.md",
  "packages/*/*.md",
  "benchmarks/*.md",
];

/** As GitHub names the anchors of headings. */
function anchorsOf(file: string): string[] {
  const headings = [...readFileSync(file, "utf8").matchAll(/^#+ (.*)$/gm)];
  return headings.map(([, text]) =>
    text!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}

/** Links and pictures outside code, which lead neither elsewhere nor to the same page's top. */
function linksIn(text: string): string[] {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, "").replace(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => target!)
    .filter((target) => !/^[a-z]+:/.test(target));
}

test("links in documentation lead to files and headings that are there", () => {
  const files = globSync(documents, { cwd: root, ignore: ["**/node_modules/**"] });
  expect(files.length).toBeGreaterThan(10);
  const broken = files.flatMap((file) =>
    linksIn(readFileSync(join(root, file), "utf8"))
      .filter((target) => {
        const [path, anchor] = target.split("#");
        const place = path === "" ? join(root, file) : join(root, dirname(file), path!);
        if (!existsSync(place)) return true;
        return anchor !== undefined && place.endsWith(".md") && !anchorsOf(place).includes(anchor);
      })
      .map((target) => `${file}: ${target}`),
  );
  expect(broken).toEqual([]);
});
