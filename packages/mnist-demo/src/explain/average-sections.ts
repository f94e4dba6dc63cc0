// The last chapters: what the cost is most sensitive to, what ten digits want together, and why a step
// follows their average.

import { formatCount } from "../progress.ts";
import { signed, table, wrapped } from "../sections/bars.ts";
import { matrixFigure } from "../sections/figures.ts";
import type { Section } from "../sections/section.ts";
import { componentName } from "./layer-text.ts";
import type { Walk } from "./walk.ts";

export function averageSections(walk: Walk): Section[] {
  return [sensitivitySection(walk), tenSection(walk), stepSection(walk)];
}

function sensitivitySection(walk: Walk): Section {
  const { components, pair, told } = walk;
  const shown = pair ? [...components, pair[1].component] : components;
  const rows = shown.map((one) => [
    componentName(one, told.layers),
    short(one.value),
    short(one.derivative),
    one.ratio.toFixed(2),
  ]);
  return {
    title: "Sensitivity: what the cost depends on most",
    text: (terminal) => [
      ...table([["", "value", "dC/dvalue", "ratio"], ...rows], terminal),
      "",
      ...(pair ? pairTexts(walk, pair) : ["Every slope is 0: no nudge changes the cost."]).flatMap(
        (text) => wrapped(text, terminal),
      ),
    ],
    figures: [],
  };
}

function pairTexts(
  { nudgedBy, told: { layers } }: Walk,
  [strong, weak]: NonNullable<Walk["pair"]>,
): readonly string[] {
  const [a, b] = [strong.nudge, weak.nudge];
  const ratio = Math.abs(strong.component.derivative / weak.component.derivative);
  return [
    `The cost is ${times(ratio)} times as sensitive to "${componentName(strong.component, layers)}" as ` +
      `to "${componentName(weak.component, layers)}": the same nudge changes it so many times as much.`,
    `Checked by changing each by ${nudgedBy}: predicted ${short(a.predicted)} and ` +
      `${short(b.predicted)}; the cost changed by ${short(a.actual)} and ${short(b.actual)}, ` +
      `${times(Math.abs(a.actual / b.actual))} times as much.`,
  ];
}

function short(value: number): string {
  return signed(value).trim();
}

function times(ratio: number): string {
  return ratio < 1000 ? ratio.toFixed(0) : "more than 1,000";
}

const letters = ["A", "B", "C", "D", "E"] as const;

function tenSection({ ofTen, ten, told: { layers } }: Walk): Section {
  const averages = ofTen.map(
    (_, c) => ten.reduce((sum, { wants }) => sum + wants[c]!, 0) / ten.length,
  );
  const intro =
    "The five parameters that the cost of the first ten test digits is most sensitive to, and by how " +
    "much each digit wants to change them. One digit wants up what another wants down; their average is " +
    "the negative gradient of the mean cost, and a step follows it.";
  return {
    title: "What ten digits want, and their average",
    text: (terminal) => {
      const rows = [
        ["digit", ...ofTen.map((_, i) => letters[i]!)],
        ...ten.map(({ label, wants }) => [String(label), ...wants.map((x) => signed(x).trim())]),
        ["average", ...averages.map((x) => signed(x).trim())],
      ];
      const names = ofTen.map((one, i) => `${letters[i]!}  ${componentName(one, layers)}`);
      return [...wrapped(intro, terminal), "", ...names, "", ...table(rows, terminal)];
    },
    figures: [
      matrixFigure(
        "Changes that ten digits want, and their average",
        [
          ...ten.map(({ label, wants }) => ({ row: `a ${label}`, wants })),
          { row: "average", wants: averages },
        ].map(({ row, wants }, i) => ({
          row: `${i < ten.length ? `${i}: ` : ""}${row}`,
          values: wants,
        })),
        ofTen.map((one) => componentName(one, layers).replace(/^\w+: /, "")),
      ),
    ],
  };
}

function stepSection({ label, steps, stepSize, unseen }: Walk): Section {
  const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
  const intro =
    `One step of gradient descent (learning rate ${stepSize}) by this digit alone, and by the mean over ` +
    `more digits; what it does to the cost of this ${label}, and to the first ` +
    `${formatCount(unseen)} other test digits. Each step is taken from the same network, and taken back.`;
  const [alone] = steps;
  const isHarmful = alone!.after.cost > alone!.before.cost;
  const moral = isHarmful
    ? "The step for one digit is good for that digit and bad for the rest. So average."
    : "The network has learnt so little that even the step for one digit helps the others: train it longer.";
  const rows = steps.map(({ digits, before, after }) => [
    digits === 1 ? `this ${label} alone` : `${formatCount(digits)} digits`,
    `${before.own.toFixed(3)} → ${after.own.toFixed(3)}`,
    `${before.cost.toFixed(3)} → ${after.cost.toFixed(3)}`,
    `${percent(before.accuracy)} → ${percent(after.accuracy)}`,
  ]);
  return {
    title: `Why not just obey this ${label}?`,
    text: (terminal) => [
      ...wrapped(intro, terminal),
      "",
      ...table(
        [["step by", `cost of this ${label}`, "mean cost of others", "right"], ...rows],
        terminal,
      ),
      "",
      ...wrapped(moral, terminal),
    ],
    figures: [],
  };
}
