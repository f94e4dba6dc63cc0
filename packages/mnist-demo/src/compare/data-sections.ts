// What more labelled digits are good for.

import type { DataPoint } from "@nabla/nn";
import { bars, table, wrapped } from "../sections/bars.ts";
import type { Section, SectionFigure } from "../sections/section.ts";

export function dataSections(points: readonly DataPoint[]): Section[] {
  const [least, most] = [points[0]!, points.at(-1)!];
  const moral =
    `From ${least.examples} digits the network learns them: ${percent(least.train)} of these are right, and ` +
    `${percent(least.test)} of those that it has never seen. From ${most.examples} it is ` +
    `${percent(most.train)} and ${percent(most.test)}: what it learns must hold for more.`;
  return [
    {
      title: "The same number of steps on fewer and on more digits",
      text: (terminal) => [
        ...table(
          [
            ["digits", "steps", "learnt ones right", "others right"],
            ...points.map(({ examples, steps, train, test }) => [
              String(examples),
              String(steps),
              percent(train),
              percent(test),
            ]),
          ],
          terminal,
        ),
        "",
        "accuracy on digits that were not learnt from",
        ...bars(
          points.map(({ examples, test }) => ({ label: String(examples), value: test })),
          { kind: "level", longest: 40 },
          { ...terminal, columns: Math.min(terminal.columns, 64) },
        ),
        "",
        ...wrapped(moral, terminal),
      ],
      figures: [accuracies(points)],
    },
  ];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function accuracies(points: readonly DataPoint[]): SectionFigure {
  const lines = points.flatMap(({ examples, train, test }) => [
    { examples, accuracy: train, of: "learnt from" },
    { examples, accuracy: test, of: "never seen" },
  ]);
  return {
    caption: "Accuracy against number of labelled digits",
    options: (plot) => ({
      width: 560,
      height: 320,
      marginRight: 80,
      x: { type: "log", label: "labelled digits", ticks: 5, tickFormat: "~s" },
      y: { label: "accuracy", grid: true },
      color: { domain: ["learnt from", "never seen"], range: ["#d55e00", "#0072b2"] },
      marks: [
        plot.line(lines, { x: "examples", y: "accuracy", stroke: "of", strokeWidth: 2 }),
        plot.dot(lines, { x: "examples", y: "accuracy", fill: "of" }),
        plot.text(lines.slice(0, 2), {
          x: "examples",
          y: "accuracy",
          text: "of",
          fill: "of",
          dx: 12,
          dy: -8,
          textAnchor: "start",
        }),
      ],
    }),
  };
}
