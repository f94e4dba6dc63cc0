// A document in Markdown as a page of the site.
import path from "node:path";
import { micromark } from "micromark";
import { gfmTable, gfmTableHtml } from "micromark-extension-gfm-table";
import { examplesIn } from "../doctest/examples.ts";
import { programLink } from "./program-link.ts";

/** A page of the site, and the other files that it shows or links to. */
export interface Document {
  readonly title: string;
  readonly html: string;
  /** Files of the repository, such as images, by their paths in it. */
  readonly files: readonly string[];
}

/** Where the page of a document is, below the site's folder. */
export function pageOf(file: string): string {
  return file.replace(/README\.md$/, "index.md").replace(/\.md$/, ".html");
}

/**
 * Makes a page of the Markdown text of `file`, a path in the repository. Links to documents of the
 * site lead to their pages; links to other files of the repository, which are not part of the site,
 * become plain text. `placeOf` may give another place of the site for a heading of a document.
 * Programs have a link that opens them in the playground.
 */
export function documentOf(
  text: string,
  file: string,
  isDocument: (file: string) => boolean,
  placeOf: (file: string, heading: string) => string | undefined = () => undefined,
): Document {
  const files: string[] = [];
  const examples = examplesIn(file, text).values();
  const inRepository = (target: string): string =>
    path.posix.normalize(path.posix.join(path.posix.dirname(file), target));
  const body = micromark(text, {
    extensions: [gfmTable()],
    htmlExtensions: [gfmTableHtml()],
  })
    .replaceAll(/<h([1-4])>(.*?)<\/h\1>/g, (_, level, content) => {
      return `<h${level} id="${slug(content)}">${content}</h${level}>`;
    })
    .replaceAll(/<a href="([^"]*)">(.*?)<\/a>/gs, (link: string, href: string, content: string) => {
      if (/^(https?:|#)/.test(href)) return link;
      const [target, fragment = ""] = href.split(/(?=#)/) as [string, string?];
      if (!isDocument(inRepository(target))) return content;
      const place = placeOf(inRepository(target), fragment.slice(1));
      if (place !== undefined) return `<a href="${rootOf(file)}/${place}">${content}</a>`;
      return `<a href="${pageOf(target)}${fragment}">${content}</a>`;
    })
    .replaceAll(/<img src="([^"]*)"/g, (image: string, source: string) => {
      files.push(inRepository(source));
      return image;
    })
    .replaceAll("<table>", '<div class="scroll" tabindex="0"><table>')
    .replaceAll("</table>", "</table></div>")
    .replaceAll(/<pre><code class="language-ts">.*?<\/code><\/pre>/gs, (block) => {
      const link = programLink(examples.next().value!);
      if (link === undefined) return block;
      const address = `${rootOf(file)}/playground/index.html${link}`;
      return `${block}\n<p class="try"><a href="${address}">Open in the playground</a></p>`;
    })
    .replaceAll("<pre>", '<pre tabindex="0">');
  const title = /^# (.*)$/m.exec(text)?.[1] ?? file;
  return { title, html: pageHtml(title, body, file), files };
}

/** What GitHub makes of a heading in an address. */
export function slug(heading: string): string {
  return heading
    .replaceAll(/<[^>]*>|&[a-z]+;/g, "")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-");
}

/** From the page of a file to the site's folder. */
function rootOf(file: string): string {
  return path.posix.relative(path.posix.dirname(file), "") || ".";
}

function pageHtml(title: string, body: string, file: string): string {
  const root = rootOf(file);
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <title>${title.replaceAll("`", "").replaceAll("<", "&lt;")} · nabla</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="${root}/docs/style.css" />
  </head>
  <body>
    <nav aria-label="Site">
      <a href="${root}/index.html">How a network learns</a>
      <a href="${root}/docs/guide/index.html">Guide</a>
      <a href="${root}/playground/index.html">Playground</a>
    </nav>
    <main>
${body}
    </main>
  </body>
</html>
`;
}
