// The functions of kernels, written once for all modules: plans share kernels.
import type { Kernel } from "../kernel/language.ts";
import { type KernelContext, type KernelFunction, writeKernel } from "./statements.ts";

const known = new WeakMap<Kernel, Map<string, KernelFunction>>();

/** The function of a kernel, as `writeKernel` gives it. */
export function functionOf(
  kernel: Kernel,
  context: KernelContext,
  isWorthParts: boolean,
): KernelFunction {
  // Which numbers are arguments is up to the module.
  if (context.numbers.size > 0) return writeKernel(kernel, context, isWorthParts);
  const variant = `${context.isFused} ${isWorthParts}`;
  const before = known.get(kernel)?.get(variant);
  if (before) return before;
  const written = writeKernel(kernel, context, isWorthParts);
  // So are the numbers of imported functions.
  if (written.callsHost) return written;
  const variants = known.get(kernel) ?? new Map<string, KernelFunction>();
  known.set(kernel, variants.set(variant, written));
  return written;
}
