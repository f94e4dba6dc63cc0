import type { Variable } from "@nabla/autograd/backend";

/** Elements that are computed at once: consecutive ones along a variable. */
export interface Vector {
  readonly variable: Variable;
  readonly lanes: number;
  /** Those that exist; others hold anything. */
  readonly valid: number;
  /** The variable's counter is a multiple of this. Default: `lanes`. */
  readonly step?: number;
}
