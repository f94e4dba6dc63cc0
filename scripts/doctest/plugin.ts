// Gives vitest the module "virtual:examples": a list of all examples, each of which it can run.

import type { Plugin } from "vitest/config";
import { type Example, findExamples } from "./examples.ts";
import { checkedModule, type PublicName, publicNames } from "./module.ts";

const list = "virtual:examples";

export function doctest(root: string): Plugin {
  let names: PublicName[];
  const examples = new Map<string, Example>();
  return {
    name: "doctest",
    resolveId: (id) => (id === list ? `\0${list}` : examples.has(id) ? id : null),
    load(id) {
      if (id === `\0${list}`) {
        names = publicNames(root);
        examples.clear();
        for (const example of findExamples(root)) examples.set(moduleId(root, example), example);
        const rows = [...examples].map(([path, { file, line, runs }]) => {
          const place = JSON.stringify(`${file}:${line}`);
          return `{ place: ${place}, runs: ${runs}, run: () => import(${JSON.stringify(path)}) }`;
        });
        return `export const examples = [${rows.join(",\n")}];`;
      }
      const example = examples.get(id);
      return example && checkedModule(example, names);
    },
  };
}

/** A path beside the example's file, so that stack traces lead there. */
function moduleId(root: string, { file, line }: Example): string {
  return `${root}/${file}.${line}.example.ts`;
}
