// A graph, drawn by Graphviz, which is loaded for the first one.
import { type Remote, wrap } from "comlink";
import type { VNode } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { GraphWorker } from "./graph-worker.ts";

interface GraphProps {
  readonly title: string;
  readonly dot: string;
}

let worker: Remote<GraphWorker> | undefined;

function graphWorker(): Remote<GraphWorker> {
  const started = (): Worker =>
    new Worker(new URL("graph-worker.ts", import.meta.url), { type: "module" });
  return (worker ??= wrap<GraphWorker>(started()));
}

/** In an image, so that nothing in it can be more than a drawing; it is light or dark as the page is. */
const style = `<style>
  text { fill: #22252b; } path, ellipse, polygon { stroke: #4d525b; } polygon, ellipse { fill: none; }
  .edge polygon { fill: #4d525b; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e8e6e1; } path, ellipse, polygon { stroke: #b4b9c4; } .edge polygon { fill: #b4b9c4; }
  }
</style>`;

export function GraphView({ title, dot }: GraphProps): VNode {
  const [image, setImage] = useState<string>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    let isWanted = true;
    graphWorker()
      .svgOf(dot)
      .then(
        (svg) => isWanted && setImage(svg.replace(/(<svg[^>]*>)/, `$1${style}`)),
        (reason: unknown) => isWanted && setError(`the graph is not drawn: ${String(reason)}`),
      );
    return () => {
      isWanted = false;
    };
  }, [dot]);
  if (error !== undefined) return <p role="alert">{error}</p>;
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <div class="scroll" tabindex={0} role="group" aria-label={title}>
        {image === undefined ? (
          <p>Drawing…</p>
        ) : (
          <img alt={title} src={`data:image/svg+xml,${encodeURIComponent(image)}`} />
        )}
      </div>
    </figure>
  );
}
