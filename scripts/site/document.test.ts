// What becomes of Markdown on the site.
import { expect, test } from "vitest";
import { askedIn } from "../../packages/playground/page/src/program-link.ts";
import { documentOf, pageOf } from "./document.ts";

const known = new Set(["docs/guide/README.md", "docs/guide/2-cost.md", "docs/loops.md"]);
const htmlOf = (text: string) =>
  documentOf(text, "docs/guide/2-cost.md", (file) => known.has(file));

test("links between documents lead to their pages, and others into the repository to nowhere", () => {
  const { html, title, files } = htmlOf(
    "# The `cost`\n\n[loops](../loops.md#in-two), [all](README.md), [code](../../src/a.ts), [web](https://a.b)\n\n![map](map.svg)",
  );
  expect(title).toBe("The `cost`");
  expect(html).toContain('<h1 id="the-cost">The <code>cost</code></h1>');
  expect(html).toContain(
    '<a href="../loops.html#in-two">loops</a>, <a href="index.html">all</a>, code',
  );
  expect(html).toContain('<a href="https://a.b">web</a>');
  expect(html).toContain('href="../../docs/style.css"');
  expect(files).toEqual(["docs/guide/map.svg"]);
});

test("a heading may have another place on the site", () => {
  const placeOf = (file: string, heading: string) =>
    file === "docs/loops.md" && heading === "in-two" ? "index.html#two" : undefined;
  const text = "[two](../loops.md#in-two), [three](../loops.md#in-three)";
  const { html } = documentOf(text, "docs/guide/2-cost.md", (file) => known.has(file), placeOf);
  expect(html).toContain(
    '<a href="../../index.html#two">two</a>, <a href="../loops.html#in-three">three</a>',
  );
});

test("tables are tables, and code is what it says", () => {
  const { html } = htmlOf("| a | b |\n|---|---|\n| 1 | 2 |\n\n```ts\nf<T>(x) // => 1\n```");
  expect(html).toMatch(/<table>[^]*<td>2<\/td>/);
  expect(html).toContain("f&lt;T&gt;(x) // =&gt; 1");
});

test("a program has a link that opens it in the playground, where its values are written", async () => {
  const program =
    'import { tensor } from "@nabla/autograd";\n\nconst x = tensor(1);\nx.itemSync(); // => 1';
  const elsewhere = 'import { readFileSync } from "node:fs";\nreadFileSync("a");';
  const { html } = htmlOf(
    [program, elsewhere].map((code) => `\`\`\`ts\n${code}\n\`\`\``).join("\n\n") +
      '\n\n```ts no-run\nimport { tensor } from "@nabla/autograd";\n```',
  );
  const links = [...html.matchAll(/href="\.\.\/\.\.\/playground\/index\.html(#[^"]*)"/g)];
  expect(links).toHaveLength(1);
  expect(await askedIn(links[0]![1]!)).toEqual({
    kind: "program",
    text: `${program.replace("x.itemSync();", "console.log(x.itemSync());")}\n`,
  });
});

test("a README is the index of its folder", () => {
  expect(pageOf("docs/guide/README.md")).toBe("docs/guide/index.html");
  expect(pageOf("docs/loops.md")).toBe("docs/loops.html");
});
