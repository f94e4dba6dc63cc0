// The walk, forward: the digit, the activations, and the cost term by term.

import { drawDigits } from "../drawing.ts";
import { table, wrapped } from "../sections/bars.ts";
import { digitFigure, levelFigure } from "../sections/figures.ts";
import type { Section } from "../sections/section.ts";
import { layerName, neuronBars } from "./layer-text.ts";
import type { Walk } from "./walk.ts";

export function forwardSections(walk: Walk): Section[] {
  return [digitSection(walk), activationsSection(walk), costSection(walk)];
}

function digitSection({ example, label, pixels, outputs }: Walk): Section {
  const answer = outputs.indexOf(Math.max(...outputs));
  return {
    title: `The digit: number ${example} of the test digits, a ${label}`,
    text: (terminal) => drawDigits([{ pixels, answer, label }], terminal).trimEnd().split("\n"),
    figures: [digitFigure(`What the network sees: 784 grey levels. It answers ${answer}.`, pixels)],
  };
}

function activationsSection({ told: { layers }, outputs }: Walk): Section {
  const shown = layers.map(({ activations }, l) => ({
    title: layerName(l, layers.length),
    values: l === layers.length - 1 ? outputs : activations.arraySync(),
  }));
  const intro =
    "Each neuron's activation is its activation function of a weighted sum of the previous layer " +
    "plus a bias.";
  return {
    title: "The activations",
    text: (terminal) => [
      ...wrapped(intro, terminal),
      ...shown.flatMap(({ title, values }) => [
        "",
        title,
        ...neuronBars(values, "level", terminal),
      ]),
    ],
    figures: shown.map(({ title, values }) => levelFigure(`Activations of ${title}`, values)),
  };
}

function costSection({ costName, outputs, label, told, otherCosts }: Walk): Section {
  const cost = told.cost.itemSync();
  const terms = outputs.map((a, j) => {
    const y = j === label ? 1 : 0;
    return { a, y, term: costName === "quadratic" ? (a - y) ** 2 : y === 0 ? 0 : -Math.log(a) };
  });
  const head = costName === "quadratic" ? "(a - y)^2" : "-y log a";
  const mean = otherCosts.reduce((sum, c) => sum + c, 0) / otherCosts.length;
  const cheaper = otherCosts.filter((c) => c < cost).length;
  const beside =
    `The sum is this digit's cost, C = ${cost.toPrecision(4)}. The mean over the first ` +
    `${otherCosts.length} test digits is ${mean.toPrecision(4)}; ` +
    `${cheaper} of them cost less than this one.`;
  return {
    title: "The cost, term by term",
    text: (terminal) => [
      ...table(
        [
          ["digit", "output a", "target y", head],
          ...terms.map(({ a, y, term }, j) => [
            String(j),
            a.toFixed(4),
            String(y),
            term.toFixed(6),
          ]),
        ],
        terminal,
      ),
      ...wrapped(beside, terminal),
    ],
    figures: [
      levelFigure(
        "Each output's part of the cost",
        terms.map(({ term }) => term),
      ),
    ],
  };
}
