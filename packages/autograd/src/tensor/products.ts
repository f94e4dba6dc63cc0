// Products that sum over axes of their operands. Shapes that do not fit throw `ShapeError`. All but
// `matmul` sum bool and uint8 as int32.
import { describe } from "../graph/describe.ts";
import { NablaError } from "../graph/errors.ts";
import type { Shape } from "../graph/shape.ts";
import * as contraction from "../ops/contraction.ts";
import { einsum as einsumOf } from "../ops/einsum.ts";
import * as ops from "../ops/matmul.ts";
import type { ShapesOf } from "./joining.ts";
import type * as T from "./shapes.ts";
import {
  addMethods,
  computedNodeOf,
  type ShapeOf,
  type Tensor,
  tensorOf,
  tensorOn,
} from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /** Multiplies matrices: `[...batch, m, k] x [...batch, k, n]` gives `[...batch, m, n]`. */
    matmul<X extends Tensor, Y extends Tensor>(
      this: X,
      other: T.MatmulCheck<ShapeOf<X>, ShapeOf<Y>, Y>,
    ): Tensor<T.Matmul<ShapeOf<X>, ShapeOf<Y>>>;
    /**
     * Sums products over the last axis of this tensor and the second-to-last (or only) one of the
     * other.
     */
    dot<X extends Tensor, Y extends Tensor>(
      this: X,
      other: T.DotCheck<ShapeOf<X>, ShapeOf<Y>, Y>,
    ): Tensor<T.Dot<ShapeOf<X>, ShapeOf<Y>>>;
    /** Multiplies each element of this tensor by each of the other: `[size, size of the other]`. */
    outer<X extends Tensor, Y extends Tensor>(
      this: X,
      other: Y,
    ): Tensor<T.Outer<ShapeOf<X>, ShapeOf<Y>>>;
    /**
     * Sums products over the last axes here and as many first ones there, or over pairs of axes.
     */
    tensordot<X extends Tensor, Y extends Tensor, const A extends T.PairedAxes = 2>(
      this: X,
      other: Y,
      axes?: T.TensordotCheck<ShapeOf<X>, ShapeOf<Y>, A, A>,
    ): Tensor<T.Tensordot<ShapeOf<X>, ShapeOf<Y>, A>>;
  }
}

/**
 * Multiplies matrices: `[...batch, m, k] x [...batch, k, n]` gives `[...batch, m, n]`; batch axes
 * broadcast. As in NumPy, a vector is a row on the left and a column on the right, and its axis is
 * dropped from the result. Integers give int32, in this and all products of tensors, and wrap
 * around as in `mul`. Throws `ShapeError` if the inner sizes differ.
 *
 * @example
 * matmul(tensor([[1, 2], [3, 4]]), tensor([[1], [10]])).arraySync(); // => [[21], [43]]
 */
export function matmul<X extends Tensor, Y extends Tensor>(
  a: X,
  b: T.MatmulCheck<ShapeOf<X>, ShapeOf<Y>, Y>,
): Tensor<T.Matmul<ShapeOf<X>, ShapeOf<Y>>> {
  return tensorOf(ops.matmul(computedNodeOf("matmul", a), computedNodeOf("matmul", b as Tensor)));
}

/**
 * Sums products over the last axis of `a` and the second-to-last (or only) one of `b`, like NumPy's
 * `dot`: a number for vectors, the product for matrices; a scalar multiplies the other operand. For
 * batches of matrices use `matmul`, which pairs the batches.
 *
 * @example
 * dot(tensor([1, 2, 3]), tensor([4, 5, 6])).arraySync(); // => 32
 */
export function dot<X extends Tensor, Y extends Tensor>(
  a: X,
  b: T.DotCheck<ShapeOf<X>, ShapeOf<Y>, Y>,
): Tensor<T.Dot<ShapeOf<X>, ShapeOf<Y>>> {
  return tensorOf(contraction.dot(computedNodeOf("dot", a), computedNodeOf("dot", b as Tensor)));
}

/**
 * Multiplies each element of `a` by each of `b`, both flattened: `[size of a, size of b]`.
 *
 * @example
 * outer(tensor([1, 2]), tensor([1, 10])).arraySync(); // => [[1, 10], [2, 20]]
 */
export function outer<X extends Tensor, Y extends Tensor>(
  a: X,
  b: Y,
): Tensor<T.Outer<ShapeOf<X>, ShapeOf<Y>>> {
  return tensorOf(contraction.outer(computedNodeOf("outer", a), computedNodeOf("outer", b)));
}

/**
 * Sums products over the last `axes` (default: 2) axes of `a` and as many first ones of `b`, like
 * NumPy's `tensordot`; or over the listed axes, pair by pair. The result has the other axes of `a`,
 * then those of `b`.
 *
 * @example
 * tensordot(ones([2, 3, 4]), ones([3, 4, 5])).shape; // => [2, 5]
 * tensordot(ones([2, 3]), ones([4, 2]), [0, 1]).shape; // => [3, 4]
 */
export function tensordot<X extends Tensor, Y extends Tensor, const A extends T.PairedAxes = 2>(
  a: X,
  b: Y,
  axes?: T.TensordotCheck<ShapeOf<X>, ShapeOf<Y>, A, A>,
): Tensor<T.Tensordot<ShapeOf<X>, ShapeOf<Y>, A>> {
  const [left, right] = [computedNodeOf("tensordot", a), computedNodeOf("tensordot", b)];
  return tensorOf(contraction.tensordot(left, right, axes as T.PairedAxes | undefined));
}

/**
 * Sums products in Einstein notation, like NumPy's `einsum`: letters name the axes of each tensor,
 * and those of the output after "->". Axes that the output does not name are summed over, a letter
 * that occurs twice in one tensor takes its diagonal, "..." stands for all other axes, which
 * broadcast. Without "->" the output has the letters that occur once, in alphabetical order. Any
 * number of tensors: they are multiplied two at a time, as matrix products, the pairs with the
 * smallest result first.
 *
 * @example
 * const [a, b] = [tensor([[1, 2], [3, 4]]), tensor([[5, 6], [7, 8]])];
 * einsum("ij,jk->ik", a, b).arraySync(); // => [[19, 22], [43, 50]]
 * einsum("ii", a).arraySync(); // => 5
 * einsum("...i,...i->...", a, b).arraySync(); // => [17, 53]
 */
export function einsum<const E extends string, const L extends readonly Tensor[]>(
  expression: T.EinsumCheck<E, ShapesOf<L>, E>,
  ...tensors: L
): Tensor<T.Einsum<E, ShapesOf<L>>> {
  if (typeof expression !== "string") {
    throw new NablaError(`einsum: expression is ${describe(expression)}, expected a string`);
  }
  const nodes = tensors.map((x) => computedNodeOf("einsum", x));
  return tensorOn(nodes[0]!, einsumOf(expression, nodes));
}

addMethods({ matmul, dot, outer, tensordot });
