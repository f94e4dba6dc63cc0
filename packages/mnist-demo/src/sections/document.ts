// Figures as one file that opens anywhere: an HTML page with the text beside them, or an SVG image
// with one under the other. Observable Plot draws; linkedom stands for the document that Plot
// writes into.

import { writeFile } from "node:fs/promises";
import { NablaError } from "@nabla/autograd";
import type { Section, SectionFigure } from "./section.ts";

/** Where to write what, if anywhere. */
export interface Files {
  readonly html: string | undefined;
  readonly svg: string | undefined;
}

/**
 * Writes the files that are asked for, and says which. Throws `NablaError` where that cannot be
 * done.
 */
export async function writeFiles(
  title: string,
  sections: readonly Section[],
  { html, svg }: Files,
): Promise<readonly string[]> {
  const wanted = [
    ["--html", html, htmlOf],
    ["--svg", svg, svgOf],
  ] as const;
  const written: string[] = [];
  for (const [option, path, make] of wanted) {
    if (path === undefined) continue;
    const text = await make(title, sections);
    try {
      await writeFile(path, text);
    } catch (error) {
      throw new NablaError(`${option}: ${JSON.stringify(path)}: ${(error as Error).message}`);
    }
    written.push(path);
  }
  return written;
}

/** What we need of an SVG element: the types of the DOM are not among ours. */
interface Element {
  readonly outerHTML: string;
  getAttribute(name: string): string | null;
  setAttribute(name: string, value: string): void;
}

interface Drawn {
  readonly caption: string;
  readonly width: number;
  readonly height: number;
  readonly element: Element;
}

async function drawn(figures: readonly SectionFigure[]): Promise<readonly Drawn[]> {
  const [plot, { parseHTML }] = await Promise.all([
    import("@observablehq/plot"),
    import("linkedom"),
  ]);
  const { document } = parseHTML("<html><body></body></html>");
  return figures.map(({ caption, options }) => {
    const element: Element = plot.plot({ ...options(plot), document, figure: false });
    element.setAttribute("xmlns", "http://www.w3.org/2000/svg");
    element.setAttribute("role", "img");
    element.setAttribute("aria-label", caption);
    const [width, height] = ["width", "height"].map((name) => Number(element.getAttribute(name)));
    return { caption, width: width!, height: height!, element };
  });
}

/** A terminal as wide as a page's text, without colours. */
const paper = { isLive: false, columns: 90, colors: "none" } as const;

export async function htmlOf(title: string, sections: readonly Section[]): Promise<string> {
  const parts: string[] = [];
  for (const [i, { title: heading, text, figures }] of sections.entries()) {
    const pictures = (await drawn(figures)).map(
      ({ caption, element }) =>
        `<figure>${short(element.outerHTML)}<figcaption>${escaped(caption)}</figcaption></figure>`,
    );
    const lines = escaped(text(paper).join("\n"));
    parts.push(
      `<section><h2>${i + 1}. ${escaped(heading)}</h2>`,
      `<div class="figures">${pictures.join("\n")}</div><pre>${lines}</pre></section>`,
    );
  }
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title>
<style>${style}</style>
<h1>${escaped(title)}</h1>
${parts.join("\n")}
</html>
`;
}

const style = `
body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
  color: #222; background: #fff }
h1, h2 { font-weight: 600; line-height: 1.2 }
section { margin: 3rem 0 }
.figures { display: flex; flex-wrap: wrap; gap: 1rem 2rem }
figure { margin: 0 }
figcaption { font-size: 0.85rem; color: #555 }
svg { max-width: 100%; height: auto }
@media (prefers-color-scheme: dark) {
  body { color: #ddd; background: #16181c }
  figcaption { color: #b4b9c4 }
  svg { background: #fff; color: #222 }
}
pre { overflow-x: auto; font-size: 0.8rem; line-height: 1.35 }
`;

/** Between figures, and for a caption. */
const [gap, captionHeight, titleHeight] = [16, 22, 44];
const widest = 960;
/** About what a character of a caption takes, at 13 pixels. */
const characterWidth = 6.6;

export async function svgOf(title: string, sections: readonly Section[]): Promise<string> {
  const figures = await drawn(sections.flatMap((section) => section.figures));
  const placed: string[] = [];
  let [x, y, rowHeight, right] = [gap, titleHeight, 0, title.length * 11];
  for (const { caption, width: drawnWidth, height, element } of figures) {
    const width = Math.max(drawnWidth, Math.ceil(caption.length * characterWidth));
    if (x + width + gap > widest) [x, y, rowHeight] = [gap, y + rowHeight + gap, 0];
    element.setAttribute("x", String(x));
    element.setAttribute("y", String(y + captionHeight));
    placed.push(
      `<text x="${x}" y="${y + 14}" font-size="13">${escaped(caption)}</text>`,
      short(element.outerHTML),
    );
    [x, rowHeight] = [x + width + gap, Math.max(rowHeight, height + captionHeight)];
    right = Math.max(right, Math.ceil(x));
  }
  const [sheet, height] = [Math.min(right, widest), y + rowHeight + gap];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${sheet}" height="${height}" viewBox="0 0 ${sheet} ${height}" font-family="system-ui, sans-serif">
<title>${escaped(title)}</title>
<rect width="${sheet}" height="${height}" fill="#fff"/>
<text x="${gap}" y="28" font-size="18" font-weight="600">${escaped(title)}</text>
${placed.join("\n")}
</svg>
`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Places to a hundredth of a pixel; the text stays as it is. */
function short(svg: string): string {
  return svg.replace(/="[^"]*"/g, (attribute) => attribute.replace(/(\.\d\d)\d+/g, "$1"));
}
