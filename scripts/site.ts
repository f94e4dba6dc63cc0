/**
 * `pnpm site [FOLDER]`: the page, the playground, the webcam page, the guide and the other documents, and the reference
 * where `pnpm run docs` has made it, as one folder that any static host serves from any path. Links are
 * followed: one that leads nowhere is an error.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { globSync } from "tinyglobby";
import { buildWebcam } from "../examples/webcam/build.ts";
import { buildPage } from "../packages/mnist-demo/page/page-command.ts";
import { contents } from "../packages/mnist-demo/page/src/chapters/contents.ts";
import { buildPlayground } from "../packages/playground/page/build.ts";
import { documentOf, pageOf, slug } from "./site/document.ts";

const root = path.resolve(import.meta.dirname, "..");
const out = path.resolve(process.argv[2] ?? path.join(root, "dist-site"));
const reference = "docs/reference";

await buildPage(out);
await buildPlayground(path.join(out, "playground"));
await buildWebcam(path.join(out, "webcam"), ["@nabla/source"]);
// Everything below is made here; nothing of a site before stays.
rmSync(path.join(out, "docs"), { recursive: true, force: true });
rmSync(path.join(out, "reference"), { recursive: true, force: true });

const documents = globSync(["docs/*.md", "docs/guide/*.md"], { cwd: root });
for (const file of documents) {
  const text = readFileSync(path.join(root, file), "utf8");
  const { html, files } = documentOf(text, file, (target) => documents.includes(target), placeOf);
  write(pageOf(file), html);
  for (const shown of files) write(shown, readFileSync(path.join(root, shown)));
}
write("docs/style.css", readFileSync(path.join(root, "scripts/site/style.css")));
const hasReference = existsSync(path.join(root, reference, "index.html"));
if (hasReference) {
  cpSync(path.join(root, reference), path.join(out, "reference"), { recursive: true });
}
linkFromPage();
linkFromWebcam();
const pages = [
  "index.html",
  "playground/index.html",
  "webcam/index.html",
  ...documents.map(pageOf),
];
const broken = pages.flatMap(brokenLinks);
for (const { id, guide } of contents) {
  const page = `docs/guide/${guide}.html`;
  if (!existsSync(path.join(out, page))) broken.push(`index.html#${id}: ${page} leads nowhere`);
}
if (broken.length > 0) {
  console.error(broken.join("\n"));
  process.exitCode = 1;
} else {
  const parts = ["the page", "the playground", "the webcam page", `${documents.length} documents`];
  console.log(`built: ${out}: ${parts.join(", ")}${hasReference ? ", the reference" : ""}`);
}

function write(file: string, content: string | Uint8Array): void {
  const target = path.join(out, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, content);
}

/** Links to a chapter's section in docs/page.md lead to the chapter on the page. */
function placeOf(file: string, heading: string): string | undefined {
  if (file !== "docs/page.md") return undefined;
  const chapter = contents.find(({ title }) => slug(title("2")) === heading);
  return chapter && `index.html#${chapter.id}`;
}

/** The page by itself has nothing beside it; here it links to the rest, and its chapters to the guide. */
function linkFromPage(): void {
  const page = readFileSync(path.join(out, "index.html"), "utf8");
  const links = [
    `<a href="docs/guide/index.html">The guide: the same story in code</a>`,
    `<a href="playground/index.html">The playground: code of your own</a>`,
    `<a href="webcam/index.html">Teach a network what your camera sees</a>`,
    ...(hasReference ? [`<a href="reference/index.html">Reference</a>`] : []),
  ];
  const head = `<meta name="guide" content="docs/guide/" />\n  </head>`;
  const footer = `<footer>\n      <p>${links.join(" · ")}</p>`;
  write("index.html", page.replace("</head>", head).replace("<footer>", footer));
}

/** So has the webcam page. */
function linkFromWebcam(): void {
  const page = readFileSync(path.join(out, "webcam/index.html"), "utf8");
  const nav = `<nav aria-label="Site">
        <a href="../index.html">How a network learns</a>
        <a href="../docs/guide/index.html">Guide</a>
        <a href="../playground/index.html">Playground</a>
      </nav>`;
  write("webcam/index.html", page.replace("<header>", `<header>\n      ${nav}`));
}

/** Links of a page to files that the site does not have, and to headings that a page does not have. */
function brokenLinks(page: string): string[] {
  const html = readFileSync(path.join(out, page), "utf8");
  return [...html.matchAll(/(?:href|src)="([^"]*)"/g)]
    .map(([, href]) => href!)
    .filter((href) => !/^(https?:|data:)/.test(href))
    .filter((href) => {
      const [file, fragment] = href.split("#") as [string, string?];
      const target = file === "" ? page : path.join(path.dirname(page), file);
      if (!existsSync(path.join(out, target))) return true;
      if (!fragment || !target.endsWith(".html")) return false;
      // A program, which the playground opens.
      if (target === "playground/index.html") return !fragment.startsWith("program=");
      return !readFileSync(path.join(out, target), "utf8").includes(`id="${fragment}"`);
    })
    .map((href) => `${page}: ${href} leads nowhere`);
}
