// Graphviz in a worker: laying out a graph may take a while.
import { instance } from "@viz-js/viz";
import { expose } from "comlink";

export interface GraphWorker {
  /** A drawing of a graph in Graphviz's language, as SVG. */
  svgOf(dot: string): Promise<string>;
}

const graphviz = instance();

/** One with equal widths whose measures Graphviz knows. */
const font = "Courier";

expose({
  svgOf: async (dot) =>
    (await graphviz).renderString(dot.replace("fontname=monospace", `fontname=${font}`), {
      format: "svg",
      graphAttributes: { bgcolor: "transparent" },
      nodeAttributes: { fontsize: 9.5 },
      edgeAttributes: { fontname: font, fontsize: 8.5 },
    }),
} satisfies GraphWorker);
