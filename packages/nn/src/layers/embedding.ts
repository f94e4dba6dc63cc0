// Embedding: a row of numbers for each of so many things.
import {
  DTypeError,
  type DTypeOption,
  type Parameter,
  parameter,
  type ShapeOf,
  type Tensor,
} from "@nabla/autograd";
import { checkCount, checkTensor } from "../checks.ts";
import { firstValue, type Initializer, normal } from "../initializers.ts";
import { checkOptions, ofWeights } from "../options.ts";
import { type MadeOf, madeOf } from "../parts.ts";
import type { EmbeddingShape } from "../shapes/layers.ts";
import type { Output, Shaped } from "../shapes.ts";

export interface EmbeddingOptions extends DTypeOption {
  /** First values. Default: normally distributed around 0 with a standard deviation of 1. */
  readonly initializer?: Initializer;
}

/** A table of rows. Made by `embedding`. */
export interface Embedding<F extends number = number> extends MadeOf, Shaped<EmbeddingShape<F>> {
  readonly count: number;
  readonly features: F;
  /** [count, features]. */
  readonly weight: Parameter<[number, F]>;
  /** Indices [...], int32 or uint8, to [..., features]. */
  forward<X extends Tensor>(indices: X): Tensor<Output<EmbeddingShape<F>, ShapeOf<X>>>;
}

/**
 * A row of `features` numbers for each of `count` things, such as letters or words, given by their
 * indices: int32 or uint8 of any shape. Only the rows that were asked for get a gradient. Y. Bengio
 * et al., "A neural probabilistic language model", JMLR 3, 2003. Throws `NablaError` for sizes that
 * are not positive integers; an index outside the table, from 0 to `count` - 1, is an error when the
 * graph runs. For a padding, give the table one row more.
 *
 * @example
 * const letters = embedding(26, 8);
 * letters.forward(tensor([[0, 25, 3]], { dtype: "int32" })).shape; // => [1, 3, 8]
 */
export function embedding<const F extends number>(
  count: number,
  features: F,
  options: EmbeddingOptions = {},
): Embedding<F> {
  checkOptions("embedding", options, ofWeights);
  const { initializer = normal({ standardDeviation: 1 }), dtype = "float32" } = options;
  checkCount("embedding", "count", count);
  checkCount("embedding", "features", features);
  const first = firstValue("embedding", initializer, [count, features], { dtype });
  const weight = parameter(first, { name: "weight" });
  const forward = (indices: Tensor): Tensor => {
    checkTensor("embedding", indices);
    if (indices.dtype !== "int32" && indices.dtype !== "uint8") {
      throw new DTypeError(`embedding: indices are ${indices.dtype}, expected int32 or uint8`);
    }
    return weight.gather(0, indices, { indicesOf: "embedding" });
  };
  return {
    kind: "embedding",
    count,
    features,
    weight,
    ...madeOf({ weight }),
    forward,
  } as unknown as Embedding<F>;
}
