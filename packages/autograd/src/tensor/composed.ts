// NumPy's functions that are compositions of others. Values and gradients are defined in
// ops/composed.ts.
import { describe } from "../graph/describe.ts";
import { NablaError, ShapeError } from "../graph/errors.ts";
import { formatShape, type Shape } from "../graph/shape.ts";
import * as ops from "../ops/composed.ts";
import { checkFinite, checkRealNumber } from "./checks.ts";
import { anything, flag, fromZero, natural, oneOf } from "./kinds.ts";
import type { Broadcasting } from "./operators.ts";
import { checkOptions } from "./options.ts";
import type * as T from "./shapes.ts";
import { computedNodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

export interface DiffOptions {
  /** How many times over. Default: 1. */
  readonly times?: number;
}

/**
 * Subtracts from each element the one before it along `axis` (default: the last), which has one
 * element less then.
 *
 * @example
 * diff(tensor([1, 4, 9, 16])).arraySync(); // => [3, 5, 7]
 * diff(tensor([1, 4, 9, 16]), 0, { times: 2 }).arraySync(); // => [2, 2]
 */
export function diff<X extends Tensor, const A extends number = -1>(
  x: X,
  axis?: T.AxesCheck<"diff", ShapeOf<X>, A, A>,
  options: DiffOptions = {},
): Tensor {
  const node = computedNodeOf("diff", x);
  checkOptions("diff", options, { times: natural });
  const { times = 1 } = options;
  return tensorOf(ops.diff(node, (axis === undefined ? -1 : axis) as number, times));
}

/**
 * Computes the Kronecker product: each element of `a` times all of `b`, in blocks.
 *
 * @example
 * kron(tensor([1, 10]), tensor([[1, 2]])).arraySync(); // => [[1, 2, 10, 20]]
 */
export function kron(a: Tensor, b: Tensor): Tensor {
  return tensorOf(ops.kron(computedNodeOf("kron", a), computedNodeOf("kron", b)));
}

/**
 * Computes cross products of vectors of three elements, which lie along `axis` (default: the last)
 * of both; all other axes broadcast. Throws `ShapeError` if there are not three, and where shapes of
 * different length have another axis there, which one below 0, from the end, never is.
 *
 * @example
 * cross(tensor([1, 0, 0]), tensor([0, 1, 0])).arraySync(); // => [0, 0, 1]
 */
export function cross<X extends Tensor, Y extends Tensor>(
  a: X,
  b: Broadcasting<"cross", X, Y>,
  axis = -1,
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  return tensorOf(
    ops.cross(computedNodeOf("cross", a), computedNodeOf("cross", b as Tensor), axis),
  );
}

export interface MeshgridOptions {
  /**
   * The order of axes: "xy" (default), in which the first list runs along the second axis, as the x of
   * a picture does; "ij", in which lists are in the order of axes.
   */
  readonly indexing?: "xy" | "ij";
}

/**
 * Makes the coordinates of all points of a grid from those along its sides: for each list of `lists`
 * a tensor of the grid's shape, as NumPy's `meshgrid`.
 *
 * @example
 * const [x, y] = meshgrid([tensor([1, 2, 3]), tensor([10, 20])]);
 * x.arraySync(); // => [[1, 2, 3], [1, 2, 3]]
 * y.arraySync(); // => [[10, 10, 10], [20, 20, 20]]
 */
export function meshgrid<const List extends readonly Tensor[]>(
  lists: List,
  options: MeshgridOptions = {},
): { -readonly [I in keyof List]: Tensor } {
  checkOptions("meshgrid", options, { indexing: oneOf("xy", "ij") });
  const { indexing = "xy" } = options;
  if (!Array.isArray(lists)) {
    throw new NablaError(`meshgrid: got ${describe(lists)}, expected a list of tensors`);
  }
  const nodes = lists.map((list) => computedNodeOf("meshgrid", list));
  nodes.forEach(({ shape }, i) => {
    if (shape.length === 1) return;
    throw new ShapeError(`meshgrid: list ${i} is ${formatShape(shape)}, expected one axis`);
  });
  const grids = ops.meshgrid(nodes, indexing === "xy").map((grid) => tensorOf<Shape>(grid));
  return grids as { -readonly [I in keyof List]: Tensor };
}

export interface NanToNumOptions {
  /** In place of NaN. Default: 0. */
  readonly nan?: number;
  /** In place of infinity. Default: the largest number of the dtype. */
  readonly positiveInfinity?: number;
  /** In place of negative infinity. Default: the smallest number of the dtype. */
  readonly negativeInfinity?: number;
}

/**
 * Replaces NaN and infinities by numbers; their gradients are 0. Integers stay as they are. Throws
 * `NablaError` for numbers that the dtype does not have.
 *
 * @example
 * nanToNum(tensor([1, Number.NaN, Infinity]), { positiveInfinity: 9 }).arraySync(); // => [1, 0, 9]
 */
export function nanToNum<X extends Tensor>(
  x: X,
  options: NanToNumOptions = {},
): Tensor<ShapeOf<X>> {
  const node = computedNodeOf("nanToNum", x);
  checkOptions("nanToNum", options, {
    nan: anything,
    positiveInfinity: anything,
    negativeInfinity: anything,
  });
  for (const [name, value] of Object.entries<unknown>({ ...options })) {
    if (value === undefined) continue;
    checkRealNumber("nanToNum", name, value);
    if (Number.isFinite(value)) checkFinite("nanToNum", name, value, node.dtype);
  }
  const { nan = 0, positiveInfinity, negativeInfinity } = options;
  return tensorOf(ops.nanToNum(node, { nan, positiveInfinity, negativeInfinity }));
}

export interface CloseOptions {
  /** A part of |b|. Default: 1e-5. */
  readonly relativeTolerance?: number;
  /** Default: 1e-8. */
  readonly absoluteTolerance?: number;
  /** Whether NaN is close to NaN. Default: false. */
  readonly equalNaN?: boolean;
}

/**
 * Whether |a - b| <= absoluteTolerance + relativeTolerance |b|, element by element; bool. Infinities are
 * close only to themselves. Tolerances are NumPy's. For tests there is `expectClose` in
 * `@nabla/autograd/testing`, which says where tensors differ.
 *
 * @example
 * isClose(tensor([1, 2]), tensor([1.000001, 2.1])).arraySync(); // => [1, 0]
 */
export function isClose<X extends Tensor, Y extends Tensor>(
  a: X,
  b: Broadcasting<"isClose", X, Y>,
  options: CloseOptions = {},
): Tensor<T.Broadcast<ShapeOf<X>, ShapeOf<Y>>> {
  const [x, y] = [computedNodeOf("isClose", a), computedNodeOf("isClose", b as Tensor)];
  return tensorOf(ops.isClose("isClose", x, y, tolerancesOf("isClose", options)));
}

/**
 * Tells whether all elements are close, by `isClose`; a bool of no axes.
 *
 * @example
 * allClose(tensor([1, 2]), tensor([1, 2.000001])).itemSync(); // => 1
 */
export function allClose<X extends Tensor, Y extends Tensor>(
  a: X,
  b: Broadcasting<"allClose", X, Y>,
  options: CloseOptions = {},
): Tensor<readonly []> {
  const [x, y] = [computedNodeOf("allClose", a), computedNodeOf("allClose", b as Tensor)];
  return tensorOf(ops.allClose(x, y, tolerancesOf("allClose", options)));
}

function tolerancesOf(name: string, options: CloseOptions): ops.Tolerances {
  checkOptions(name, options, {
    relativeTolerance: fromZero,
    absoluteTolerance: fromZero,
    equalNaN: flag,
  });
  const { relativeTolerance = 1e-5, absoluteTolerance = 1e-8, equalNaN = false } = options;
  return { relative: relativeTolerance, absolute: absoluteTolerance, isNaNEqual: equalNaN };
}
