// Numbers as the pixels of a picture: digits in ink, weights in two colours around zero.
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useColorScheme } from "./color-scheme.ts";

interface PixelsProps {
  /** 28 x 28, row by row. */
  readonly values: ArrayLike<number>;
  /** Left out: what is beside it says all. */
  readonly label?: string;
  /** Ink: 0 to 255. Signed: blue above 0, orange below, the strongest at the greatest magnitude. */
  readonly kind: "ink" | "signed";
  readonly size?: number;
}

const side = 28;

export function Pixels({ values, label, kind, size = 112 }: PixelsProps): VNode {
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useColorScheme();
  useEffect(() => {
    const element = canvas.current!;
    const style = getComputedStyle(element);
    const context = element.getContext("2d")!;
    context.clearRect(0, 0, side, side);
    let greatest = kind === "ink" ? 255 : 0;
    if (kind === "signed")
      for (const v of Array.from(values)) greatest = Math.max(greatest, Math.abs(v));
    const [ink, more, less] = ["--ink", "--more", "--less"].map((name) =>
      style.getPropertyValue(name),
    ) as [string, string, string];
    for (let i = 0; i < side * side; i++) {
      const value = values[i]!;
      if (value === 0) continue;
      context.globalAlpha = Math.abs(value) / greatest;
      context.fillStyle = kind === "ink" ? ink : value > 0 ? more : less;
      context.fillRect(i % side, Math.floor(i / side), 1, 1);
    }
  }, [values, kind, scheme]);
  return (
    <canvas
      ref={canvas}
      class="pixels"
      {...(label === undefined
        ? { "aria-hidden": "true" as const }
        : { role: "img" as const, "aria-label": label })}
      width={side}
      height={side}
      style={{ width: `${size}px`, height: `${size}px` }}
    />
  );
}
