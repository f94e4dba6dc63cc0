// A signed number as a bar from a line in the middle: to the right for more, to the left for less.
import type { VNode } from "preact";

interface BarProps {
  readonly value: number;
  /** The number whose bar is half as wide as there is room. */
  readonly scale: number;
  /** An activation: in ink, from the left. */
  readonly isInk?: boolean;
}

const [wide, high] = [80, 12];

export function Bar({ value, scale, isInk = false }: BarProps): VNode {
  const middle = isInk ? 0 : wide / 2;
  const length = (Math.min(Math.abs(value) / scale, 1) * wide) / (isInk ? 1 : 2);
  return (
    <svg class="signed-bar" viewBox={`0 0 ${wide} ${high}`} aria-hidden="true">
      <rect
        class={isInk ? "ink" : value > 0 ? "more" : "less"}
        x={value < 0 ? middle - length : middle}
        y="1"
        width={length}
        height={high - 2}
      />
      <path class="axis" d={`M${middle} 0V${high}`} />
    </svg>
  );
}
