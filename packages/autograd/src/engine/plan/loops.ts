// What products, convolutions, reductions and scans become.
import type { DType } from "../../scalar/dtype.ts";
import type { Buffer, Kernel, Statement, Value } from "../kernel/language.ts";
import type { Target } from "../target.ts";
import type { Lowering } from "./lower.ts";

/** The loops of a kernel, and kernels that are run before it. */
export interface Loops {
  readonly before: readonly Kernel[];
  readonly body: readonly Statement[];
}

/** What they are lowered with. */
export interface LoopContext {
  readonly lowering: Lowering;
  readonly target: Target;
  /** A buffer for what no node stands for. */
  addBuffer(dtype: DType, size: number): Buffer;
  /** What is stored of a total. */
  stores(total: Value): readonly Statement[];
}
