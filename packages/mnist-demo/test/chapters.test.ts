// The page's list of chapters, and what else has to know of one.
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { contents } from "../page/src/chapters/contents.ts";

const root = new URL("../../../", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

test("docs/page.md tells of the chapters, in their order", () => {
  const [, told] = /^## Chapters\n([^]*?)^## /m.exec(read("docs/page.md"))!;
  const headings = [...told!.matchAll(/^### (.*)$/gm)].map(([, heading]) => heading);
  // The last one is of the curves below.
  expect(headings.slice(0, -1)).toEqual(contents.map(({ title }) => title("2")));
});

describe.each(contents)("the chapter $id", ({ id, guide }) => {
  test("is driven by a test of test/page/chapters.ts", () => {
    expect(read("packages/mnist-demo/test/page/chapters.ts")).toContain(`the.show("${id}")`);
  });

  test("leads to a page of the guide", () => {
    const page = guide === "index" ? "README" : guide;
    expect(existsSync(new URL(`docs/guide/${page}.md`, root))).toBe(true);
  });
});
