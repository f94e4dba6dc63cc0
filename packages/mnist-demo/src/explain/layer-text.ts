// A layer's neurons in words and bars.

import type { Component, LayerNudges } from "@nabla/nn";
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

/** "weight: pixel 408 → hidden 1 #8", "bias: output 3". */
export function componentName(
  { name, parameter, index }: Component,
  layers: readonly LayerNudges[],
): string {
  const l = layers.findIndex(({ layer }) => layer.weight === parameter || layer.bias === parameter);
  if (l < 0) return name;
  const neuron = (layer: number, i: number) => {
    if (layer < 0) return `pixel ${i}`;
    return layer === layers.length - 1 ? `output ${i}` : `hidden ${layer + 1} #${i}`;
  };
  const to = neuron(l, index.at(-1)!);
  return layers[l]!.layer.weight === parameter
    ? `weight: ${neuron(l - 1, index[0]!)} → ${to}`
    : `bias: ${to}`;
}

/** "hidden layer 1", "the outputs". */
export function layerName(l: number, count: number): string {
  return l === count - 1 ? "the outputs" : `hidden layer ${l + 1}`;
}
