// The decoder's block: attention among places, attention to a context, then a small network at each place.
import type { ShapeOf, Tensor } from "@nabla/autograd";
import { checkOptions, checkTensor, isTensor as tensorKind } from "@nabla/autograd/checks";
import { checkAxis } from "../checks.ts";
import { layerOf } from "../layer-of.ts";
import type { MadeOf } from "../parts.ts";
import type { FeatureShape } from "../shapes/layers.ts";
import type { Output, OutputCheck, Shaped } from "../shapes.ts";
import { type AttentionCache, multiHeadAttention } from "./attention.ts";
import { blockOf, settingsOf, stepped, type TransformerBlockOptions } from "./block.ts";
import { layerNorm } from "./layer-norm.ts";

export interface DecoderInputs {
  /** What the second attention looks at, such as an encoder's output: [..., places, features]. */
  readonly context: Tensor;
  /** True where a place may look among places of `x`, as for `multiHeadAttention`. */
  readonly mask?: Tensor;
  /** True where a place may look in the context. */
  readonly contextMask?: Tensor;
}

/** Two attentions and a network, each with a residual connection. Made by `decoderBlock`. */
export interface DecoderBlock<F extends number = number>
  extends MadeOf,
    Shaped<FeatureShape<"decoderBlock", F, F>> {
  readonly features: F;
  readonly heads: number;
  /** `x` [..., places, features]; the shape stays as it is. */
  forward<X extends Tensor>(
    x: OutputCheck<FeatureShape<"decoderBlock", F, F>, ShapeOf<X>, X>,
    inputs: DecoderInputs,
  ): Tensor<Output<FeatureShape<"decoderBlock", F, F>, ShapeOf<X>>>;
  /** An empty cache, of its attention among places. */
  cache(examples: number, places: number): AttentionCache;
  /** Goes on with a sequence by its next places, as `step` of `multiHeadAttention` does. */
  step(
    x: Tensor,
    cache: AttentionCache,
    inputs: Omit<DecoderInputs, "mask">,
  ): readonly [y: Tensor, cache: AttentionCache];
}

/**
 * x + attention(norm(x)), then x + attention(norm(x), context), then x + network(norm(x)): what
 * `transformerBlock` does, with cross-attention in between, for sequences that are made from others. Options
 * are those of `transformerBlock`, but `causal` is true if left out. Input and output: [..., places,
 * features]. A. Vaswani et al., "Attention is all you need", 2017, figure 1. Names are those of PyTorch's
 * `TransformerDecoderLayer`. Throws `NablaError` without a context.
 *
 * @example
 * const block = decoderBlock(16, 4);
 * block.forward(zeros([2, 10, 16]), { context: zeros([2, 7, 16]) }).shape; // => [2, 10, 16]
 */
export function decoderBlock<const F extends number>(
  features: F,
  heads: number,
  options: TransformerBlockOptions = {},
): DecoderBlock<F> {
  const settings = settingsOf("decoderBlock", features, options, true);
  const ownOptions = { ...settings.attention, ...settings.selfAttention };
  const self_attn = multiHeadAttention<number>(features, heads, ownOptions);
  const multihead_attn = multiHeadAttention<number>(features, heads, settings.attention);
  const block = blockOf(settings);
  const norm3 = layerNorm<number>(features, settings.norms);
  const parts = { self_attn, multihead_attn, ...block.parts, norm3 };
  /** All three parts, with attention among the positions of `x` as the caller has it. */
  const through = (
    x: Tensor,
    { context, contextMask }: DecoderInputs,
    attention: (y: Tensor) => Tensor,
  ): Tensor => {
    const toContext = (y: Tensor): Tensor =>
      multihead_attn.forward(y, { context, ...(contextMask && { mask: contextMask }) });
    const seen = block.residual(x, parts.norm1, attention);
    return block.residual(block.residual(seen, parts.norm2, toContext), norm3, block.network);
  };
  const check = (x: Tensor, inputs: unknown): void => {
    checkTensor("decoderBlock", x);
    checkAxis("decoderBlock", x.shape, -1, features, "features");
    const kinds = { context: tensorKind, mask: tensorKind, contextMask: tensorKind };
    checkOptions("decoderBlock", inputs as DecoderInputs, kinds, "context");
  };
  const forward = (x: Tensor, inputs: DecoderInputs): Tensor => {
    check(x, inputs);
    const { mask } = inputs;
    return through(x, inputs, (y) => self_attn.forward(y, mask ? { mask } : {}));
  };
  const step = (
    x: Tensor,
    cache: AttentionCache,
    inputs: Omit<DecoderInputs, "mask">,
  ): readonly [Tensor, AttentionCache] => {
    check(x, inputs);
    return stepped(self_attn, cache, (attend) => through(x, inputs, attend));
  };
  return layerOf<DecoderBlock, DecoderBlock<F>>({
    kind: "decoderBlock",
    features,
    heads,
    parts,
    forward,
    cache: (examples: number, places: number) => self_attn.cache(examples, places),
    step,
  });
}
