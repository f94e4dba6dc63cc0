// The map of two descents: shades of cost in half blocks, two to a character, and the paths on it.
import { formatCount } from "../progress.ts";
import { wrapped } from "../sections/bars.ts";
import { rounded } from "../sections/figures.ts";
import { full, mini } from "../sections/palette.ts";
import type { SectionFigure } from "../sections/section.ts";
import { type Style, shaded, styled, type Terminal } from "../terminal.ts";
import type { CostMap, Spot } from "./cost-map.ts";

/** How the careful man's and the drunk man's path are drawn, in this order. */
const walkers: readonly { readonly mark: string; readonly style: Style; readonly color: string }[] =
  [
    { mark: "x", style: "yellow", color: full },
    { mark: "o", style: "cyan", color: mini },
  ];

/** Shades between the lowest and the highest cost: as many rings as a contour map has. */
const bands = 12;
/** Without colours, the denser the higher. */
const ink = " .:-=+*#%@";

/** Who walks on the map, the careful man first. */
type Names = readonly [careful: string, drunk: string];

/** The map as lines that are no longer than the terminal's, with what there is to see. */
export function mapText(map: CostMap, names: Names, terminal: Terminal): string[] {
  const [width, height] = map.size.map((size) => size.toFixed(0));
  const [least, greatest] = rangeOf(map);
  const isShaded = terminal.colors === "256" || terminal.colors === "full";
  return [
    ...wrapped(
      `The cost of ${formatCount(map.examples)} digits over the plane that fits both paths best, ` +
        `which has ${(100 * map.share).toFixed(0)} % of their squared distances from the start S: ` +
        `x ${names[0]}, o ${names[1]}. ${isShaded ? "The darker, the lower" : "The denser, the higher"}: ` +
        `from ${least.toFixed(2)} to ${greatest.toFixed(2)}. ` +
        `The map is ${width} wide and ${height} high, in the units of weights and biases.`,
      terminal,
    ),
    "",
    ...drawn(map, terminal),
  ];
}

/** The map as contours. */
export function mapFigure(map: CostMap, names: Names): SectionFigure {
  const [least, greatest] = rangeOf(map);
  const range = `${least.toFixed(2)} to ${greatest.toFixed(2)}`;
  const ends = map.paths.map((path, i) => ({ at: path.at(-1)!, name: names[i]! }));
  return {
    caption: `Cost over the plane of both paths (${range}, the darker the lower)`,
    options: (plot) => ({
      width: 448,
      height: 280,
      x: { axis: null, domain: [0, 1] },
      y: { axis: null, domain: [1, 0] },
      color: { type: "log", scheme: "greys", reverse: true, domain: [least / 3, greatest] },
      marks: [
        plot.contour(Array.from(map.costs), {
          width: map.columns,
          height: map.rows,
          x1: 0,
          x2: 1,
          y1: 0,
          y2: 1,
          fill: plot.identity,
          stroke: "#ffffff",
          strokeWidth: 0.5,
          thresholds: Array.from({ length: bands }, (_, i) =>
            rounded(least * (greatest / least) ** (i / bands)),
          ),
        }),
        map.paths.map((path, i) =>
          plot.line(
            path.map(([x, y]): [number, number] => [rounded(x), rounded(y)]),
            { stroke: walkers[i]!.color, strokeWidth: 2.5, marker: "dot" },
          ),
        ),
        plot.text(ends, {
          x: ({ at }: { readonly at: Spot }) => rounded(at[0]),
          y: ({ at }: { readonly at: Spot }) => rounded(at[1]),
          text: "name",
          fill: "black",
          stroke: "#ffffff",
          strokeWidth: 3,
          dy: -10,
        }),
      ],
    }),
  };
}

/** The map in lines of half as many characters as it has rows, as wide as there is room. */
function drawn(map: CostMap, terminal: Terminal): string[] {
  const columns = Math.min(map.columns, terminal.columns);
  const lines = Math.floor(map.rows / 2);
  const shadeOf = shades(map);
  const marks = marksOf(map, columns, lines);
  return Array.from({ length: lines }, (_, line) => {
    const cells = Array.from({ length: columns }, (_, column) => {
      const from = Math.floor((column / columns) * map.columns);
      const [upper, lower] = [2 * line, 2 * line + 1].map((row) =>
        shadeOf(map.costs[row * map.columns + from]!),
      );
      const mark = marks.get(line * columns + column);
      return cell({ upper: upper!, lower: lower!, mark }, terminal);
    });
    return cells.join("");
  });
}

interface Cell {
  /** 0 the lowest cost, 1 the highest. */
  readonly upper: number;
  readonly lower: number;
  readonly mark: { readonly text: string; readonly style: Style } | undefined;
}

function cell({ upper, lower, mark }: Cell, terminal: Terminal): string {
  const { colors } = terminal;
  if (colors === "none" || colors === "basic") {
    if (mark) return styled(terminal, mark.style, mark.text);
    return ink[Math.round(((upper + lower) / 2) * (ink.length - 1))]!;
  }
  if (mark) {
    const shade = (upper + lower) / 2;
    return shaded(terminal, { text: mark.text, style: mark.style, above: shade, below: shade });
  }
  return shaded(terminal, { text: "▀", above: upper, below: lower });
}

/** What stands in the characters that the paths go through, by their place. */
function marksOf({ paths }: CostMap, columns: number, lines: number) {
  const marks = new Map<number, { readonly text: string; readonly style: Style }>();
  const place = ([x, y]: Spot): number => {
    const inside = (share: number, count: number) =>
      Math.min(Math.max(Math.floor(share * count), 0), count - 1);
    return inside(y, lines) * columns + inside(x, columns);
  };
  for (const [i, path] of paths.entries()) {
    const { mark: text, style } = walkers[i]!;
    for (const at of new Set(between(path).map(place))) {
      // Where both go, the marks of both are seen in turn.
      if (!marks.has(at) || at % 2 === 0) marks.set(at, { text, style });
    }
  }
  marks.set(place(paths[0]![0]!), { text: "S", style: "green" });
  return marks;
}

/** Spots along straight lines from point to point. */
function between(path: readonly Spot[]): readonly Spot[] {
  const steps = 40;
  return path.flatMap(([x, y], i): readonly Spot[] => {
    const [toX, toY] = path[i + 1] ?? [x, y];
    return Array.from({ length: steps }, (_, t): Spot => {
      const share = t / steps;
      return [x + (toX - x) * share, y + (toY - y) * share];
    });
  });
}

function rangeOf({ costs }: CostMap): readonly [least: number, greatest: number] {
  let [least, greatest] = [Number.POSITIVE_INFINITY, 0];
  for (const cost of costs) {
    least = Math.min(least, cost);
    greatest = Math.max(greatest, cost);
  }
  return [least, greatest];
}

/** The shade of a cost, by its logarithm: 0 to 1, in bands. */
function shades(map: CostMap): (cost: number) => number {
  const [least, greatest] = rangeOf(map);
  const scale = Math.max(Math.log(greatest / least), Number.MIN_VALUE);
  return (cost) => Math.round((Math.log(cost / least) / scale) * bands) / bands;
}
