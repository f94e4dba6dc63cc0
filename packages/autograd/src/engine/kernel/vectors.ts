// Which loops go in vectors: several turns at once, side by side.
import { strideAlong } from "./dependence.ts";
import type { Statement, Variable } from "./language.ts";

/** Whether a loop does: nothing but stores along it, which lie side by side. */
export function isForVectors(variable: Variable, body: readonly Statement[]): boolean {
  return body.every((statement) => {
    switch (statement.kind) {
      case "store":
        return strideAlong(statement.index, variable) === 1;
      case "accumulate":
        // Elements of one vector must not meet at one place.
        return strideAlong(statement.index, variable) === 1;
      case "reduce":
        return statement.lanes === 1;
      case "scan":
        return isForVectors(variable, statement.body);
      default:
        return false;
    }
  });
}
