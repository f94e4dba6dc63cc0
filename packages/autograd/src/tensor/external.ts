// External numbers, such as a learning rate, that are evaluated at each run.

import { inOrder } from "../engine/background.ts";
import { constant } from "../ops/creation.ts";
import { conversions, type DType, filledData } from "../scalar/dtype.ts";
import { checkDType, checkFunction, checkRealNumber } from "./checks.ts";
import { anything } from "./kinds.ts";
import { checkOptions } from "./options.ts";
import { type Tensor, tensorOf } from "./tensor.ts";
import { currentTrace, untraced } from "./trace.ts";

/**
 * Makes a number that `f` returns into a tensor. A function that `compile` has traced asks `f`
 * again at each call, so that a number that changes is data, and nothing is recompiled. Elsewhere
 * `f` is called once, now. `f` should have no effects: it may be called more than once per call. What
 * it reads, such as a count of steps, is as of after all calls that were made before.
 *
 * @example
 * let rate = 0.5;
 * const scale = compile((x: Tensor) => x.mul(external(() => rate)));
 * scale(tensor([2])).arraySync(); // => [1]
 * rate = 3;
 * scale(tensor([2])).arraySync(); // => [6]
 */
export function external(f: () => number, options: { readonly dtype?: DType } = {}): Tensor<[]> {
  checkFunction("external", f);
  checkOptions("external", options, { dtype: anything });
  const { dtype = "float32" } = options;
  const to = checkDType("external", dtype);
  const ask = () => {
    const value = untraced(() => inOrder(f));
    checkRealNumber("external", "what the function gives", value);
    return filledData(to, 1, conversions[to](value));
  };
  const node = constant(ask(), Object.freeze([]), to);
  currentTrace()?.asked.set(node, ask);
  return tensorOf(node);
}
