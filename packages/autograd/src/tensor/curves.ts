// Curves through points: areas below, values between, polynomials; functions only. Values and gradients
// are defined in ops/curves.ts.
import { ShapeError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { formatShape } from "../graph/shape.ts";
import * as ops from "../ops/curves.ts";
import { checkCount } from "./checks.ts";
import { anything, finite, flag } from "./kinds.ts";
import { checkOptions } from "./options.ts";
import { computedNodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

export interface TrapezoidOptions {
  /** The places along the axis: a list, or a tensor of the shape of `y`. */
  readonly x?: Tensor;
  /** The distance of places, if they are not given. Default: 1. */
  readonly dx?: number;
  /** Default: the last. */
  readonly axis?: number;
}

/**
 * Integrates along an axis by the trapezoidal rule, like NumPy's `trapz`: the area below straight lines
 * through the elements. Integers become float32.
 *
 * @example
 * trapezoid(tensor([1, 2, 3])).itemSync(); // => 4
 * trapezoid(tensor([1, 2, 3]), { x: tensor([0, 2, 3]) }).itemSync(); // => 5.5
 */
export function trapezoid(y: Tensor, options: TrapezoidOptions = {}): Tensor {
  const node = computedNodeOf("trapezoid", y);
  checkOptions("trapezoid", options, { x: anything, dx: finite, axis: anything });
  const { x, dx = 1, axis = -1 } = options;
  const places = x === undefined ? undefined : computedNodeOf("trapezoid", x);
  return tensorOf(ops.trapezoid(node, places, dx, axis));
}

/**
 * Finds the values at `x` of straight lines through points, like NumPy's `interp`: `places` `[n]` in
 * ascending order and their `heights` `[n]`; before the first and after the last as there. Gradients go
 * to all three. Throws `ShapeError` unless there are as many of both, and at least one.
 *
 * @example
 * interp(tensor([-1, 0.5, 9]), tensor([0, 1]), tensor([10, 20])).arraySync(); // => [10, 15, 20]
 */
export function interp<X extends Tensor>(
  x: X,
  places: Tensor,
  heights: Tensor,
): Tensor<ShapeOf<X>> {
  const [at, from, to] = [x, places, heights].map((one) => computedNodeOf("interp", one));
  const shapes = `places ${formatShape(from!.shape)} and heights ${formatShape(to!.shape)}`;
  const [count = 0, ...others] = from!.shape;
  if (others.length > 0 || count === 0 || to!.shape.length !== 1 || to!.shape[0] !== count) {
    throw new ShapeError(`interp: ${shapes}, expected lists of one length, of at least 1`);
  }
  return tensorOf(ops.interp(at!, from!, to!));
}

/**
 * Computes a polynomial of the elements of `x`, like NumPy's `polyval`: its `coefficients` `[n]` come
 * from the highest power on. By Horner's rule, in n steps. Throws `ShapeError` unless they are a list.
 *
 * @example
 * polyval(tensor([1, 0, -2]), tensor([0, 3])).arraySync(); // => [-2, 7]
 */
export function polyval<X extends Tensor>(coefficients: Tensor, x: X): Tensor<ShapeOf<X>> {
  const [list, at] = [computedNodeOf("polyval", coefficients), computedNodeOf("polyval", x)];
  checkList("polyval", "coefficients are", list);
  return tensorOf(ops.polyval(list, at));
}

export interface VanderOptions {
  /** Whether powers go from 0 upwards. Default: from the highest down. */
  readonly increasing?: boolean;
}

/**
 * Makes a row of powers for each element of `x` `[n]`, like NumPy's `vander`: `[n, columns]`, from the
 * highest power on. `columns` is n if it is left out. Throws `ShapeError` unless `x` is a list.
 *
 * @example
 * vander(tensor([2, 3]), 3).arraySync(); // => [[4, 2, 1], [9, 3, 1]]
 */
export function vander(x: Tensor, columns?: number, options: VanderOptions = {}): Tensor {
  const node = computedNodeOf("vander", x);
  checkList("vander", "got", node);
  checkOptions("vander", options, { increasing: flag });
  const count = checkCount("vander", "columns", columns ?? node.shape[0]!);
  return tensorOf(ops.vander(node, count, options.increasing ?? false));
}

function checkList(name: string, what: string, { shape }: Node): void {
  if (shape.length === 1) return;
  throw new ShapeError(`${name}: ${what} ${formatShape(shape)}, expected one axis`);
}
