// Logits by the table that a model's inputs are looked up in.
import {
  type DTypeOption,
  NablaError,
  Parameter,
  parameter,
  type ShapeOf,
  type Tensor,
  zeros,
} from "@nabla/autograd";
import { checkOptions, checkTensor, describe, flag } from "@nabla/autograd/checks";
import { checkAxis } from "../checks.ts";
import { layerOf } from "../layer-of.ts";
import type { MadeOf } from "../parts.ts";
import type { FeatureShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import type { Embedding } from "./embedding.ts";

export interface TiedOutputOptions {
  /** Whether a number is added for each row. Default: false; it starts at 0. */
  readonly bias?: boolean;
}

/** Products with the rows of an embedding's table. Made by `tiedOutput`. */
export interface TiedOutput<F extends number = number, N extends number = number>
  extends MadeOf,
    Shaped<FeatureShape<"tiedOutput", F, N>> {
  /** That of the embedding: [count, features]. */
  readonly weight: Parameter<[N, F]>;
  /** [count]; undefined without bias. */
  readonly bias: Parameter<[N]> | undefined;
  /** `x` [..., features] to [..., count]. */
  forward<X extends Tensor>(
    x: OutputCheck<FeatureShape<"tiedOutput", F, N>, ShapeOf<X>, X>,
  ): Tensor<Output<FeatureShape<"tiedOutput", F, N>, ShapeOf<X>>>;
}

/**
 * The products of a model's features with each row of an embedding's table, as logits: inputs and outputs
 * share one table, which is trained by both and saved once. Input: [..., features]; output: [..., count].
 * O. Press and L. Wolf, "Using the output embedding to improve language models", EACL 2017.
 *
 * @example
 * const letters = embedding(26, 8);
 * const model = sequential(letters, dense(8, 8), tiedOutput(letters));
 * model.forward(tensor([[0, 25, 3]], { dtype: "int32" })).shape; // => [1, 3, 26]
 * model.namedParameters().map(([name]) => name); // => ["0.weight", "1.weight", "1.bias"]
 */
export function tiedOutput<F extends number, N extends number>(
  table: Embedding<F, N>,
  options: TiedOutputOptions = {},
): TiedOutput<F, N> {
  const given = table as Partial<Embedding<F, N>> | undefined;
  if (given?.kind !== "embedding" || !(given.weight instanceof Parameter)) {
    throw new NablaError(`tiedOutput: the table is ${describe(table)}, expected an embedding`);
  }
  checkOptions("tiedOutput", options, { bias: flag });
  const { weight, count, features } = table;
  const { dtype } = weight as Parameter & DTypeOption;
  const bias = options.bias
    ? parameter(zeros([count as number], { dtype }), { name: "bias" })
    : undefined;
  const forward = (x: Tensor): Tensor => {
    checkTensor("tiedOutput", x);
    checkAxis("tiedOutput", x.shape, -1, features, "features");
    const products = x.matmul((weight as Tensor).transpose());
    return bias ? products.add(bias) : products;
  };
  const parts = { weight, bias };
  return layerOf<TiedOutput, TiedOutput<F, N>>({ kind: "tiedOutput", ...parts, parts, forward });
}
