// The ten outputs of the network.
import type { VNode } from "preact";

/** The ten outputs, as numbers and bars. */
export function Outputs({ values }: { readonly values: readonly number[] }): VNode {
  return (
    <ol class="outputs" start={0}>
      {values.map((value, digit) => (
        <li key={digit}>
          <span>{digit}</span>
          <meter min={0} max={1} value={value} aria-label={`Output ${digit}`} />
          <span>{value.toFixed(2)}</span>
        </li>
      ))}
    </ol>
  );
}
