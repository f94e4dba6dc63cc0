// The drunk man and the careful man: gradient descent by mini-batches and by the true gradient,
// compared by how many digits each has looked at.

import type { DescentPoint } from "@nabla/nn";
import { formatCount } from "../progress.ts";
import { table, wrapped } from "../sections/bars.ts";
import { rounded } from "../sections/figures.ts";
import { batchColors } from "../sections/palette.ts";
import type { Section, SectionFigure } from "../sections/section.ts";
import { chart } from "./chart.ts";
import type { CostMap } from "./cost-map.ts";
import { mapFigure, mapText } from "./map-drawing.ts";

/** The points of one descent, in order. */
export type Descent = readonly DescentPoint[];

/**
 * The cost of a network that outputs a tenth for each of ten digits, for any input: 0.9^2 + 9 x 0.1^2.
 * Descents rest there for a while.
 */
export const plateau = 0.9;
/** The cost at which descents are compared. */
const goal = plateau / 2;

/**
 * `descents` by the size of their batches, ascending; the last one takes all examples. `map` has the
 * paths of the careful man and the drunk man.
 */
export function descentSections(descents: readonly Descent[], map?: CostMap): Section[] {
  const careful = descents.at(-1)!;
  const drunk = descents[drunkOf(descents)]!;
  const colors = colorsOf(descents);
  return [menSection(drunk, careful, colors, map), sizesSection(descents, colors)];
}

/** Which of the descents is the drunk man's: that with the largest batches up to 100, else the first. */
export function drunkOf(descents: readonly Descent[]): number {
  const others = descents.slice(0, -1);
  return Math.max(
    others.findLastIndex((descent) => sizeOf(descent) <= 100),
    0,
  );
}

function sizeOf(descent: Descent): number {
  return descent[0]!.batchSize;
}

const names = ["the careful man", "the drunk man"] as const;

function menSection(
  drunk: Descent,
  careful: Descent,
  colors: Colors,
  map: CostMap | undefined,
): Section {
  const end = Math.max(...[drunk, careful].map((descent) => descent.at(-1)!.examples));
  const at = (descent: Descent, looked: number) =>
    descent.findLast(({ examples }) => examples <= looked)!;
  const rows = looksUpTo(end, sizeOf(careful)).map((looked) => {
    const [one, other] = [at(drunk, looked), at(careful, looked)];
    return [
      formatCount(looked),
      formatCount(one.step),
      one.cost.toFixed(4),
      formatCount(other.step),
      other.cost.toFixed(4),
    ];
  });
  const curveOf = (descent: Descent) =>
    descent.map(({ examples, cost }) => ({ x: examples, y: cost }));
  const [a, b] = [sizeOf(drunk), sizeOf(careful)].map(formatCount);
  return {
    title: `The drunk man (o, mini-batches of ${a}) and the careful man (x, all ${b} digits)`,
    text: (terminal) => [
      ...table([["digits looked at", "o steps", "o cost", "x steps", "x cost"], ...rows], terminal),
      "",
      ...wrapped(
        `Cost of all ${b} digits against digits looked at; dotted: ${plateau.toFixed(2)}, the cost of ` +
          "answering one tenth for every digit",
        terminal,
      ),
      ...chart(
        [
          { mark: "x", style: "yellow", points: curveOf(careful) },
          { mark: "o", style: "cyan", points: curveOf(drunk) },
        ],
        { height: 14, unit: "digits", level: plateau },
        terminal,
      ),
      "",
      ...wrapped(moralOf(drunk, careful), terminal),
      ...(map ? ["", ...mapText(map, names, terminal)] : []),
    ],
    figures: [
      lineFigure("Cost against digits looked at", [drunk, careful], colors, {
        x: "examples",
        y: "cost",
        nameOf: (descent) => (descent === careful ? `careful, ${b}` : `drunk, ${a}`),
      }),
      ...(map ? [mapFigure(map, names)] : []),
    ],
  };
}

/** Nothing, one step of the careful man, and so on up to all. */
function looksUpTo(end: number, first: number): readonly number[] {
  const looks = [0];
  for (let looked = first, i = 0; looked < end; looked *= i++ % 2 === 0 ? 10 / 3 : 3) {
    looks.push(Math.round(looked / first) * first);
  }
  return [...looks, end];
}

function moralOf(drunk: Descent, careful: Descent): string {
  const [one, other] = [drunk, careful].map(whenAt);
  const reached = (who: string, at: ReturnType<typeof whenAt>) =>
    at
      ? `${who} looks at about ${formatCount(at.examples)} digits, in ${formatCount(at.step)} steps`
      : `${who} has not got there`;
  const steps = commonSteps([drunk, careful]);
  const [a, b] = [drunk, careful].map((descent) => ratioOf(descent, steps));
  const share = formatCount(sizeOf(careful) / sizeOf(drunk));
  return (
    `To bring the cost down to ${goal.toFixed(2)}, ${reached("the drunk man", one)}; ` +
    `${reached("the careful man", other)}. The drunk man's steps point ${meanAngle(drunk).toFixed(0)}° ` +
    `off the true gradient on average, and in ${formatCount(steps)} steps he walks ${a} times as far as ` +
    `he gets (the careful man ${b} times). Each of his steps is worse, and looks at 1/${share} of the digits.`
  );
}

/** Approximately when a descent reaches the goal: interpolated between the two points around it. */
function whenAt(
  descent: Descent,
): { readonly examples: number; readonly step: number } | undefined {
  const i = descent.findIndex(({ cost }) => cost <= goal);
  if (i < 0) return undefined;
  const [before, after] = [descent[Math.max(0, i - 1)]!, descent[i]!];
  const share = before === after ? 1 : (before.cost - goal) / (before.cost - after.cost);
  const step = Math.round(before.step + share * (after.step - before.step));
  return { step, examples: step * after.batchSize };
}

/** The steps that all descents have taken. */
function commonSteps(descents: readonly Descent[]): number {
  return Math.min(...descents.map((descent) => descent.at(-1)!.step));
}

/** The length of a descent's path divided by its distance from the start, after about this many steps. */
function ratioOf(descent: Descent, steps: number): string {
  const { walked, gained } = descent.findLast(({ step }) => step <= steps)!;
  return gained > 0 ? (walked / gained).toFixed(1) : "-";
}

function sizesSection(descents: readonly Descent[], colors: Colors): Section {
  const common = commonSteps(descents);
  const rows = descents.map((descent) => {
    const last = descent.at(-1)!;
    return [
      formatCount(last.batchSize),
      formatCount(last.step),
      formatCount(last.examples),
      last.cost.toFixed(4),
      ratioOf(descent, common),
      `${meanAngle(descent).toFixed(1)}°`,
      `${((1e6 * last.seconds) / Math.max(last.step, 1)).toFixed(0)} µs`,
    ];
  });
  const intro =
    "The larger the batch, the closer its gradient is to the true one, and the more digits a step needs. " +
    `Walked / gained: the length of the path divided by the distance from the start, after ${formatCount(common)} steps. ` +
    "Angle: between the batch's gradient and the true one, on average. " +
    "Time per step: on this machine, just now; all else is the same on any. " +
    "Batches of one digit need a lower learning rate: --batch-sizes 1,10 --learning-rate 0.3.";
  const figure = (caption: string, axes: Pick<LineOptions, "x" | "y">) =>
    lineFigure(caption, descents, colors, { ...axes, nameOf: bySize });
  const head = ["batch", "steps", "digits", "cost", "walked / gained", "angle", "time per step"];
  return {
    title: "Mini-batches of other sizes",
    text: (terminal) => [...wrapped(intro, terminal), "", ...table([head, ...rows], terminal)],
    figures: [
      figure("Cost against digits looked at", { x: "examples", y: "cost" }),
      figure("Cost against steps", { x: "step", y: "cost" }),
      figure("Degrees between a batch's gradient and the true one", { x: "step", y: "angle" }),
    ],
  };
}

function meanAngle(descent: Descent): number {
  const known = descent.map(({ angle }) => angle).filter(Number.isFinite);
  return known.reduce((sum, angle) => sum + angle, 0) / Math.max(known.length, 1);
}

/** The colour of each size of batch, in all figures. */
type Colors = ReadonlyMap<number, string>;

function colorsOf(descents: readonly Descent[]): Colors {
  const colors = batchColors(descents.length);
  return new Map(descents.map((descent, i) => [sizeOf(descent), colors[i]!]));
}

interface Drawn {
  readonly x: number;
  readonly y: number;
  readonly name: string;
}

interface LineOptions {
  readonly x: "examples" | "step";
  readonly y: "cost" | "angle";
  readonly nameOf: (descent: Descent) => string;
}

const bySize = (descent: Descent) => formatCount(sizeOf(descent));
const labels = { examples: "digits looked at", step: "steps", cost: "cost", angle: "degrees" };

/** Where 0 stands on an axis of powers, compared with the first step. */
const beforeFirst = 0.6;

function lineFigure(
  caption: string,
  descents: readonly Descent[],
  colors: Colors,
  { x, y, nameOf }: LineOptions,
): SectionFigure {
  const later = descents.flatMap((descent) => descent.slice(1).map((point) => point[x]));
  const zero = later.length > 0 ? Math.min(...later) * beforeFirst : 1;
  const lines = descents.map((descent): readonly Drawn[] => {
    const name = nameOf(descent);
    const known = descent.filter((point) => Number.isFinite(point[y]));
    const points = known.map((point) => ({
      x: rounded(point[x] === 0 ? zero : point[x]),
      y: rounded(point[y]),
      name,
    }));
    // Nothing changes before the first step.
    const [start, first] = points;
    return start && first && y === "cost"
      ? [start, { ...first, y: start.y }, ...points.slice(1)]
      : points;
  });
  const points = lines.flat();
  const isCost = y === "cost";
  const top = Math.max(...points.map((point) => point.y), isCost ? plateau : 0);
  const ends = spread(
    lines.flatMap((line) => line.at(-1) ?? []),
    top / 18,
  );
  const quiet = { fill: "#555555", fontSize: 10, stroke: "#ffffff", strokeWidth: 3 } as const;
  return {
    caption,
    options: (plot) => ({
      width: 448,
      height: 280,
      marginRight: 90,
      marginBottom: 36,
      x: { type: "log", label: labels[x], ticks: 5, tickFormat: "," },
      y: { label: labels[y], grid: true, domain: [0, top] },
      color: {
        domain: descents.map(nameOf),
        range: descents.map((descent) => colors.get(sizeOf(descent))!),
      },
      marks: [
        plot.text(["0"], { x: [zero], frameAnchor: "bottom", dy: 15 }),
        isCost ? plot.ruleY([plateau], { stroke: "#555555", strokeDasharray: "2 3" }) : null,
        plot.line(points, { x: "x", y: "y", z: "name", stroke: "name", strokeWidth: 2 }),
        isCost
          ? plot.text([`${plateau.toFixed(2)}: one tenth for every digit`], {
              ...quiet,
              y: [plateau],
              frameAnchor: "left",
              textAnchor: "start",
              dx: 8,
              dy: 10,
            })
          : null,
        plot.text(ends, {
          x: "x",
          y: "at",
          text: "name",
          fill: "name",
          dx: 6,
          textAnchor: "start",
        }),
      ],
    }),
  };
}

/** The ends of the lines, with their labels' heights moved apart to at least `gap`. */
function spread(ends: readonly Drawn[], gap: number): readonly (Drawn & { readonly at: number })[] {
  const placed: (Drawn & { readonly at: number })[] = [];
  for (const end of [...ends].sort((a, b) => a.y - b.y)) {
    const below = placed.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
    placed.push({ ...end, at: Math.max(end.y, below + gap) });
  }
  return placed;
}
