// The ten outputs of the network; beside their targets, what each adds to the cost.
import type { VNode } from "preact";
import { plain } from "./numbers.ts";

interface OutputsProps {
  readonly values: readonly number[];
  /** The digit that the network should read; undefined where nobody knows. */
  readonly label?: number | undefined;
  /** The squared difference of each output from its target. */
  readonly terms?: readonly number[] | undefined;
}

/** The ten outputs, as numbers and bars. */
export function Outputs({ values, label, terms }: OutputsProps): VNode {
  return (
    <ol class={terms ? "outputs with-terms" : "outputs"} start={0}>
      {values.map((value, digit) => {
        const target = digit === label ? 1 : 0;
        return (
          <li key={digit} class={digit === label ? "target" : undefined}>
            <span>{digit}</span>
            <Bar value={value} label={`Output ${digit}`} target={terms && target} />
            <span>{value.toFixed(2)}</span>
            {terms && (
              <span class="term">
                {target === 1 ? `(${value.toFixed(2)} − 1)² = ` : `${value.toFixed(2)}² = `}
                {plain(terms[digit]!)}
              </span>
            )}
          </li>
        );
      })}
    </ol>
  );
}

interface BarProps {
  /** 0 to 1. */
  readonly value: number;
  readonly label: string;
  /** Where a tick stands. */
  readonly target?: number | undefined;
}

function Bar({ value, label, target }: BarProps): VNode {
  const of = target === undefined ? "" : `, target ${target}`;
  return (
    <span
      class="bar"
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={1}
      aria-valuenow={Number(value.toFixed(3))}
      aria-valuetext={`${value.toFixed(2)}${of}`}
    >
      <span style={{ width: `${100 * value}%` }} />
      {target !== undefined && <i style={{ left: `${100 * target}%` }} />}
    </span>
  );
}
