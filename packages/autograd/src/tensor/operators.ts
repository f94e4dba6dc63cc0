// Typed wrappers that turn operations on nodes into functions on tensors: unary, binary, reductions.
import type { Node } from "../graph/node.ts";
import type { Shape } from "../graph/shape.ts";
import type { Operand as NodeOperand } from "../ops/operands.ts";
import { flag } from "./kinds.ts";
import { checkOptions } from "./options.ts";
import type * as T from "./shapes.ts";
import {
  computedNodeOf,
  type Operand,
  operandOf,
  type ShapeOf,
  type Tensor,
  tensorOf,
} from "./tensor.ts";

/** `Y` if it broadcasts with `X`, else the error as a string type. */
export type Broadcasting<Operation extends string, X, Y> = T.BroadcastCheck<
  Operation,
  ShapeOf<X>,
  ShapeOf<Y>,
  Y
>;

/** Wraps an operation on one operand; errors call it `name`. */
export function unary<S extends Shape>(
  name: string,
  operation: (x: NodeOperand) => Node,
  x: Operand,
): Tensor<S> {
  return tensorOf(operation(operandOf(name, x)));
}

/** Wraps an operation on two operands, whose types the caller has checked. */
export function binary<S extends Shape>(
  name: string,
  operation: (a: NodeOperand, b: NodeOperand) => Node,
  a: unknown,
  b: unknown,
): Tensor<S> {
  return tensorOf(operation(operandOf(name, a as Operand), operandOf(name, b as Operand)));
}

/** Wraps an operation that reduces axes, which the caller has checked. */
export function reduction<S extends Shape>(
  name: string,
  operation: (x: Node, axis?: never, keepDims?: boolean) => Node,
  x: Tensor,
  axis: unknown,
  options: { readonly keepDims?: boolean },
): Tensor<S> {
  checkOptions(name, options, { keepDims: flag });
  return tensorOf(operation(computedNodeOf(name, x), axis as never, options.keepDims));
}
