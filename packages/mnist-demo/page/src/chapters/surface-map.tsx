// The cost on a plane as a map, the darker the lower, with two paths on it.
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useColorScheme } from "../color-scheme.ts";
import type { Window } from "../walks.ts";

interface SurfaceMapProps {
  readonly window: Window;
  /** How many steps of each path are drawn. */
  readonly steps: readonly [number, number];
  /** Whether both directions have one scale; else the map fills its frame. */
  readonly isEqual?: boolean;
  /** Where they start: where their paths do, unless it has been moved. */
  readonly start?: readonly [x: number, y: number] | undefined;
  /** Left out: the start cannot be moved. */
  readonly onMove?: (start: readonly [x: number, y: number]) => void;
}

const [wide, high] = [320, 260];
/** How many bands of equal height, on a logarithmic scale, the map has. */
const bands = 14;

export function SurfaceMap(props: SurfaceMapProps): VNode {
  const { window, steps, isEqual = false, start = window.paths[0][0]!, onMove } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useColorScheme();
  useEffect(
    () => draw(canvas.current!, window, steps, isEqual, scheme === "dark", start),
    [window, steps.join(), isEqual, scheme, start.join()],
  );
  /** Where the pointer is in the plane; the map that can be moved on fills its frame. */
  const at = (event: MouseEvent): readonly [number, number] => {
    const box = canvas.current!.getBoundingClientRect();
    const share = (value: number): number => Math.min(Math.max(value, 0), 1);
    const [x, y] = [
      share((event.clientX - box.left) / box.width),
      1 - share((event.clientY - box.top) / box.height),
    ];
    const { from, to } = window;
    return [from[0] + x * (to[0] - from[0]), from[1] + y * (to[1] - from[1])];
  };
  const [low, top] = [Math.min(...window.costs), Math.max(...window.costs)];
  return (
    <canvas
      ref={canvas}
      class={onMove ? "surface-map movable" : "surface-map"}
      {...(onMove && {
        // Fingers tap: when they move, they scroll.
        onClick: (event: MouseEvent) => onMove(at(event)),
        onPointerDown: ({ pointerType, pointerId }: PointerEvent) => {
          if (pointerType !== "touch") canvas.current!.setPointerCapture(pointerId);
        },
        onPointerMove: (event: PointerEvent) => {
          if (canvas.current!.hasPointerCapture(event.pointerId)) onMove(at(event));
        },
      })}
      role="img"
      aria-label={`The cost on a plane, from ${low.toFixed(2)} to ${top.toFixed(2)}, with the paths of both men: ${steps[1]} steps of the drunk man, ${steps[0]} of the careful man`}
      width={2 * wide}
      height={2 * high}
    />
  );
}

function draw(
  canvas: HTMLCanvasElement,
  { paths, from, to, side, costs }: Window,
  steps: readonly [number, number],
  isEqual: boolean,
  isDark: boolean,
  start: readonly [x: number, y: number],
): void {
  const context = canvas.getContext("2d")!;
  const style = getComputedStyle(canvas);
  const color = (name: string): string => style.getPropertyValue(name);
  context.setTransform(2, 0, 0, 2, 0, 0);
  context.clearRect(0, 0, wide, high);
  const [extentX, extentY] = [to[0] - from[0], to[1] - from[1]];
  const scaleX = wide / extentX;
  const tall = isEqual ? Math.min(extentY * scaleX, high) : high;
  const top = (high - tall) / 2;
  const [least, most] = [Math.log(Math.min(...costs)), Math.log(Math.max(...costs))];
  const cell = 2;
  context.fillStyle = color("--quiet");
  for (let py = 0; py < tall; py += cell) {
    for (let px = 0; px < wide; px += cell) {
      const cost = costAt(costs, side, (px + 1) / wide, 1 - (py + 1) / tall);
      const band = Math.floor((bands * (most - Math.log(cost))) / (most - least || 1));
      const depth = Math.min(Math.max(band, 0), bands) / bands;
      // Lower is darker: on dark paper with less of a light tone.
      context.globalAlpha = 0.05 + 0.5 * (isDark ? 1 - depth : depth);
      context.fillRect(px, top + py, cell, Math.min(cell, tall - py));
    }
  }
  context.globalAlpha = 1;
  const x = (value: number): number => (value - from[0]) * scaleX;
  const y = (value: number): number => top + tall - ((value - from[1]) * tall) / extentY;
  for (const [i, name] of ["--full", "--mini"].entries()) {
    const shown = paths[i]!.slice(0, steps[i]! + 1);
    const line = new Path2D();
    for (const [at, point] of shown.entries()) {
      if (at === 0) line.moveTo(x(point[0]), y(point[1]));
      else line.lineTo(x(point[0]), y(point[1]));
    }
    for (const [stroke, width] of [
      [color("--card"), 5],
      [color(name), 2],
    ] as const) {
      [context.strokeStyle, context.lineWidth, context.lineJoin] = [stroke, width, "round"];
      context.stroke(line);
    }
    const [endX, endY] = shown.at(-1)!;
    dot(context, x(endX), y(endY), color(name), color("--card"));
  }
  const [startX, startY] = start;
  dot(context, x(startX), y(startY), color("--card"), color("--ink"));
}

/** Between the points where it was computed, x and y from 0 to 1. */
function costAt(costs: Float32Array, side: number, x: number, y: number): number {
  const [column, row] = [x * (side - 1), y * (side - 1)];
  const [left, below] = [
    Math.min(Math.floor(column), side - 2),
    Math.min(Math.floor(row), side - 2),
  ];
  const [alongX, alongY] = [column - left, row - below];
  const at = (dx: number, dy: number): number => costs[(below + dy) * side + left + dx]!;
  const across = (dy: number): number => at(0, dy) * (1 - alongX) + at(1, dy) * alongX;
  return across(0) * (1 - alongY) + across(1) * alongY;
}

function dot(context: CanvasRenderingContext2D, x: number, y: number, fill: string, rim: string) {
  context.beginPath();
  context.arc(x, y, 5, 0, 2 * Math.PI);
  [context.fillStyle, context.strokeStyle, context.lineWidth] = [fill, rim, 2];
  context.fill();
  context.stroke();
}
