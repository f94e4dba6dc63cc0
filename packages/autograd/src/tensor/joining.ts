// Joins, splits and repeats tensors, as functions and as methods. Shapes that do not fit throw
// `ShapeError`. How each moves elements is defined in ops/movement.ts and ops/rearrange.ts.
import { NablaError } from "../graph/errors.ts";
import type { Node } from "../graph/node.ts";
import { type Shape, splitSizes } from "../graph/shape.ts";
import * as ops from "../ops/movement.ts";
import * as composed from "../ops/rearrange.ts";
import type * as T from "./shapes.ts";
import { addMethods, nodeOf, type ShapeOf, type Tensor, tensorOf, tensorOn } from "./tensor.ts";

/** One tensor for each shape of a tuple. */
export type Tensors<Shapes extends readonly Shape[]> = { [I in keyof Shapes]: Tensor<Shapes[I]> };
/** The shapes of a list of tensors. */
export type ShapesOf<List extends readonly Tensor[]> = {
  readonly [I in keyof List]: ShapeOf<List[I]>;
};

declare module "./tensor.ts" {
  interface Tensor<out S extends Shape = Shape> {
    /**
     * Splits along `axis` (default 0) into `parts` equal parts, or into parts of the given sizes.
     */
    split<X extends Tensor, const P extends T.Parts, const A extends number = 0>(
      this: X,
      parts: T.SplitCheck<ShapeOf<X>, P, A, P>,
      axis?: T.AxesCheck<"split", ShapeOf<X>, A, A>,
    ): Tensors<T.Split<ShapeOf<X>, P, A>>;
    /** Repeats the whole tensor, by a number of times along each axis. */
    tile<X extends Tensor, const N extends number | readonly number[]>(
      this: X,
      times: T.TimesCheck<"tile", N, N>,
    ): Tensor<T.Tile<ShapeOf<X>, N>>;
    /** Repeats each element `times` along `axis`; left out: all of them, in one axis. */
    repeat<
      X extends Tensor,
      const N extends number,
      const A extends number | undefined = undefined,
    >(
      this: X,
      times: T.TimesCheck<"repeat", N, N>,
      axis?: T.AxesCheck<"repeat", ShapeOf<X>, A, A>,
    ): Tensor<T.Repeat<ShapeOf<X>, N, A>>;
  }
}

/**
 * Splits along `axis` (default 0) into `parts` equal parts, or into parts of the given sizes.
 *
 * @example
 * split(tensor([1, 2, 3, 4]), 2).map((part) => part.arraySync()); // => [[1, 2], [3, 4]]
 */
export function split<X extends Tensor, const P extends T.Parts, const A extends number = 0>(
  x: X,
  parts: T.SplitCheck<ShapeOf<X>, P, A, P>,
  axis?: T.AxesCheck<"split", ShapeOf<X>, A, A>,
): Tensors<T.Split<ShapeOf<X>, P, A>> {
  const node = nodeOf("split", x);
  const along = (axis === undefined ? 0 : axis) as number;
  let from = 0;
  return splitSizes(node.shape, parts, along).map((size) => {
    const part = ops.slice(node, along, from, from + size);
    from += size;
    return tensorOn(node, part);
  }) as readonly Tensor[] as Tensors<T.Split<ShapeOf<X>, P, A>>;
}

/**
 * Concatenates tensors along `axis` (default 0); all other sizes must agree.
 *
 * @example
 * concat([tensor([1, 2]), tensor([3])]).arraySync(); // => [1, 2, 3]
 */
export function concat<const L extends readonly Tensor[], const A extends number = 0>(
  tensors: readonly [...L] & T.ConcatCheck<ShapesOf<L>, A>,
  axis?: A,
): Tensor<T.Concat<ShapesOf<L>, A>> {
  const nodes = nodesOf("concat", tensors);
  return tensorOn(nodes[0]!, ops.concat(nodes, axis));
}

/**
 * Stacks tensors of equal shapes along a new axis at `axis` (default 0) of the result.
 *
 * @example
 * stack([tensor([1, 2]), tensor([3, 4])]).arraySync(); // => [[1, 2], [3, 4]]
 */
export function stack<const L extends readonly Tensor[], const A extends number = 0>(
  tensors: readonly [...L] & T.StackCheck<ShapesOf<L>, A>,
  axis?: A,
): Tensor<T.Stack<ShapesOf<L>, A>> {
  return tensorOf(ops.stack(nodesOf("stack", tensors), axis));
}

function nodesOf(operation: string, tensors: readonly Tensor[]): readonly Node[] {
  if (Array.isArray(tensors)) return Array.from(tensors, (x) => nodeOf(operation, x));
  throw new NablaError(`${operation}: expects a list of tensors: ${operation}([a, b], axis)`);
}

/**
 * Repeats all of `x`, by a number of times along each axis, like NumPy's `tile`: the shorter of
 * `times` and the shape is extended by 1 in front.
 *
 * @example
 * tile(tensor([1, 2]), 2).arraySync(); // => [1, 2, 1, 2]
 * tile(tensor([1, 2]), [2, 1]).arraySync(); // => [[1, 2], [1, 2]]
 */
export function tile<X extends Tensor, const N extends number | readonly number[]>(
  x: X,
  times: T.TimesCheck<"tile", N, N>,
): Tensor<T.Tile<ShapeOf<X>, N>> {
  const counts: number | Shape = times;
  const node = nodeOf("tile", x);
  return tensorOn(node, composed.tile(node, typeof counts === "number" ? [counts] : counts));
}

/**
 * Repeats each element `times` along `axis`, like NumPy's `repeat`; left out: all elements in
 * row-major order, in one axis.
 *
 * @example
 * repeat(tensor([1, 2]), 2).arraySync(); // => [1, 1, 2, 2]
 */
export function repeat<
  X extends Tensor,
  const N extends number,
  const A extends number | undefined = undefined,
>(
  x: X,
  times: T.TimesCheck<"repeat", N, N>,
  axis?: T.AxesCheck<"repeat", ShapeOf<X>, A, A>,
): Tensor<T.Repeat<ShapeOf<X>, N, A>> {
  const along = axis as number | undefined;
  const node = nodeOf("repeat", x);
  return tensorOn(node, composed.repeat(node, times as number, along));
}

addMethods({ split, tile, repeat });
