import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { textMutations } from "./texts.ts";

test("each change of a text finds its text, once", () => {
  const sources = new URL("../../packages/autograd/src/", import.meta.url);
  const faults = Object.values(textMutations).flatMap(({ file, from }) => {
    const count = readFileSync(new URL(file, sources), "utf8").split(from).length - 1;
    return count === 1 ? [] : [`${file}: ${count} times: ${from}`];
  });
  expect(faults).toEqual([]);
});
