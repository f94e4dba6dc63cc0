// A number with its name, which stay together where a list of them is broken into lines.
import type { ComponentChildren, VNode } from "preact";

interface FigureProps {
  readonly name: string;
  readonly id?: string;
  readonly children: ComponentChildren;
}

export function Figure({ name, id, children }: FigureProps): VNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd id={id}>{children}</dd>
    </div>
  );
}
