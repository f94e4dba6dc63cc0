// Finds the code examples that readers see: the ```ts blocks of Markdown files, and the examples
// of docstrings (`@example` bodies and ```ts blocks). It neither runs nor changes them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Comment, parseSync } from "oxc-parser";
import { globSync } from "tinyglobby";

export type Example = {
  /** Path from the repository's root, with forward slashes. */
  readonly file: string;
  /** Line of the file on which the code starts, from 1. */
  readonly line: number;
  readonly code: string;
  /** False for a block marked "```ts no-run": it is type-checked, not run. */
  readonly runs: boolean;
};

/** Where readers find examples. */
export const documents: readonly string[] = [
  "*.md",
  "docs/**/*.md",
  "examples/*/README.md",
  "packages/*/*.md",
  "packages/*/src/**/*.ts",
];

/** All examples of the repository, in the order of their files. */
export function findExamples(root: string): Example[] {
  const files = globSync([...documents], { cwd: root, ignore: ["**/node_modules"] }).sort();
  return files.flatMap((file) => examplesIn(file, readFileSync(join(root, file), "utf8")));
}

/** The examples of one file: of Markdown if its name ends in .md, else of TypeScript. */
export function examplesIn(file: string, text: string): Example[] {
  if (file.endsWith(".md")) return fencedBlocks(file, text.split("\n"), 1);
  const { comments } = parseSync(file, text);
  return comments
    .filter((comment) => comment.type === "Block" && comment.value.startsWith("*"))
    .flatMap((comment) => docstringExamples(file, text, comment));
}

function docstringExamples(file: string, text: string, comment: Comment): Example[] {
  const firstLine = lineAt(text, comment.start);
  const lines = comment.value.split("\n").map((line) => line.replace(/^\s*\*? ?/, ""));
  return [...fencedBlocks(file, lines, firstLine), ...unfencedBodies(file, lines, firstLine)];
}

function fencedBlocks(file: string, lines: readonly string[], firstLine: number): Example[] {
  const found: Example[] = [];
  for (let i = 0; i < lines.length; i++) {
    const [, indent, language] = /^(\s*)```(.*)$/.exec(lines[i]!) ?? [];
    if (indent === undefined || language === undefined) continue;
    const start = i + 1;
    do i++;
    while (i < lines.length && lines[i]!.trim() !== "```");
    const words = language.trim().split(/\s+/);
    if (words[0] !== "ts") continue;
    const code = lines.slice(start, i).map((line) => line.slice(indent.length));
    found.push({
      file,
      line: firstLine + start,
      code: code.join("\n"),
      runs: !words.includes("no-run"),
    });
  }
  return found;
}

/** The bodies of `@example` tags that hold bare code; a body with a fence is a fenced block. */
function unfencedBodies(file: string, lines: readonly string[], firstLine: number): Example[] {
  const found: Example[] = [];
  lines.forEach((line, i) => {
    if (!/^@example\b/.test(line)) return;
    const rest = lines.slice(i + 1);
    const nextTag = rest.findIndex((later) => /^@\w/.test(later));
    const body = rest.slice(0, nextTag < 0 ? rest.length : nextTag);
    if (body.some((later) => later.startsWith("```"))) return;
    const code = body.join("\n").trimEnd();
    if (code === "") {
      throw new Error(
        `${file}:${firstLine + i}: the @example is empty; its code starts on the next line`,
      );
    }
    found.push({ file, line: firstLine + i + 1, code, runs: true });
  });
  return found;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}
