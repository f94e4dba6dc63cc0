// The transformer's block: attention among places, then a small network at each place.
import { type DTypeOption, gelu, type ShapeOf, type Tensor } from "@nabla/autograd";
import { checkAxis, checkCount, checkTensor } from "../checks.ts";
import { dense } from "../dense.ts";
import { heNormal, xavierUniform } from "../initializers.ts";
import type { LayerFunction } from "../layer.ts";
import {
  callable,
  checkOptions,
  count,
  flag,
  fraction,
  type Kind,
  oneOf,
  positive,
  weightDType,
} from "../options.ts";
import { type MadeOf, madeOf } from "../parts.ts";
import type { FeatureShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import {
  type AttentionCache,
  type AttentionInputs,
  type AttentionOptions,
  multiHeadAttention,
} from "./attention.ts";
import { dropout as dropoutLayer } from "./dropout.ts";
import { layerNorm } from "./layer-norm.ts";

export interface TransformerBlockOptions extends DTypeOption {
  /** Of the network at each place. Default: 4 times the features. */
  readonly hiddenFeatures?: number;
  /** Each place sees itself and those before it, not those after. Default: false. */
  readonly causal?: boolean;
  /** Heads of keys and values of its attention. Default: as many as heads. */
  readonly keyHeads?: number;
  /** How its attention knows the order of places. Default: "none". */
  readonly positions?: AttentionOptions["positions"];
  /**
   * How likely attention's weights, and what either half adds, are left out in training. Default:
   * 0.
   */
  readonly dropout?: number;
  /** Between the two layers at each place. Default: `gelu`. */
  readonly activation?: LayerFunction;
  /** Where to normalise: what goes into each half, or what comes out. Default: "before". */
  readonly norm?: "before" | "after";
  /** Added to the variance when normalising. Default: 1e-5. */
  readonly epsilon?: number;
}

/** What options of blocks may be. */
export const ofBlocks: Readonly<Record<string, Kind>> = {
  hiddenFeatures: count,
  causal: flag,
  keyHeads: count,
  positions: oneOf("none", "rotary", "alibi"),
  dropout: fraction,
  activation: callable,
  norm: oneOf("before", "after"),
  epsilon: positive,
  dtype: weightDType,
};

/** Attention and a network, each beside the way through. Made by `transformerBlock`. */
export interface TransformerBlock<F extends number = number>
  extends MadeOf,
    Shaped<FeatureShape<"transformerBlock", F, F>> {
  readonly features: F;
  readonly heads: number;
  /** `x` [..., places, features]; the shape stays as it is. `mask`: as for `multiHeadAttention`. */
  forward<X extends Tensor>(
    x: OutputCheck<FeatureShape<"transformerBlock", F, F>, ShapeOf<X>, X>,
    inputs?: Pick<AttentionInputs, "mask">,
  ): Tensor<Output<FeatureShape<"transformerBlock", F, F>, ShapeOf<X>>>;
  /** An empty cache, of its attention. */
  cache(examples: number, places: number): AttentionCache;
  /** Goes on with a sequence by its next places, as `step` of `multiHeadAttention` does. */
  step(x: Tensor, cache: AttentionCache): readonly [y: Tensor, cache: AttentionCache];
}

/**
 * x + attention(norm(x)), and then x + network(norm(x)), where the network is two dense layers with
 * `gelu` between, at each place by itself. Input and output: [..., places, features]. A. Vaswani et
 * al., "Attention is all you need", 2017, figure 1, with the normalisation before each half instead
 * of behind (`norm: "after"` is theirs), which trains without warm-up: R. Xiong et al., "On layer
 * normalization in the transformer architecture", ICML 2020. Names are those of PyTorch's
 * `TransformerEncoderLayer`.
 *
 * @example
 * const block = transformerBlock(16, 4, { causal: true });
 * block.forward(zeros([2, 10, 16])).shape; // => [2, 10, 16]
 */
export function transformerBlock<const F extends number>(
  features: F,
  heads: number,
  options: TransformerBlockOptions = {},
): TransformerBlock<F> {
  checkCount("transformerBlock", "features", features);
  checkOptions("transformerBlock", options, ofBlocks);
  const { hiddenFeatures = 4 * features, causal = false, dropout = 0, activation = gelu } = options;
  const { norm = "before", epsilon = 1e-5, dtype = "float32", keyHeads, positions } = options;
  const size = features as number;
  const norms = { epsilon, dtype };
  const parts = {
    self_attn: multiHeadAttention(size, heads, {
      causal,
      dropout,
      dtype,
      ...(keyHeads !== undefined && { keyHeads }),
      ...(positions !== undefined && { positions }),
    }),
    linear1: dense(size, hiddenFeatures, { initializer: heNormal(), dtype }),
    linear2: dense(hiddenFeatures, size, { initializer: xavierUniform(), dtype }),
    norm1: layerNorm(size, norms),
    norm2: layerNorm(size, norms),
    dropout: dropoutLayer(dropout),
  };
  const network = (x: Tensor): Tensor => {
    const hidden = parts.dropout.forward(activation(parts.linear1.forward(x)));
    return parts.linear2.forward(hidden);
  };
  /** x plus what `change` makes of it, normalised where it is wanted. */
  const beside = (x: Tensor, norms: typeof parts.norm1, change: (x: Tensor) => Tensor): Tensor => {
    if (norm === "after") return norms.forward(x.add(parts.dropout.forward(change(x))));
    return x.add(parts.dropout.forward(change(norms.forward(x))));
  };
  const forward = (x: Tensor, inputs: Pick<AttentionInputs, "mask"> = {}): Tensor => {
    checkTensor("transformerBlock", x);
    checkAxis("transformerBlock", x.shape, -1, features, "features");
    const attention = (y: Tensor) => parts.self_attn.forward(y, inputs);
    return beside(beside(x, parts.norm1, attention), parts.norm2, network);
  };
  const step = (x: Tensor, before: AttentionCache): readonly [Tensor, AttentionCache] => {
    checkTensor("transformerBlock", x);
    checkAxis("transformerBlock", x.shape, -1, features, "features");
    let cache = before;
    const attention = (y: Tensor): Tensor => {
      const [found, after] = parts.self_attn.step(y, before);
      cache = after;
      return found;
    };
    const y = beside(beside(x, parts.norm1, attention), parts.norm2, network);
    return [y, cache];
  };
  return {
    kind: "transformerBlock",
    features,
    heads,
    ...madeOf(parts),
    forward,
    cache: (examples: number, places: number) => parts.self_attn.cache(examples, places),
    step,
  } as unknown as TransformerBlock<F>;
}
