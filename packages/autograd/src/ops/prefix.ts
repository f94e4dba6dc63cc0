// Running totals along an axis: each element combined with all before it, in one pass.
import { createNode } from "../graph/create.ts";
import { type GradientRule, type Node, ofFamily, type Prefix } from "../graph/node.ts";
import { normalizeAxis } from "../graph/shape.ts";
import { totalDType } from "../scalar/dtype.ts";
import * as scalar from "../scalar/expression.ts";
import { mul } from "./elementwise.ts";
import { flip, pad, reshape, slice } from "./movement.ts";
import { cast } from "./operands.ts";
import { wholeZero } from "./reduce.ts";

const [total, first, second] = [scalar.input(0), scalar.input(1), scalar.input(2)];

// -0, since -0 + x is x for all x; 0 + -0 is 0.
const sumOperation: Prefix = {
  family: "prefix",
  name: "cumSum",
  start: -0,
  combine: scalar.add(total, first),
  gradient: [rule((g, axis) => backwards(g, axis, (x) => prefix(sumOperation, axis, x)))],
};

/**
 * y[k] = x[0] … x[k]. Primitive, as a sum of logarithms would lose digits and signs. The gradient
 * is y[k - 1] times the sum over i >= k of g[i] x[k + 1] … x[i]: without division, so zeros are
 * fine.
 */
const productOperation: Prefix = {
  family: "prefix",
  name: "cumProd",
  start: 1,
  combine: scalar.mul(total, first),
  gradient: [rule((g, axis, [x], y) => mul(adjoint(g, x!, axis), delayed(y, axis, 1)))],
};

/**
 * y[k] = a[k] y[k - 1] + b[k]. Primitive, as a composition would divide by products of many a's,
 * which overflow and underflow. Its gradient is one of the same kind: G. E. Blelloch, "Prefix sums
 * and their applications", 1990, section 1.4.
 */
const recurrenceOperation: Prefix = {
  family: "prefix",
  name: "linearRecurrence",
  start: 0,
  combine: scalar.add(scalar.mul(total, first), second),
  gradient: [
    rule((g, axis, [a], y) => mul(adjoint(g, a!, axis), delayed(y, axis, 0))),
    rule((g, axis, [a]) => adjoint(g, a!, axis)),
  ],
};

function rule(
  gradient: (g: Node, axis: number, inputs: readonly Node[], output: Node) => Node,
): GradientRule {
  return (g, inputs, output) =>
    gradient(g, ofFamily(output, "prefix").attributes.axis, inputs, output);
}

/** y[k] = a[k] y[k - 1] + b[k] along `axis`, from y = 0; `a` and `b` have one shape and dtype. */
export function linearRecurrence(a: Node, b: Node, axis: number): Node {
  return prefix(recurrenceOperation, axis, a, b);
}

function prefix(operation: Prefix, axis: number, ...inputs: readonly Node[]): Node {
  const [{ shape, dtype }] = inputs as readonly [Node];
  return createNode(operation, inputs, { axis }, shape, dtype);
}

/** The gradient of the sum of g * y by y[k]: G[k] = g[k] + a[k + 1] G[k + 1]. */
function adjoint(g: Node, a: Node, axis: number): Node {
  const next = backwards(a, axis, (x) => delayed(x, axis, 0));
  const factors = flip(next, axis);
  return backwards(g, axis, (x) => linearRecurrence(factors, x, axis));
}

/** Applies `f` to the elements in reverse order. */
function backwards(x: Node, axis: number, f: (x: Node) => Node): Node {
  return flip(f(flip(x, axis)), axis);
}

/** Shifts each element one place later, with `start` as the first. */
export function delayed(x: Node, axis: number, start: number): Node {
  if (x.shape[axis] === 0) return x;
  const padding = x.shape.map((_, i) => [i === axis ? 1 : 0, 0] as const);
  return pad(slice(x, axis, 0, -1), padding, start);
}

export interface CumulativeOptions {
  /** Whether to leave out the element itself. */
  readonly exclusive?: boolean;
  /** Whether to go from the last element to the first. */
  readonly reverse?: boolean;
}

/** Running sums along `axis`; over the flattened tensor if it is left out. */
export function cumSum(x: Node, axis?: number, options?: CumulativeOptions): Node {
  return runningTotal(sumOperation, 0, x, axis, options);
}

/** Running products along `axis`; over the flattened tensor if it is left out. */
export function cumProd(x: Node, axis?: number, options?: CumulativeOptions): Node {
  return wholeZero(runningTotal(productOperation, 1, x, axis, options), x);
}

function runningTotal(
  operation: Prefix,
  nothing: number,
  x: Node,
  axis: number | undefined,
  { exclusive = false, reverse = false }: CumulativeOptions = {},
): Node {
  if (axis === undefined) {
    return runningTotal(operation, nothing, reshape(x, [-1]), 0, { exclusive, reverse });
  }
  const normal = normalizeAxis(operation.name, axis, x.shape);
  const whole = cast(x, totalDType(x.dtype));
  const all = (elements: Node): Node =>
    prefix(operation, normal, exclusive ? delayed(elements, normal, nothing) : elements);
  return reverse ? backwards(whole, normal, all) : all(whole);
}
