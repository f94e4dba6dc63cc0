// What each command says of itself names all that it takes.
import { expect, test } from "vitest";
import * as compare from "../src/compare/compare-options.ts";
import * as evaluate from "../src/evaluate/evaluate-command.ts";
import * as explain from "../src/explain/explain-options.ts";
import * as train from "../src/train-options.ts";
import { messageOf } from "./idx-bytes.ts";

test.each([
  ["train", train.help, train.parseOptions],
  ["evaluate", evaluate.help, evaluate.parseEvaluate],
  ["explain", explain.help, explain.parseOptions],
  ["compare", compare.help, compare.parseOptions],
] as const)("the help of %s has a line for each option", (_, help, parse) => {
  // What is no option is answered with all that are.
  const options = messageOf(() => parse(["--no-such-option"])).match(/--[a-z][a-z-]*/g) ?? [];
  expect(options.length).toBeGreaterThan(2);
  const silent = options.slice(1).filter((name) => !new RegExp(`^  ${name}\\b`, "m").test(help));
  expect(silent, "have no line in the help").toEqual([]);
});
