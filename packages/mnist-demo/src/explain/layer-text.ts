// A layer's neurons in words and bars.

import { type BarOptions, bars } from "../sections/bars.ts";
import type { Terminal } from "../terminal.ts";

/** More neurons of a layer than these are not listed. */
const mostListed = 40;

/** A bar for each neuron of a layer, as far as they are listed. */
export function neuronBars(
  values: readonly number[],
  kind: BarOptions["kind"],
  terminal: Terminal,
): string[] {
  const figures = values.slice(0, mostListed).map((value, i) => ({ label: String(i), value }));
  const rest = values.length - figures.length;
  const more = rest > 0 ? [`… and ${rest} more`] : [];
  return [...bars(figures, { kind, longest: 20 }, terminal), ...more];
}

/** "hidden layer 1", "the outputs". */
export function layerName(l: number, count: number): string {
  return l === count - 1 ? "the outputs" : `hidden layer ${l + 1}`;
}
