// The walk's end: what the cost is most sensitive to, and what ten digits want together.

import { signed, table, wrapped } from "../sections/bars.ts";
import { matrixFigure } from "../sections/figures.ts";
import type { Section } from "../sections/section.ts";
import type { Walk } from "./walk.ts";

export function averageSections(walk: Walk): Section[] {
  return [sensitivitySection(walk), tenSection(walk)];
}

function sensitivitySection(walk: Walk): Section {
  const { components, leastSensitive, nudged, nudgedBy } = walk;
  const [first] = components;
  const beside =
    `The cost is ${first && times(leastSensitive.ratio)} times as sensitive to the first as to ` +
    `${leastSensitive.name}, the least of those that matter at all.`;
  const weight = components.find(({ kind }) => kind === "weight");
  const named =
    weight === undefined
      ? ""
      : `${weight.name} is the weight between number ${weight.row} of what comes into layer ` +
        `${weight.layer} of the model and its neuron ${weight.column}.`;
  const check =
    `Really nudged: ${first?.name} by ${signed(nudgedBy).trim()}. The gradient predicts a change of ` +
    `the cost of ${signed(nudged.predicted).trim()}; it was ${signed(nudged.actual).trim()}.`;
  return {
    title: "What the cost is most sensitive to",
    text: (terminal) => [
      ...table(
        [
          ["", "value", "dC/dvalue", "ratio"],
          ...components.map(({ name, value, derivative, ratio }) => [
            name,
            signed(value).trim(),
            signed(derivative).trim(),
            ratio.toFixed(2),
          ]),
        ],
        terminal,
      ),
      ...(named === "" ? [] : wrapped(named, terminal)),
      ...wrapped(beside, terminal),
      ...wrapped(check, terminal),
    ],
    figures: [],
  };
}

function times(ratio: number): string {
  return ratio < 1e6 ? ratio.toFixed(0) : ratio.toExponential(1);
}

function tenSection({ ofTen, ten }: Walk): Section {
  const averages = ofTen.map(
    (_, c) => ten.reduce((sum, { wants }) => sum + wants[c]!, 0) / ten.length,
  );
  const intro =
    "These five components matter most to the first ten test digits together. One digit wants up what " +
    "another wants down; the average is the negative gradient of their cost, and a step goes along it.";
  return {
    title: "What ten digits want, and what remains on average",
    text: (terminal) => {
      const rows = [
        ["digit", ...ofTen.map(({ name }) => name)],
        ...ten.map(({ label, wants }) => [String(label), ...wants.map((x) => signed(x).trim())]),
        ["average", ...averages.map((x) => signed(x).trim())],
      ];
      return [...wrapped(intro, terminal), "", ...table(rows, terminal)];
    },
    figures: [
      matrixFigure(
        "Nudges that ten digits want, and their average",
        [
          ...ten.map(({ label, wants }) => ({ row: `a ${label}`, wants })),
          { row: "average", wants: averages },
        ].map(({ row, wants }, i) => ({
          row: `${i < ten.length ? `${i}: ` : ""}${row}`,
          values: wants,
        })),
        ofTen.map(({ name }) => name),
      ),
    ],
  };
}
