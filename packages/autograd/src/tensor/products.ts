// Products that sum over an axis of both operands.
import type { Shape } from "../graph/shape.ts";
import * as ops from "../ops/matmul.ts";
import type * as T from "./shapes.ts";
import { addMethods, nodeOf, type ShapeOf, type Tensor, tensorOf } from "./tensor.ts";

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /** The matrix product; `[...batch, m, k] x [...batch, k, n]` gives `[...batch, m, n]`. */
    matmul<X extends Tensor, Y extends Tensor>(
      this: X,
      other: T.MatmulCheck<ShapeOf<X>, ShapeOf<Y>, Y>,
    ): Tensor<T.Matmul<ShapeOf<X>, ShapeOf<Y>>>;
  }
}

/**
 * The matrix product: `[...batch, m, k] x [...batch, k, n]` gives `[...batch, m, n]`; batch axes
 * broadcast. As in NumPy a vector is a row on the left and a column on the right, and leaves no
 * axis behind. Throws `ShapeError` where the inner sizes differ.
 *
 * @example
 * matmul(tensor([[1, 2], [3, 4]]), tensor([[1], [10]])).arraySync(); // => [[21], [43]]
 */
export function matmul<X extends Tensor, Y extends Tensor>(
  a: X,
  b: T.MatmulCheck<ShapeOf<X>, ShapeOf<Y>, Y>,
): Tensor<T.Matmul<ShapeOf<X>, ShapeOf<Y>>> {
  return tensorOf(ops.matmul(nodeOf("matmul", a), nodeOf("matmul", b as Tensor)));
}

addMethods({ matmul });
