// Numbers in words: few digits, one minus sign, and the names of neurons, weights and biases.
import type { Place } from "./inspection.ts";
import type { ComponentLook } from "./knobs.ts";

const minus = "−";

/** A number with its sign: "+0.213", "−0.0042", "0"; two significant digits where it is small. */
export function signed(value: number): string {
  if (value === 0) return "0";
  return `${value < 0 ? minus : "+"}${magnitude(Math.abs(value))}`;
}

/** A number, with a minus sign where it is negative: "0.213", "−1.62". */
export function plain(value: number, digits = 3): string {
  const text = Math.abs(value).toFixed(digits);
  return value < 0 && Number(text) !== 0 ? `${minus}${text}` : text;
}

function magnitude(size: number): string {
  if (size >= 0.1) return size.toFixed(3);
  if (size >= 1e-5) return String(Number(size.toPrecision(2)));
  return size.toExponential(0);
}

/** A number in thousandths, to two digits, with its sign: "+13" is 0.013, "−0.43" is −0.00043. */
export function thousandths(value: number): string {
  const rounded = Number((1000 * Math.abs(value)).toPrecision(2));
  return rounded === 0 ? "0" : `${value < 0 ? minus : "+"}${rounded}`;
}

/** How many times as much one number is as another: "33 times as much". */
export function times(ratio: number): string {
  if (!(ratio <= 1000)) return "over 1,000 times as much";
  return `${ratio < 10 ? ratio.toFixed(1) : Math.round(ratio)} times as much`;
}

/** How well two numbers that should be equal agree, beside the size of what they are of. */
export function agreement(difference: number, size: number): string {
  if (difference === 0) return "identical";
  const digits = Math.floor(Math.log10(size / difference));
  return digits >= 1 ? `equal to ${digits} digits` : `${difference.toPrecision(2)} apart`;
}

/** What a neuron is called; `layers` is how many layers of neurons there are. */
export function neuronName({ layer, index }: Place, layers: number): string {
  return layer === layers - 1 ? `output ${index}` : `hidden layer ${layer + 1}, neuron ${index}`;
}

/** What a weight or bias is called, by the neurons that it belongs to: "weight hidden 2 #4 → output 2". */
export function componentName(
  { kind, row, column, layer }: Pick<ComponentLook, "kind" | "row" | "column" | "layer">,
  layers: number,
): string {
  const short = (of: number, index: number): string =>
    of === layers - 1 ? `output ${index}` : `hidden ${of + 1} #${index}`;
  const neuron = short(layer, column!);
  if (kind === "bias") return `bias ${neuron}`;
  const from = layer > 0 ? short(layer - 1, row!) : `pixel ${Math.floor(row! / 28)}, ${row! % 28}`;
  return `weight ${from} → ${neuron}`;
}

export function capitalized(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}`;
}
