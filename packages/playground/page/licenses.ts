// The licences of what workers are bundled from. (Vite writes those of the page itself.)
import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Plugin } from "vite";

interface Description {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly repository: { readonly url: string };
}

/** What packages hold of others. */
const inside: Readonly<Record<string, string>> = {
  "@viz-js/viz":
    "It holds Graphviz (https://graphviz.org/license/) and Expat (https://libexpat.github.io), under their own licences.",
};

/** Folders of packages that workers hold, from the last build. */
const folders = new Set<string>();

/** Notes which packages a worker is made of. */
export function notedLicenses(): Plugin {
  return {
    name: "noted-licenses",
    generateBundle() {
      for (const id of this.getModuleIds()) {
        const [folder] = /^.*\/node_modules\/(@[^/]+\/)?[^/]+(?=\/)/.exec(id) ?? [];
        if (folder && !folder.includes("\0")) folders.add(folder);
      }
    },
  };
}

/** Adds their licences to a file that has others. */
export function appendLicenses(file: string): void {
  const known = readFileSync(file, "utf8");
  for (const folder of [...folders].sort()) {
    const { name, version, license, repository } = JSON.parse(
      readFileSync(path.join(folder, "package.json"), "utf8"),
    ) as Description;
    const heading = `## ${name} - ${version} (${license})`;
    if (known.includes(`${heading}\n`)) continue;
    const texts = readdirSync(folder)
      .filter((one) => /^(licen[cs]e|copying|notice|thirdpartynotice)/i.test(one))
      .map((one) => readFileSync(path.join(folder, one), "utf8").trim());
    if (texts.length === 0) texts.push(`Its text: ${repository.url}.`);
    if (inside[name]) texts.push(inside[name]);
    appendFileSync(file, `\n${[heading, ...texts].join("\n\n")}\n`);
  }
}
