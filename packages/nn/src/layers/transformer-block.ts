// The transformer's block: attention among places, then a small network at each place.
import type { ShapeOf, Tensor } from "@nabla/autograd";
import { checkTensor } from "@nabla/autograd/checks";
import { checkAxis } from "../checks.ts";
import { layerOf } from "../layer-of.ts";
import type { MadeOf } from "../parts.ts";
import type { FeatureShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import { type AttentionCache, type AttentionInputs, multiHeadAttention } from "./attention.ts";
import { blockOf, settingsOf, stepped, type TransformerBlockOptions } from "./block.ts";

/** Attention and a network, each with a residual connection. Made by `transformerBlock`. */
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
 * `gelu` between, applied at each position. Input and output: [..., places, features]. A. Vaswani et al.,
 * "Attention is all you need", 2017, figure 1, but with the normalisation before each half instead of
 * after it (`norm: "after"` is theirs), which trains without warm-up: R. Xiong et al., "On layer
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
  const settings = settingsOf("transformerBlock", features, options, false);
  const ownOptions = { ...settings.attention, ...settings.selfAttention };
  const self_attn = multiHeadAttention<number>(features, heads, ownOptions);
  const block = blockOf(settings);
  const parts = { self_attn, ...block.parts };
  const through = (x: Tensor, attention: (y: Tensor) => Tensor): Tensor =>
    block.residual(block.residual(x, parts.norm1, attention), parts.norm2, block.network);
  const check = (x: Tensor): void => {
    checkTensor("transformerBlock", x);
    checkAxis("transformerBlock", x.shape, -1, features, "features");
  };
  const forward = (x: Tensor, inputs: Pick<AttentionInputs, "mask"> = {}): Tensor => {
    check(x);
    return through(x, (y) => self_attn.forward(y, inputs));
  };
  const step = (x: Tensor, cache: AttentionCache): readonly [Tensor, AttentionCache] => {
    check(x);
    return stepped(self_attn, cache, (attend) => through(x, attend));
  };
  return layerOf<TransformerBlock, TransformerBlock<F>>({
    kind: "transformerBlock",
    features,
    heads,
    parts,
    forward,
    cache: (examples: number, places: number) => self_attn.cache(examples, places),
    step,
  });
}
