// The walk, backward: the desired changes of the activations, a neuron's three avenues, and how the
// desires of a layer's neurons add up to those for the previous layer.

import type { LayerNudges } from "@nabla/nn";
import { bars, type Figure, signed, table, wrapped } from "../sections/bars.ts";
import { changeFigure, pictureFigure } from "../sections/figures.ts";
import type { Section } from "../sections/section.ts";
import type { Terminal } from "../terminal.ts";
import { layerName, neuronBars } from "./layer-text.ts";
import type { Walk } from "./walk.ts";

/** A neuron: `layer` counts the dense layers from 1, `index` the layer's neurons from 0. */
export interface NeuronPlace {
  readonly layer: number;
  readonly index: number;
}

export function backwardSections(walk: Walk, place: NeuronPlace): Section[] {
  return [wantsSection(walk), avenuesSection(walk, place), desiresSection(walk)];
}

function wantsSection({ told: { layers }, costName }: Walk): Section {
  const shown = layers
    .map((layer, l) => ({
      title: layerName(l, layers.length),
      values: layer.wantedActivations.arraySync(),
    }))
    .reverse();
  const atOutputs =
    costName === "quadratic"
      ? "for an output 2 (y - a), proportional to its distance from the target"
      : "for an output before the softmax y - a";
  const intro =
    `The desired change of each activation is its negative gradient, -dC/da: ${atOutputs}; ` +
    "for a hidden neuron the sum of what the neurons of the next layer want of it.";
  return {
    title: "The desired changes of the activations, from the outputs backwards",
    text: (terminal) => [
      ...wrapped(intro, terminal),
      ...shown.flatMap(({ title, values }) => [
        "",
        title,
        ...neuronBars(values, "change", terminal),
      ]),
    ],
    figures: shown.map(({ title, values }) => changeFigure(`Desired changes of ${title}`, values)),
  };
}

/** So many weights of a neuron are listed, the ones with the greatest wishes. */
const listed = 5;

function avenuesSection({ told: { layers } }: Walk, { layer: l, index }: NeuronPlace): Section {
  const layer = layers[l - 1]!;
  const neuron = layer.neuron(index);
  const [z, a, wanted, d] = [
    neuron.weightedSum,
    neuron.activation,
    neuron.wantedActivation,
    neuron.wantedSum,
  ].map((x) => x.itemSync()) as [number, number, number, number];
  const before = layer.previousActivations.arraySync();
  const own = column(layer, index);
  const [ofWeights, ofActivations] = [
    neuron.weights.arraySync(),
    neuron.previousActivations.arraySync(),
  ];
  const names = (i: number) => (l === 1 ? `pixel ${i}` : `neuron ${i}`);
  const effects = [
    neuron.effects.bias,
    neuron.effects.weights,
    neuron.effects.previousActivations,
  ].map((x) => x.itemSync()) as [number, number, number];
  const total = effects[0] + effects[1] + effects[2];
  const intro =
    `Its weighted sum is ${z.toFixed(3)}, its activation ${a.toFixed(3)}. The digit wants the ` +
    `activation to change by ${signed(wanted).trim()}, and so the sum by d = ${signed(d).trim()}. ` +
    "Three avenues lead there:";
  const effect = (i: 0 | 1 | 2) => signed(effects[i]).trim();
  return {
    title: `Neuron ${index} of ${layerName(l - 1, layers.length)}: its three avenues`,
    text: (terminal) => [
      ...wrapped(intro, terminal),
      "",
      `bias: ${signed(neuron.bias?.itemSync() ?? 0).trim()}`,
      "",
      ...wrapped("weights, proportional to the previous activations (a' d):", terminal),
      ...strongest(ofWeights, (i) => [names(i), `a' ${before[i]!.toFixed(2)}`], terminal),
      "",
      ...wrapped("previous activations, proportional to their weights (w d):", terminal),
      ...strongest(ofActivations, (i) => [names(i), `w ${own[i]!.toFixed(2)}`], terminal),
      "",
      ...wrapped(
        `Moving along all three by one unit would change the weighted sum by ${effect(0)} (bias) ` +
          `${effect(1)} (weights) ${effect(2)} (previous activations) = ${signed(total).trim()}, to first ` +
          "order.",
        terminal,
      ),
    ],
    figures: [
      figureOf(`Neuron ${index}: desired changes of its weights, a' d`, ofWeights, before.length),
      figureOf(
        `Neuron ${index}: desired changes of the previous activations, w d`,
        ofActivations,
        before.length,
      ),
      ...(l === 1 ? [pictureFigure(`Neuron ${index}: its weights as a picture`, own)] : []),
    ],
  };
}

function figureOf(caption: string, values: readonly number[], inputs: number) {
  return inputs === 784 ? pictureFigure(caption, values) : changeFigure(caption, values);
}

function column({ layer }: LayerNudges, j: number): number[] {
  return layer.weight.arraySync().map((row) => row[j]!);
}

function strongest(
  values: readonly number[],
  describe: (i: number) => readonly string[],
  terminal: Terminal,
): string[] {
  const order = values
    .map((value, i) => ({ value, i }))
    .sort((x, y) => Math.abs(y.value) - Math.abs(x.value));
  const rows = order.slice(0, listed);
  const labels = table(
    rows.map(({ i }) => describe(i)),
    terminal,
  );
  const figures = rows.map(({ value }, at): Figure => ({ label: labels[at]!, value }));
  const one = { ...terminal, columns: Math.min(terminal.columns, 60) };
  return bars(figures, { kind: "change", longest: 30 }, one);
}

function desiresSection({ told: { layers } }: Walk): Section {
  const [last, before] = [layers.at(-1)!, layers.at(-2)];
  const wanted = last.wantedOfPrevious.arraySync();
  const most = wanted.reduce(
    (best, value, i) => (Math.abs(value) > Math.abs(wanted[best]!) ? i : best),
    0,
  );
  const desires = last.avenues.previousActivations.arraySync()[most]!;
  const of = before
    ? `neuron ${most} of ${layerName(layers.length - 2, layers.length)}`
    : `input ${most}`;
  const intro =
    `Each output wants ${of} to change: by its own d times the weight between them. The desires of all ` +
    `outputs add up to ${signed(wanted[most]!).trim()}, the desired change of that neuron. So desires are ` +
    "passed back, layer by layer: backpropagation.";
  return {
    title: "How desires add up",
    text: (terminal) => [
      ...wrapped(intro, terminal),
      "",
      ...bars(
        [
          ...desires.map((value, j) => ({ label: `output ${j}`, value })),
          { label: "sum", value: desires.reduce((sum, x) => sum + x, 0) },
        ],
        { kind: "change", longest: 30 },
        { ...terminal, columns: Math.min(terminal.columns, 60) },
      ),
    ],
    figures: [changeFigure(`What each output wants of ${of}`, desires)],
  };
}
