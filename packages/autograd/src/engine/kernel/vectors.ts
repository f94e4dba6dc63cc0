// Which loops are vectorized: several iterations at once, side by side.
import { strideAlong } from "./dependence.ts";
import type { Statement, Variable } from "./language.ts";

/** Whether a loop can be vectorized: it contains only stores, which are contiguous along it. */
export function isForVectors(variable: Variable, body: readonly Statement[]): boolean {
  return body.every((statement) => {
    switch (statement.kind) {
      case "store":
        return strideAlong(statement.index, variable) === 1;
      case "accumulate":
        // Elements of one vector must not write to the same element.
        return strideAlong(statement.index, variable) === 1;
      case "reduce":
        return statement.lanes === 1;
      case "prefix":
        return isForVectors(variable, statement.body);
      default:
        return false;
    }
  });
}
