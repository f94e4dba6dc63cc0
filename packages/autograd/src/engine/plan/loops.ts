// Loops of products, convolutions, reductions and running totals.
import type { DType } from "../../scalar/dtype.ts";
import type { Buffer, Kernel, Statement, Value } from "../kernel/language.ts";
import type { Target } from "../target.ts";
import type { Lowering } from "./lower.ts";

/** The loops of a kernel, and kernels that run before it. */
export interface Loops {
  readonly before: readonly Kernel[];
  readonly body: readonly Statement[];
}

/** What lowering to loops needs to know. */
export interface LoopContext {
  readonly lowering: Lowering;
  readonly target: Target;
  /** Adds a buffer for something other than a node. */
  addBuffer(dtype: DType, size: number): Buffer;
  /** The stores of an accumulator's result. */
  stores(total: Value): readonly Statement[];
}
