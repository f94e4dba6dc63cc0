// Curves and points over numbers, as SVG in the page's colours.
import type { VNode } from "preact";
import type { Curve } from "./output.ts";
import { rangeOf, ticks } from "./ticks.ts";

interface PlotProps {
  readonly title: string;
  readonly curves: readonly Curve[];
}

const [width, height] = [480, 260];
const [left, right, top, bottom] = [56, 12, 10, 28];

export function PlotView({ title, curves }: PlotProps): VNode {
  const x = rangeOf(curves.flatMap((curve) => curve.x));
  const y = rangeOf(curves.flatMap((curve) => curve.y));
  const toX = (value: number): number =>
    left + ((value - x.from) / (x.to - x.from)) * (width - left - right);
  const toY = (value: number): number =>
    height - bottom - ((value - y.from) / (y.to - y.from)) * (height - top - bottom);
  return (
    <figure class="plot">
      <figcaption>{title}</figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={inWords(title, curves)}>
        {ticks(y).map(({ value, text }) => (
          <g key={value}>
            <line class="grid" x1={left} x2={width - right} y1={toY(value)} y2={toY(value)} />
            <text x={left - 6} y={toY(value) + 4} text-anchor="end">
              {text}
            </text>
          </g>
        ))}
        {ticks(x).map(({ value, text }) => (
          <text key={value} x={toX(value)} y={height - 8} text-anchor="middle">
            {text}
          </text>
        ))}
        {curves.map((curve, i) => (
          <g key={curve.name} class={`curve curve-${i % 6}`}>
            {curve.isPoints ? (
              curve.x.map((at, j) => {
                const value = curve.y[j]!;
                const isSeen = Number.isFinite(at) && Number.isFinite(value);
                return isSeen && <circle key={j} cx={toX(at)} cy={toY(value)} r={3} />;
              })
            ) : (
              <path d={pathOf(curve, toX, toY)} />
            )}
          </g>
        ))}
      </svg>
      {curves.length > 1 && (
        <ul class="legend">
          {curves.map(({ name, isPoints }, i) => (
            <li key={name} class={`curve-${i % 6}${isPoints ? " points" : ""}`}>
              {name}
            </li>
          ))}
        </ul>
      )}
    </figure>
  );
}

/** Of neighbours that are finite; a gap where one is not. */
function pathOf(
  { x, y }: Curve,
  toX: (value: number) => number,
  toY: (value: number) => number,
): string {
  let isDrawing = false;
  return x
    .map((at, i) => {
      const command = isDrawing ? "L" : "M";
      isDrawing = Number.isFinite(at) && Number.isFinite(y[i]);
      return isDrawing ? `${command}${toX(at).toFixed(1)} ${toY(y[i]!).toFixed(1)}` : "";
    })
    .join("");
}

function inWords(title: string, curves: readonly Curve[]): string {
  const short = (value: number): string => String(Number(value.toPrecision(3)));
  const said = curves.map(({ name, y }) => {
    return `${name} from ${short(y[0]!)} to ${short(y.at(-1)!)}`;
  });
  return `${title}: ${said.join(", ")}`;
}
