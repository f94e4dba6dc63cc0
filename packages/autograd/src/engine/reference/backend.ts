// The back end that runs graphs node by node, in plain JavaScript, without a plan.
import { printGraph } from "../../graph/print.ts";
import type { Backend, Graph } from "../backend.ts";
import { run } from "./run.ts";

export const referenceBackend: Backend = {
  name: "reference",
  prepare: ({ inputs, order, outputs }) => ({
    run(values, _, accept) {
      const given = new Map(inputs.map((node, i) => [node, values[i]!]));
      const results = run(order, outputs, given);
      accept?.(results);
      return results;
    },
  }),
  explain: ({ order, outputs }: Graph) =>
    [`${order.length} nodes, each by itself in plain JavaScript`, printGraph(outputs)].join("\n"),
};
