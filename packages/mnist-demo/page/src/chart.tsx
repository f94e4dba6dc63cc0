// Curves over the digits looked at, drawn by uPlot; the last values in words for those who do not see them.
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import type Plot from "uplot";
import { useColorScheme } from "./color-scheme.ts";

export interface Curve {
  readonly label: string;
  /** The name of a custom property of the style sheet. */
  readonly color: string;
  readonly points: readonly { readonly x: number; readonly y: number }[];
}

interface ChartProps {
  /** What is drawn, in a few words. */
  readonly title: string;
  readonly curves: readonly Curve[];
  readonly range: readonly [number, number | null];
  readonly format: (value: number) => string;
  /** Heights that mean something. */
  readonly marks?: readonly Mark[];
}

interface Mark {
  readonly y: number;
  readonly text: string;
}

const height = 220;

export function Chart({ title, curves, range, format, marks = [] }: ChartProps): VNode {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot>();
  const uplot = useUplot();
  const scheme = useColorScheme();
  const names = curves.map(({ label }) => label).join();

  useEffect(() => {
    if (uplot === undefined) return;
    const element = place.current!;
    const color = (property: string): string =>
      getComputedStyle(element).getPropertyValue(property);
    const axis: Plot.Axis = {
      stroke: color("--quiet"),
      grid: { stroke: color("--line"), width: 1 },
      ticks: { show: false },
      font: "12px system-ui",
    };
    const made = new uplot(
      {
        width: element.clientWidth,
        height,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: (_, __, most) => [0, Math.max(most ?? 0, 1000)] },
          y: { range: (_, __, most) => [range[0], range[1] ?? Math.max(most ?? 0, 0.1)] },
        },
        axes: [
          { ...axis, values: (_, ticks) => ticks.map(short) },
          { ...axis, size: 48, values: (_, ticks) => ticks.map(format) },
        ],
        hooks: { drawAxes: [(drawn) => drawMarks(drawn, marks, color("--quiet"))] },
        series: [
          {},
          ...curves.map(({ label, color: property }) => ({
            label,
            stroke: color(property),
            width: 2,
            spanGaps: true,
            points: { show: false },
          })),
        ],
      },
      table(uplot, curves),
      element,
    );
    plot.current = made;
    const watcher = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      made.destroy();
    };
  }, [uplot, scheme, names]);

  useEffect(() => {
    if (uplot !== undefined) plot.current?.setData(table(uplot, curves));
  }, [uplot, curves]);

  const inWords = curves
    .filter(({ points }) => points.length > 0)
    .map(({ label, points }) => `${label} ${format(points.at(-1)!.y)}`)
    .join(", ");
  return (
    <figure class="chart">
      <figcaption>{title}</figcaption>
      <div
        ref={place}
        role="img"
        aria-label={`${title}: ${inWords || "nothing yet"}`}
        style={{ height: `${height}px` }}
      />
    </figure>
  );
}

/** uPlot, which the first view of the page need not wait for. */
function useUplot(): typeof Plot | undefined {
  const [loaded, setLoaded] = useState<{ readonly uplot: typeof Plot }>();
  useEffect(() => {
    // Where it does not come the curves are not drawn; the numbers stand beside them.
    import("uplot").then(({ default: uplot }) => setLoaded({ uplot }), console.warn);
  }, []);
  return loaded?.uplot;
}

/** 0, 500, 20k, 1.5M. */
function short(count: number): string {
  if (count >= 1e6) return `${count / 1e6}M`;
  return count >= 1000 ? `${count / 1000}k` : String(count);
}

/** All curves over the x of any: null where a curve has no point. */
function table(uplot: typeof Plot, curves: readonly Curve[]): Plot.AlignedData {
  return uplot.join(
    curves.map(({ points }) => [points.map(({ x }) => x), points.map(({ y }) => y)]),
  );
}

/** Dashed lines at the marks, all named above the first, since curves end below it. */
function drawMarks(plot: Plot, marks: readonly Mark[], color: string): void {
  const { ctx, bbox } = plot;
  const pixel = devicePixelRatio;
  ctx.save();
  [ctx.strokeStyle, ctx.fillStyle] = [color, color];
  ctx.font = `${11 * pixel}px system-ui`;
  ctx.textAlign = "right";
  ctx.setLineDash([4 * pixel, 4 * pixel]);
  const places = marks.map(({ y }) => plot.valToPos(y, "y", true));
  for (const at of places) {
    if (at < bbox.top) continue;
    ctx.beginPath();
    ctx.moveTo(bbox.left, at);
    ctx.lineTo(bbox.left + bbox.width, at);
    ctx.stroke();
  }
  const names = marks.map(({ text }) => text).join(" · ");
  ctx.textBaseline = "bottom";
  if (names) ctx.fillText(names, bbox.left + bbox.width, Math.min(...places) - 2 * pixel);
  ctx.restore();
}
