// The folder that the page is built into: only what a build has made is ever deleted.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { rebuild } from "../page/built-folder.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "nabla-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, text = name): void => {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
};
const building = (...names: string[]) =>
  rebuild(folder, async () => {
    for (const name of names) write(name);
  });
const files = (): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();

test("a build takes the place of the one before", async () => {
  await building("index.html", "assets/a-1.js");
  await building("index.html", "assets/a-2.js");
  expect(files()).toEqual(["assets/a-2.js", "index.html"]);
});

test("a folder with files of somebody else's is refused, and left as it is", async () => {
  write("thesis.txt", "mine");
  await expect(building("index.html")).rejects.toThrow(
    `--out: ${JSON.stringify(folder)} has files that this command did not make`,
  );
  expect(files()).toEqual(["thesis.txt"]);
  expect(readFileSync(path.join(folder, "thesis.txt"), "utf8")).toBe("mine");
});

test("what somebody has put into a built folder stays", async () => {
  await building("index.html", "assets/a.js");
  write("assets/mine.txt");
  write("CNAME");
  await building("index.html", "assets/b.js");
  await building("index.html");
  expect(files()).toEqual(["CNAME", "assets/mine.txt", "index.html"]);
});

test("a list that names files elsewhere deletes nothing", async () => {
  for (const list of ['["../x"]', '["/etc/x"]', "{}", '["a", 1]']) {
    write("a");
    write(".nabla-page.json", list);
    await expect(building("index.html")).rejects.toThrow("is not a list of files in the folder");
    expect(files()).toEqual(["a"]);
  }
});
