// Host functions as operations.
import { createNode, noAttributes } from "../graph/create.ts";
import type { GradientRule, HostFunction, Node, NoGradient } from "../graph/node.ts";
import type { Shape } from "../graph/shape.ts";
import type { DType } from "../scalar/dtype.ts";

/** An operation of its own: graphs with it share plans among each other only. */
export function hostOperation(
  name: string,
  { compute, onFailure }: Pick<HostFunction, "compute" | "onFailure">,
  gradient: GradientRule | NoGradient,
): HostFunction {
  return { family: "host", name, compute, onFailure, gradient: [gradient] };
}

/** What the function writes. */
export function writtenByHost(
  operation: HostFunction,
  inputs: readonly Node[],
  shape: Shape,
  dtype: DType,
): Node {
  return createNode(operation, inputs, noAttributes, shape, dtype);
}
