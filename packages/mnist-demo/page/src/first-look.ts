// What the page shows before its script has run, as text in the page: the usual network as it
// starts, and the first test digit.
import { searchOf, sourceIn } from "./address.ts";
import { type Choices, usualChoices } from "./choices.ts";
import type { Look } from "./inspection.ts";

/** The element of the page that has it. */
export const firstLookId = "first-look";

/** Digits of each number that are kept: the picture has fewer. */
const digits = 4;

export function firstLookText(look: Look): string {
  const short = (_: string, value: unknown): unknown =>
    typeof value === "number" ? Number(value.toPrecision(digits)) : value;
  return JSON.stringify({ ...look, pixels: Array.from(look.pixels) }, short);
}

/** The look in a page's text; undefined where there is none, or the page begins with others. */
export function firstLookIn(text: string | null | undefined, choices: Choices, search: string) {
  const isUsual = searchOf(choices, sourceIn(search), usualChoices) === "";
  if (!text || !isUsual) return undefined;
  const look = JSON.parse(text) as Omit<Look, "pixels"> & { readonly pixels: readonly number[] };
  return { ...look, pixels: Uint8Array.from(look.pixels) } satisfies Look;
}
