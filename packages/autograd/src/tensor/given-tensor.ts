// Whether an argument is a tensor, for callers without a compiler.
import { describe } from "../graph/describe.ts";
import { NablaError } from "../graph/errors.ts";
import type { Kind } from "./kinds.ts";
import { Tensor } from "./tensor.ts";

/** For options that are tensors. */
export const isTensor: Kind = [(x) => x instanceof Tensor, "a tensor"];

/**
 * Throws `NablaError` for what is no tensor; errors call it `name`.
 *
 * @example
 * import { checkTensor } from "@nabla/autograd/checks";
 *
 * checkTensor("dense", [1, 2]);
 * // => throws dense: got an array, expected a tensor; tensor(x) makes one
 */
export function checkTensor(operation: string, x: unknown, name = ""): asserts x is Tensor {
  if (x instanceof Tensor) return;
  const given = name === "" ? "got" : `${name} is`;
  throw new NablaError(
    `${operation}: ${given} ${describe(x)}, expected a tensor; tensor(x) makes one`,
  );
}
