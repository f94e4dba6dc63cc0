// What a program has shown, in order.
import type { VNode } from "preact";
import { GraphView } from "./graph-view.tsx";
import { ImageView } from "./image-view.tsx";
import type { Figure } from "./output.ts";
import { PlotView } from "./plot-view.tsx";
import type { Listing } from "./shown.ts";

export function OutputView({ listing }: { readonly listing: Listing }): VNode {
  const { entries, leftOut } = listing;
  return (
    <>
      {leftOut > 0 && <p class="note">… and {leftOut.toLocaleString("en")} before these</p>}
      {entries.map((entry) =>
        entry.kind === "figure" ? (
          <FigureView key={entry.id} figure={entry.figure} />
        ) : (
          <pre key={entry.id} class="text" tabindex={0}>
            {entry.lines.map(({ text, isError }, i) => (
              <span key={i} class={isError ? "less" : undefined}>
                {text}
                {"\n"}
              </span>
            ))}
          </pre>
        ),
      )}
    </>
  );
}

function FigureView({ figure }: { readonly figure: Figure }): VNode {
  switch (figure.kind) {
    case "graph":
      return <GraphView {...figure} />;
    case "plot":
      return <PlotView {...figure} />;
    case "image":
      return <ImageView {...figure} />;
  }
}
