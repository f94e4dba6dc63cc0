// The back end that runs graphs node by node, in plain JavaScript, without a plan.
import type { Backend } from "../backend.ts";
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
};
