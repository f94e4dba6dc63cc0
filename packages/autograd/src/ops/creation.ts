// Nodes without inputs: constants, filled shapes, indices.
import { createNode } from "../graph/create.ts";
import type { History, Iota, Node, Source, Value } from "../graph/node.ts";
import { checkShape, type Shape } from "../graph/shape.ts";
import type { DType } from "../scalar/dtype.ts";
import { add, div, equal, less, mul, sub, where } from "./elementwise.ts";
import { broadcastTo } from "./movement.ts";
import { cast, literal, newLiteral } from "./operands.ts";

const constantOperation: Source = { family: "source", name: "constant", gradient: [] };
const parameterOperation: Source = { family: "source", name: "parameter", gradient: [] };
/** An argument of a compiled function, given anew in each call. */
const placeholderOperation: Source = { family: "source", name: "placeholder", gradient: [] };
/** A value computed earlier. Derivatives continue into its history, as long as that is kept. */
const computedOperation: Source = { family: "source", name: "computed", gradient: [(g) => g] };

/** The values of `data`, of which it takes ownership. */
export function constant(data: Value, shape: Shape, dtype: DType): Node {
  return source(constantOperation, data, shape, dtype, {});
}

/** The current value of the parameter called `label`. */
export function parameterValue(data: Value, shape: Shape, dtype: DType, label: string): Node {
  return source(parameterOperation, data, shape, dtype, { label });
}

/** An argument of a compiled function, without a value while it is traced. */
export function placeholder(shape: Shape, dtype: DType, label: string): Node {
  return createNode(placeholderOperation, [], { label }, shape, dtype);
}

/** Whether `node` stands for a value that does not exist while a function is traced. */
export function isPlaceholder(node: Node): boolean {
  return node.operation === placeholderOperation;
}

/** A node with the value of `history.tip`, but without its inputs. */
export function computed(data: Value, shape: Shape, dtype: DType, history: History): Node {
  return source(computedOperation, data, shape, dtype, { history });
}

const noInputs: readonly Node[] = Object.freeze([]);

function source(
  operation: Source,
  value: Value,
  shape: Shape,
  dtype: DType,
  attributes: { readonly label?: string; readonly history?: History },
): Node {
  const node = createNode(operation, noInputs, attributes, shape, dtype);
  node.cell.value = value;
  return node;
}

/** `value` everywhere; of no axes, the literal that others use as well. */
export function full(shape: Shape, value: number, dtype: DType): Node {
  return broadcastTo(literal(value, dtype), checkShape("full", shape));
}

/** `value` everywhere, in a node that nobody else uses. */
export function filled(shape: Shape, value: number, dtype: DType): Node {
  return shape.length === 0 ? newLiteral(value, dtype) : full(shape, value, dtype);
}

const iotaOperation: Iota = { family: "iota", name: "iota", gradient: [] };

/** The index of each element along `axis`, as int32. */
export function iota(shape: Shape, axis: number): Node {
  return createNode(iotaOperation, [], { axis }, shape, "int32");
}

/**
 * The numbers `start + i * step`, each computed in float64 and rounded to `dtype` as by a cast.
 */
export function steps(count: number, start: number, step: number, dtype: DType): Node {
  const last = start + (count - 1) * step;
  const exact = exactDType(dtype, [start, step, last, last - start, count]);
  return cast(progression(count, start, step, exact), dtype);
}

/** `count` evenly spaced numbers from `start` to `end`, inclusive. */
export function evenSteps(count: number, start: number, end: number, dtype: DType): Node {
  const intervals = Math.max(1, count - 1);
  const step = (end - start) / intervals;
  if (start + (count - 1) * step === end) return steps(count, start, step, dtype);
  const position = iota(Object.freeze([count]), 0);
  // If end - start overflows, its parts do not.
  const before = Number.isFinite(step)
    ? progression(count, start, step, "float64")
    : between(start, end, div(cast(position, "float64"), intervals));
  return cast(where(less(position, count - 1), before, count > 1 ? end : start), dtype);
}

/** From `start`, where `part` is 0, to `end`, where it is 1. */
function between(start: number, end: number, part: Node): Node {
  return add(mul(sub(1, part), start), mul(part, end));
}

function progression(count: number, start: number, step: number, dtype: DType): Node {
  const position = cast(iota(Object.freeze([count]), 0), dtype);
  return add(mul(position, step), start);
}

/** The dtype in which integers such as `bounds` are exact and fast; else float64. */
function exactDType(dtype: DType, bounds: readonly number[]): DType {
  const [computed, limit]: readonly [DType, number] =
    dtype === "float32" ? ["float32", 2 ** 24] : ["int32", 2 ** 31 - 1];
  const fits = bounds.every((one) => Number.isInteger(one) && Math.abs(one) <= limit);
  return fits && dtype !== "float64" ? computed : "float64";
}

/** 1 on the diagonal, else 0. */
export function eye(rows: number, columns: number, dtype: DType): Node {
  const shape = checkShape("eye", [rows, columns]);
  return cast(equal(iota(shape, 0), iota(shape, 1)), dtype);
}
