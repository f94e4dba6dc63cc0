// Curves over time, drawn by uPlot; the last values in words for those who do not see them.
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import Plot from "uplot";
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
}

const height = 220;

export function Chart({ title, curves, range, format }: ChartProps): VNode {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot>();
  const scheme = useColorScheme();
  const names = curves.map(({ label }) => label).join();

  useEffect(() => {
    const element = place.current!;
    const color = (property: string): string =>
      getComputedStyle(element).getPropertyValue(property);
    const axis: Plot.Axis = {
      stroke: color("--quiet"),
      grid: { stroke: color("--line"), width: 1 },
      ticks: { show: false },
      font: "12px system-ui",
    };
    const made = new Plot(
      {
        width: element.clientWidth,
        height,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: (_, __, most) => [0, Math.max(most ?? 0, 1)] },
          y: { range: (_, __, most) => [range[0], range[1] ?? Math.max(most ?? 0, 0.1)] },
        },
        axes: [
          { ...axis, values: (_, ticks) => ticks.map((tick) => `${tick} s`) },
          { ...axis, size: 48, values: (_, ticks) => ticks.map(format) },
        ],
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
      table(curves),
      element,
    );
    plot.current = made;
    const watcher = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height }));
    watcher.observe(element);
    return () => {
      watcher.disconnect();
      made.destroy();
    };
  }, [scheme, names]);

  useEffect(() => plot.current?.setData(table(curves)), [curves]);

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

/** All curves over the x of any: null where a curve has no point. */
function table(curves: readonly Curve[]): Plot.AlignedData {
  return Plot.join(
    curves.map(({ points }) => [points.map(({ x }) => x), points.map(({ y }) => y)]),
  );
}
