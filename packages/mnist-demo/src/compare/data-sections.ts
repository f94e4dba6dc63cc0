// How accuracy depends on the amount of training data.

import type { DataPoint } from "@nabla/nn";
import { formatCount } from "../progress.ts";
import { bars, table, wrapped } from "../sections/bars.ts";
import { less, more } from "../sections/palette.ts";
import type { Section, SectionFigure } from "../sections/section.ts";

export function dataSections(points: readonly DataPoint[]): Section[] {
  const [least, most] = [points[0]!, points.at(-1)!];
  const moral =
    `Trained on ${formatCount(least.examples)} digits, the network memorises them: it gets ${percent(least.train)} of ` +
    `these right, and ${percent(least.test)} of digits it has never seen. Trained on ` +
    `${formatCount(most.examples)}, ${percent(most.train)} and ${percent(most.test)}: with more examples it can no ` +
    "longer memorise them.";
  return [
    {
      title: "The same number of steps on fewer and on more digits",
      text: (terminal) => [
        ...table(
          [
            ["digits", "steps", "training accuracy", "test accuracy"],
            ...points.map(({ examples, steps, train, test }) => [
              formatCount(examples),
              formatCount(steps),
              percent(train),
              percent(test),
            ]),
          ],
          terminal,
        ),
        "",
        "test accuracy",
        ...bars(
          points.map(({ examples, test }) => ({ label: formatCount(examples), value: test })),
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
    { examples, accuracy: train, of: "training digits" },
    { examples, accuracy: test, of: "unseen digits" },
  ]);
  return {
    caption: "Accuracy against the number of training digits",
    options: (plot) => ({
      width: 560,
      height: 320,
      marginRight: 100,
      x: { type: "log", label: "training digits", ticks: 5, tickFormat: "," },
      y: { label: "accuracy", grid: true, domain: [0, 1] },
      color: { domain: ["training digits", "unseen digits"], range: [less, more] },
      marks: [
        plot.line(lines, { x: "examples", y: "accuracy", stroke: "of", strokeWidth: 2 }),
        plot.dot(lines, { x: "examples", y: "accuracy", fill: "of" }),
        plot.text(lines.slice(-2), {
          x: "examples",
          y: (d: { readonly accuracy: number }, i: number) => d.accuracy + (i === 0 ? 0.02 : -0.02),
          text: "of",
          fill: "of",
          dx: 8,
          textAnchor: "start",
        }),
      ],
    }),
  };
}
