// Embedding: a table with a row of numbers for each index.
import {
  arange,
  DTypeError,
  type DTypeOption,
  NablaError,
  type Parameter,
  parameter,
  type ShapeOf,
  type Tensor,
  where,
} from "@nabla/autograd";
import { checkOptions, checkTensor, integer } from "@nabla/autograd/checks";
import { checkCount } from "../checks.ts";
import { firstValue, type Initializer, normal } from "../initializers.ts";
import { layerOf } from "../layer-of.ts";
import { ofWeights } from "../options.ts";
import type { MadeOf } from "../parts.ts";
import type { EmbeddingShape } from "../shapes/layers.ts";
import type { Output, Shaped } from "../shapes.ts";

export interface EmbeddingOptions extends DTypeOption {
  /** First values. Default: normally distributed around 0 with a standard deviation of 1. */
  readonly initializer?: Initializer;
  /** The index of padding: its row is 0 at first, and gets no gradient. Default: none. */
  readonly paddingIndex?: number;
}

/** A table of rows. Made by `embedding`. */
export interface Embedding<F extends number = number, N extends number = number>
  extends MadeOf,
    Shaped<EmbeddingShape<F>> {
  readonly kind: string;
  readonly count: N;
  readonly features: F;
  /** [count, features]. */
  readonly weight: Parameter<[N, F]>;
  /** Indices [...], int32 or uint8, to [..., features]. */
  forward<X extends Tensor>(indices: X): Tensor<Output<EmbeddingShape<F>, ShapeOf<X>>>;
}

/**
 * A table with a row of `features` numbers for each of `count` items, such as letters or words, looked up
 * by index: int32 or uint8 of any shape. Only the rows that were looked up get a gradient. Y. Bengio et
 * al., "A neural probabilistic language model", JMLR 3, 2003. Throws `NablaError` for sizes that are not
 * positive integers; an index that is not from 0 to `count` - 1 is an error when the graph runs. For
 * padding, add a row to the table, and pass its index as `paddingIndex`.
 *
 * @example
 * const letters = embedding(27, 8, { paddingIndex: 26 });
 * letters.forward(tensor([[0, 25, 26]], { dtype: "int32" })).shape; // => [1, 3, 8]
 */
export function embedding<const F extends number, const N extends number = number>(
  count: N,
  features: F,
  options: EmbeddingOptions = {},
): Embedding<F, N> {
  checkOptions("embedding", options, { paddingIndex: integer, ...ofWeights });
  const { initializer = normal({ standardDeviation: 1 }), dtype = "float32" } = options;
  const { paddingIndex } = options;
  checkCount("embedding", "count", count);
  checkCount("embedding", "features", features);
  const isRow = paddingIndex === undefined || (paddingIndex >= 0 && paddingIndex < count);
  if (!isRow) {
    const expected = `expected an index from 0 to ${count - 1}`;
    throw new NablaError(`embedding: paddingIndex is ${paddingIndex}, ${expected}`);
  }
  const first = firstValue("embedding", initializer, [count, features], { dtype });
  const weight = parameter(paddingIndex === undefined ? first : withoutRow(first, paddingIndex), {
    name: "weight",
  });
  const forward = (indices: Tensor): Tensor => {
    checkTensor("embedding", indices);
    if (indices.dtype !== "int32" && indices.dtype !== "uint8") {
      throw new DTypeError(`embedding: indices are ${indices.dtype}, expected int32 or uint8`);
    }
    const rows = weight.gather(0, indices, { indicesOf: "embedding" });
    if (paddingIndex === undefined) return rows;
    return where(indices.equal(paddingIndex).expandDims(-1), rows.stopGradient(), rows);
  };
  return layerOf<Embedding, Embedding<F, N>>({
    kind: "embedding",
    count,
    features,
    weight,
    parts: { weight },
    forward,
  });
}

/** `table` with zeros in one row. */
function withoutRow(table: Tensor, row: number): Tensor {
  const rows = arange(table.shape[0]!, { dtype: "int32" });
  return where(rows.equal(row).expandDims(-1), 0, table);
}
