// From costs of elements or examples to one number: which of them count, how much, and whether as a mean.
import {
  formatShape,
  type Shape,
  ShapeError,
  type ShapeOf,
  type Tensor,
  where,
} from "@nabla/autograd";
import { isTensor, type Kinds, oneOf } from "@nabla/autograd/checks";

/** The mean over counted elements, their sum, or each separately. */
export type Reduction = "mean" | "sum" | "none";

export interface ReductionOptions<R extends Reduction = Reduction> {
  /**
   * "mean", by weights where there are some; "sum"; or "none" for a tensor with the cost of each.
   * Default: "mean".
   */
  readonly reduction?: R;
  /**
   * The weight of each example, or of each position in it: of the shape that is averaged over, or its
   * first axes. A bool is a mask: false does not count. An element of weight 0 is excluded from the cost
   * and gets no gradient, even if outputs or targets are NaN. Default: 1 each.
   */
  readonly weights?: Tensor;
}

/** One number, or with "none" a tensor of the shape that is averaged over. */
export type Reduced<R extends Reduction, S extends Shape> = R extends "none"
  ? Tensor<S>
  : Tensor<[]>;

/** All axes but the last: those that index examples. */
export type FrontOf<X extends Tensor> =
  ShapeOf<X> extends readonly [...infer Front extends readonly number[], number] ? Front : Shape;

/** The first axis. */
export type FirstOf<X extends Tensor> =
  ShapeOf<X> extends readonly [infer First extends number, ...(readonly number[])]
    ? readonly [First]
    : Shape;

/** What all costs take. */
export const ofReduction: Kinds<ReductionOptions> = {
  reduction: oneOf("mean", "sum", "none"),
  weights: isTensor,
};

/** The weight of each example or element. */
export interface Counted {
  /** bool of the shape of weights: which weigh nothing; undefined where all count. */
  readonly isOut: Tensor | undefined;
  /** `x`, whose first axes count examples; 0 where they weigh nothing. */
  readonly seen: (x: Tensor) => Tensor;
  /** The reduced cost. `most`: the largest weight of each, for the mean. */
  readonly reduced: (costs: Tensor, most?: Tensor) => Tensor;
}

/**
 * For options whose kinds have been checked. `shape` is the shape that is averaged over; `mask`, bool of
 * that shape, excludes further elements where it is false.
 */
export function counted(
  operation: string,
  shape: Shape,
  { reduction = "mean", weights }: ReductionOptions,
  mask?: Tensor,
): Counted {
  const given = weights && spread(operation, shape, weights);
  const all = given && mask ? where(mask, given, 0) : (given ?? mask);
  const isOut = all?.equal(0);
  // Not a product alone: 0 times an infinite cost would be NaN.
  const weigh = (x: Tensor): Tensor =>
    all && isOut ? where(isOut, 0, x.mul(all.cast(x.dtype))) : x;
  return {
    isOut,
    seen(x) {
      if (!isOut) return x;
      const rank = x.rank - isOut.rank;
      return where(isOut.reshape([...isOut.shape, ...Array<number>(rank).fill(1)]), 0, x);
    },
    reduced(costs, most) {
      const weighed = weigh(costs);
      if (reduction === "none") return weighed;
      if (reduction === "sum") return weighed.sum();
      const counts = most ? weigh(most) : all?.cast(costs.dtype);
      if (!counts) return costs.mean();
      return weighed.sum().div(counts.broadcastTo([...shape]).sum());
    },
  };
}

/** Weights of the first axes of `shape`, with 1 for the others. */
function spread(operation: string, shape: Shape, weights: Tensor): Tensor {
  const fits =
    weights.rank <= shape.length && weights.shape.every((size, axis) => size === shape[axis]);
  if (!fits || (weights.rank === 0 && shape.length > 0)) {
    throw new ShapeError(
      `${operation}: weights are ${formatShape(weights.shape)}, expected ${formatShape(shape)}, or ` +
        "the first of these axes",
    );
  }
  return weights.reshape([...weights.shape, ...shape.slice(weights.rank).map(() => 1)]);
}

/** Whether there are options that the plain mean has no use for. */
export function isPlainMean({ reduction = "mean", weights }: ReductionOptions): boolean {
  return reduction === "mean" && weights === undefined;
}
