// What has been chosen, as part of the page's address: a link shows the same.
import { type ActivationName, activationNames } from "../../src/training-options.ts";
import type { Choices } from "./choices.ts";
import { exampleCounts } from "./digit-files.ts";
import type { Source } from "./inspection.ts";

/** The digits that can be chosen. */
const thumbnails = 24;

/** The choices that an address names; those that it does not name, or names wrongly, are usual ones. */
export function choicesIn(search: string, usual: Choices): Choices {
  const named = new URLSearchParams(search);
  const take = <Value>(
    name: string,
    fallback: Value,
    read: (text: string) => Value | undefined,
  ) => {
    const text = named.get(name);
    return (text === null ? undefined : read(text)) ?? fallback;
  };
  const within = (least: number, most: number) => (text: string) => {
    const count = Number(text);
    return Number.isSafeInteger(count) && count >= least && count <= most ? count : undefined;
  };
  return {
    hidden: take("hidden", usual.hidden, sizesIn),
    activation: take("activation", usual.activation, (text) =>
      (activationNames as readonly string[]).includes(text) ? (text as ActivationName) : undefined,
    ),
    batchSize: take("batch", usual.batchSize, within(1, 1000)),
    learningRate: take("rate", usual.learningRate, (text) => {
      const rate = Number(text);
      return rate >= 0.001 && rate <= 100 ? rate : undefined;
    }),
    seed: take("seed", usual.seed, within(0, Number.MAX_SAFE_INTEGER)),
    examples: take("examples", usual.examples, (text) =>
      exampleCounts.find((count) => String(count) === text),
    ),
    careful: take("careful", usual.careful, (text) => ({ yes: true, no: false })[text]),
  };
}

/** "16,16"; "none" without hidden layers. */
function sizesIn(text: string): readonly number[] | undefined {
  if (text === "none") return [];
  const sizes = text.split(",").map(Number);
  const isSize = (size: number): boolean => Number.isInteger(size) && size > 0 && size <= 100;
  return sizes.length <= 3 && sizes.every(isSize) ? sizes : undefined;
}

/** The digit that an address names, by its place among the test digits; else the first. */
export function sourceIn(search: string): Source {
  const digit = Number(new URLSearchParams(search).get("digit") ?? 0);
  const from = Number.isInteger(digit) && digit >= 0 && digit < thumbnails ? digit : 0;
  return { kind: "examples", from, count: 1 };
}

/** What an address has to say of choices and a digit, where they are not the usual ones. */
export function searchOf(choices: Choices, source: Source, usual: Choices): string {
  const said = new URLSearchParams();
  const say = (name: string, value: string, usually: string): void => {
    if (value !== usually) said.set(name, value);
  };
  const sizes = ({ hidden }: Choices): string => hidden.join() || "none";
  const answer = ({ careful }: Choices): string => (careful ? "yes" : "no");
  if (source.kind === "examples" && source.from < thumbnails)
    say("digit", String(source.from), "0");
  say("hidden", sizes(choices), sizes(usual));
  say("activation", choices.activation, usual.activation);
  say("batch", String(choices.batchSize), String(usual.batchSize));
  say("rate", String(choices.learningRate), String(usual.learningRate));
  say("seed", String(choices.seed), String(usual.seed));
  say("examples", String(choices.examples), String(usual.examples));
  say("careful", answer(choices), answer(usual));
  const text = said.toString().replaceAll("%2C", ",");
  return text && `?${text}`;
}
