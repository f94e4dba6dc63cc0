// The drunk man and the careful man side by side, and the descents with batches of other sizes.

import type { DescentPoint } from "@nabla/nn";
import { table, wrapped } from "../sections/bars.ts";
import type { Section, SectionFigure } from "../sections/section.ts";
import { chart } from "./chart.ts";

/** The points of one descent, in order. */
export type Descent = readonly DescentPoint[];

/** `descents` by the size of their batches, ascending; the last one takes all examples. */
export function descentSections(descents: readonly Descent[]): Section[] {
  const careful = descents.at(-1)!;
  const others = descents.slice(0, -1);
  const drunk = others.findLast(([first]) => first!.batchSize <= 100) ?? others[0] ?? careful;
  return [menSection(drunk, careful), sizesSection(descents)];
}

/** How often the men are looked at. */
const looks = 8;

function menSection(drunk: Descent, careful: Descent): Section {
  const end = Math.max(...[drunk, careful].map((descent) => descent.at(-1)!.seconds));
  const times = Array.from({ length: looks + 1 }, (_, i) => (end * i) / looks);
  const at = (descent: Descent, time: number) =>
    descent.findLast(({ seconds }) => seconds <= time * (1 + 1e-9))!;
  const [a, b] = [drunk, careful].map((descent) => descent[0]!.batchSize) as [number, number];
  const rows = times.map((time) => {
    const [one, other] = [at(drunk, time), at(careful, time)];
    return [
      `${time.toFixed(2)} s`,
      String(one.step),
      one.cost.toFixed(4),
      String(other.step),
      other.cost.toFixed(4),
    ];
  });
  const [walked, thought] = [drunk.at(-1)!, careful.at(-1)!];
  const moral =
    `In ${end.toFixed(1)} s the drunk man takes ${walked.step} steps, which point ` +
    `${mean(drunk.map(({ angle }) => angle)).toFixed(0)}° beside the steepest way on average, and ` +
    `comes down to ${walked.cost.toFixed(4)}. The careful man takes ${thought.step} steps straight ` +
    `down, to ${thought.cost.toFixed(4)}.`;
  return {
    title: `The drunk man (o, batches of ${a}) and the careful man (x, all ${b} digits)`,
    text: (terminal) => [
      ...table([["time", "o steps", "o cost", "x steps", "x cost"], ...rows], terminal),
      "",
      "cost of all digits against time",
      ...chart(
        [
          { mark: "x", points: careful.map(({ seconds, cost }) => ({ x: seconds, y: cost })) },
          { mark: "o", points: drunk.map(({ seconds, cost }) => ({ x: seconds, y: cost })) },
        ],
        { width: Math.min(terminal.columns, 76), height: 12, unit: "s" },
      ),
      "",
      ...wrapped(moral, terminal),
    ],
    figures: [
      curves(`The drunk man (${a}) and the careful man (${b})`, [drunk, careful], "seconds"),
    ],
  };
}

function sizesSection(descents: readonly Descent[]): Section {
  const rows = descents.map((descent) => {
    const last = descent.at(-1)!;
    return [
      String(last.batchSize),
      String(last.step),
      `${((1e6 * last.seconds) / Math.max(last.step, 1)).toFixed(0)} µs`,
      last.cost.toFixed(4),
      `${mean(descent.map(({ angle }) => angle)).toFixed(1)}°`,
    ];
  });
  const intro =
    "The larger the batch, the nearer its gradient comes to the true one, and the more a step takes. " +
    "Angle: between the two, the mean over the points measured.";
  return {
    title: "Batches of other sizes, each for the same time",
    text: (terminal) => [
      ...wrapped(intro, terminal),
      "",
      ...table([["batch", "steps", "a step", "cost", "angle"], ...rows], terminal),
    ],
    figures: [
      curves("Cost of all digits against time", descents, "seconds"),
      curves("Cost of all digits against steps", descents, "step"),
      angles(descents),
    ],
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

interface Drawn {
  readonly x: number;
  readonly y: number;
  readonly batch: string;
}

function drawn(
  descents: readonly Descent[],
  x: "seconds" | "step",
  y: "cost" | "angle",
): readonly Drawn[] {
  return descents.flatMap((descent) =>
    descent
      // Axes of powers have no place for 0.
      .filter((point) => point[x] > 0 && Number.isFinite(point[y]))
      .map((point) => ({
        x: Number(point[x].toPrecision(4)),
        y: Number(point[y].toPrecision(4)),
        batch: String(point.batchSize),
      })),
  );
}

function curves(
  caption: string,
  descents: readonly Descent[],
  x: "seconds" | "step",
): SectionFigure {
  return lineFigure(caption, drawn(descents, x, "cost"), descents, {
    x: x === "seconds" ? "seconds of steps" : "steps",
    y: "cost",
  });
}

function angles(descents: readonly Descent[]): SectionFigure {
  return lineFigure(
    "Degrees between a batch's gradient and the true one",
    drawn(descents, "step", "angle"),
    descents,
    { x: "steps", y: "degrees" },
  );
}

function lineFigure(
  caption: string,
  points: readonly Drawn[],
  descents: readonly Descent[],
  labels: { readonly x: string; readonly y: string },
): SectionFigure {
  const ends = [...new Map(points.map((point) => [point.batch, point])).values()];
  return {
    caption,
    options: (plot) => ({
      width: 448,
      height: 280,
      marginRight: 60,
      x: { type: "log", label: labels.x, ticks: 5, tickFormat: "~g" },
      y: { label: labels.y, grid: true, zero: true },
      color: {
        domain: descents.map(([first]) => String(first!.batchSize)),
        scheme: "Observable10",
      },
      marks: [
        plot.line(points, { x: "x", y: "y", stroke: "batch", strokeWidth: 2 }),
        plot.text(ends, {
          x: "x",
          y: "y",
          text: "batch",
          fill: "batch",
          dx: 6,
          textAnchor: "start",
        }),
      ],
    }),
  };
}
