// Creates parameters.

import { currentCall } from "../graph/site.ts";
import type { DType, Numbers } from "../scalar/dtype.ts";
import { anything, text } from "./kinds.ts";
import { checkOptions } from "./options.ts";
import { Parameter } from "./parameter.ts";
import type * as T from "./shapes.ts";
import { computeSmallDraws } from "./small-draws.ts";
import { Tensor } from "./tensor.ts";
import { currentTrace } from "./trace.ts";
import { nodeOfValues } from "./values.ts";

let unnamed = 0;

/**
 * Creates a parameter with a first value: numbers as `tensor` takes them, or a tensor.
 *
 * @example
 * parameter([[0, 0]], { name: "weight" }).shape; // => [1, 2]
 */
export function parameter<X extends Tensor>(
  value: X,
  options?: ParameterOptions,
): Parameter<X extends Tensor<infer S> ? S : never>;
export function parameter<const V extends T.Nested | Numbers>(
  value: T.NestedCheck<V, V>,
  options?: ParameterOptions & { readonly dtype?: DType },
): Parameter<T.NestedShape<V>>;
export function parameter(
  value: unknown,
  options: ParameterOptions & { readonly dtype?: DType } = {},
): Parameter {
  checkOptions("parameter", options, { name: text, dtype: anything });
  const { name = `parameter ${unnamed++}`, dtype } = options;
  const node =
    value instanceof Tensor ? Tensor.nodeOf(value) : nodeOfValues("parameter", value, dtype);
  if (!currentTrace()) computeSmallDraws(node);
  const result = new Parameter(node, name);
  currentCall.end("parameter", node.shape, true);
  return result;
}

export interface ParameterOptions {
  /** Its name in printed graphs and errors. Default: "parameter 0" and so on. */
  readonly name?: string;
}
