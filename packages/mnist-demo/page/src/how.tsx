// "How is this computed": the few lines of nabla that give what stands beside them.
import type { ComponentChildren, VNode } from "preact";

interface HowProps {
  readonly code: string;
  readonly children?: ComponentChildren;
}

export function How({ code, children }: HowProps): VNode {
  return (
    <details class="how">
      <summary>How is this computed?</summary>
      {children}
      <pre tabindex={0}>
        <code>{code}</code>
      </pre>
    </details>
  );
}
