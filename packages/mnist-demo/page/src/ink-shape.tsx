// A digit as part of a drawing: 28 by 28, one unit a pixel.
import type { VNode } from "preact";
import { useMemo } from "preact/hooks";

const side = 28;

export function InkShape({ pixels }: { readonly pixels: Uint8Array }): VNode {
  // The worker sends the same digit again and again.
  return useMemo(
    () => (
      <g class="pixels-ink">
        {Array.from(pixels, (value, i) =>
          value === 0 ? undefined : (
            <rect
              key={i}
              x={i % side}
              y={Math.floor(i / side)}
              width="1.02"
              height="1.02"
              opacity={(value / 255).toFixed(2)}
            />
          ),
        )}
      </g>
    ),
    [pixels.join()],
  );
}
